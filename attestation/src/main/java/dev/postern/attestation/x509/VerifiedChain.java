package dev.postern.attestation.x509;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * A path from a leaf to a pinned root whose every rule held. Only {@link ChainVerifier} makes one.
 */
public final class VerifiedChain {
  private final List<X509Certificate> certificates;
  private final Instant notBefore;
  private final Instant notAfter;

  VerifiedChain(List<X509Certificate> certificates) {
    this.certificates = List.copyOf(certificates);
    var from = Instant.MIN;
    var to = Instant.MAX;
    for (X509Certificate certificate : certificates) {
      var start = certificate.getNotBefore().toInstant();
      var end = certificate.getNotAfter().toInstant();
      from = start.isAfter(from) ? start : from;
      to = end.isBefore(to) ? end : to;
    }
    this.notBefore = from;
    this.notAfter = to;
  }

  /** Leaf first, root last. */
  public List<X509Certificate> certificates() {
    return certificates;
  }

  public X509Certificate leaf() {
    return certificates.getFirst();
  }

  /** The certificate whose key signed the leaf; the root itself in a path of two. */
  public X509Certificate issuer() {
    return certificates.get(1);
  }

  public X509Certificate root() {
    return certificates.getLast();
  }

  /** First instant at which every certificate is valid. */
  public Instant notBefore() {
    return notBefore;
  }

  /** Last instant at which every certificate is valid (inclusive, RFC 5280 §4.1.2.5). */
  public Instant notAfter() {
    return notAfter;
  }
}
