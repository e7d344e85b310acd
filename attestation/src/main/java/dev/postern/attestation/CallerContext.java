package dev.postern.attestation;

import java.security.cert.X509Certificate;
import java.util.Optional;

/**
 * What the connection says about the caller, from an authenticated channel only.
 *
 * @param clientCertificate the leaf of the caller's TLS certificate, or of one that a pinned proxy
 *     forwarded; without it a token bound by {@code x5t#S256} is refused
 */
public record CallerContext(Optional<X509Certificate> clientCertificate) {
  private static final CallerContext NONE = new CallerContext(Optional.empty());

  /** A caller without a client certificate. */
  public static CallerContext none() {
    return NONE;
  }

  public static CallerContext withCertificate(X509Certificate leaf) {
    return new CallerContext(Optional.of(leaf));
  }
}
