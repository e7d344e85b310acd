/**
 * The other side of verification: making keys, tokens, simulated Attestation Results and proofs.
 *
 * <p>{@link dev.postern.attestation.mint.SigningKey} holds a private key and never prints it;
 * {@link dev.postern.attestation.mint.DebugTokenMint}, {@link
 * dev.postern.attestation.mint.SimulatedVerifier} and {@link
 * dev.postern.attestation.mint.ProofSigner} sign with one. Nothing here decides anything.
 */
@NullMarked
package dev.postern.attestation.mint;

import org.jspecify.annotations.NullMarked;
