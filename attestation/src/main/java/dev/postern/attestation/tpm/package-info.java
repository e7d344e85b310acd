/**
 * TPM 2.0 quotes and key certifications, and Azure's vTPM whose key a hardware report vouches for.
 *
 * <p>{@link dev.postern.attestation.tpm.TpmAttest}, {@link
 * dev.postern.attestation.tpm.TpmSignature} and {@link dev.postern.attestation.tpm.TpmPublic} know
 * the layouts; {@link dev.postern.attestation.tpm.TpmVerifier} whether a trusted attestation key
 * signed them. Integers are big-endian.
 */
@NullMarked
package dev.postern.attestation.tpm;

import org.jspecify.annotations.NullMarked;
