/**
 * AMD SEV-SNP attestation reports with their VCEK or VLEK endorsements.
 *
 * <p>{@link dev.postern.attestation.snp.SnpEvidence} takes the report and certificates out of what
 * a guest hands over, {@link dev.postern.attestation.snp.SnpReport} knows the layout, {@link
 * dev.postern.attestation.snp.SnpVerifier} whether AMD's key for that chip signed it, {@link
 * dev.postern.attestation.snp.SnpRules} what is accepted of it.
 */
@NullMarked
package dev.postern.attestation.snp;

import org.jspecify.annotations.NullMarked;
