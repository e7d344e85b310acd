package dev.postern.attestation;

import dev.postern.attestation.jose.PublicJwk;
import dev.postern.attestation.jose.Thumbprint;
import java.util.Optional;

/**
 * The caller's key, as the token's {@code cnf} names it (RFC 7800).
 *
 * @param kind the member that named it
 * @param thumbprint RFC 7638 thumbprint of the key; for {@link Kind#X5T_S256} that of the
 *     certificate's key
 * @param key the key itself, where {@code cnf} or the certificate holds it; for {@link Kind#JKT}
 *     where the Attestation Result holds it; absent otherwise, and the proof brings it
 */
public record Confirmation(Kind kind, Thumbprint thumbprint, Optional<PublicJwk> key) {
  /** Members of {@code cnf} that are understood. */
  public enum Kind {
    /** {@code jkt}, RFC 9449 §6.1. */
    JKT("jkt"),
    /** {@code jwk}, RFC 7800 §3.2. */
    JWK("jwk"),
    /** {@code x5t#S256}, RFC 8705 §3.1. */
    X5T_S256("x5t#S256");

    private final String member;

    Kind(String member) {
      this.member = member;
    }

    /** The member's name on the wire. */
    public String member() {
      return member;
    }
  }

  /** This, with the key where only its thumbprint was known; the thumbprint stays what it is. */
  Confirmation orKey(Optional<PublicJwk> found) {
    return key.isPresent() || found.filter(one -> one.thumbprint().equals(thumbprint)).isEmpty()
        ? this
        : new Confirmation(kind, thumbprint, found);
  }
}
