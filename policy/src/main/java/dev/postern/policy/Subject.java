package dev.postern.policy;

import java.util.Optional;

/**
 * Who asks.
 *
 * <p>Either {@link Named}: a subject that an issuer speaks for; or {@link Key}: a self-attested
 * machine, known by its key alone.
 */
public sealed interface Subject {
  /** (iss, sub), from a verified token. */
  record Named(String issuer, String sub) implements Subject {
    @Override
    public String text() {
      return issuer + " " + sub;
    }
  }

  /** The RFC 7638 SHA-256 thumbprint of the attested key, base64url. */
  record Key(String thumbprint) implements Subject {
    @Override
    public String text() {
      return "key:" + thumbprint;
    }
  }

  /** One string that is this subject's and no other's; approvals are bound to it. */
  String text();

  default Optional<Named> named() {
    return this instanceof Named named ? Optional.of(named) : Optional.empty();
  }
}
