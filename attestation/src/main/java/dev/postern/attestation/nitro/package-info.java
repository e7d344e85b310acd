/**
 * AWS Nitro Enclaves attestation documents.
 *
 * <p>{@link dev.postern.attestation.nitro.NitroDocument} knows the layout, {@link
 * dev.postern.attestation.nitro.NitroVerifier} whether AWS signed it, {@link
 * dev.postern.attestation.nitro.NitroRules} what is accepted of it.
 */
@NullMarked
package dev.postern.attestation.nitro;

import org.jspecify.annotations.NullMarked;
