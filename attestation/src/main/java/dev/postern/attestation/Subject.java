package dev.postern.attestation;

import dev.postern.attestation.jose.Thumbprint;

/** Who a verified token speaks for. */
public sealed interface Subject {
  /** A person or workload, by the word of the issuer: the pair is the identity. */
  record Known(String issuer, String sub) implements Subject {
    @Override
    public String toString() {
      return issuer + " " + sub;
    }
  }

  /** A machine that only its own attested key vouches for; no person. */
  record SelfAttested(Thumbprint key) implements Subject {
    @Override
    public String toString() {
      return "key:" + key;
    }
  }
}
