/**
 * X.509 as Evidence needs it: certificates read from bytes in any order, one path built to a pinned
 * root at a time that is passed in, revocation lists checked by signature and dates.
 *
 * <p>{@link dev.postern.attestation.x509.ChainVerifier} is the entry. The path itself is validated
 * by the JDK's PKIX algorithm; this package decides which certificates it is made of, which roots
 * count, and which algorithms and key usages a family allows.
 */
@NullMarked
package dev.postern.attestation.x509;

import org.jspecify.annotations.NullMarked;
