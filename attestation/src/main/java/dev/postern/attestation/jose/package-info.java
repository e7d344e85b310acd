/**
 * Compact JWS, keys and signatures, read strictly.
 *
 * <p>{@link dev.postern.attestation.jose.CompactJws} takes a text apart without trusting any of it,
 * {@link dev.postern.attestation.jose.JwksReader} turns configured key sets into {@link
 * dev.postern.attestation.jose.VerificationKey}s, each tied to one issuer, one algorithm and one
 * purpose. Knows nothing of debug tokens.
 */
@NullMarked
package dev.postern.attestation.jose;

import org.jspecify.annotations.NullMarked;
