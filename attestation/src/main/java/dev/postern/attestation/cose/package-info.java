/**
 * COSE_Sign1 (RFC 9052) as attesters use it: an embedded payload, one algorithm in the protected
 * header, nothing that changes the meaning of either.
 */
@NullMarked
package dev.postern.attestation.cose;

import org.jspecify.annotations.NullMarked;
