/**
 * Debug tokens and what vouches for their keys: bytes in, verified claims or a denial out.
 *
 * <p>{@link dev.postern.attestation.TokenVerifier} is the entry. It reads the outer token and the
 * Attestation Result inside it in a fixed order and answers with a {@link
 * dev.postern.attestation.Verification}: a {@link dev.postern.attestation.VerifiedToken}, which
 * nothing else can make, or a {@link dev.postern.attestation.Reason}. {@link
 * dev.postern.attestation.Challenges} and {@link dev.postern.attestation.ProofVerifier} settle that
 * the caller holds the token's key now. No network, no files, and the time comes from a clock
 * passed in. Formats live in {@code jose}, minting for tests, demos and {@code postern token mint}
 * in {@code mint}.
 */
@NullMarked
package dev.postern.attestation;

import org.jspecify.annotations.NullMarked;
