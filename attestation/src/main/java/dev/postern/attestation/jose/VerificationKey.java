package dev.postern.attestation.jose;

/**
 * A configured public key, tied to one issuer, one name, one algorithm and one purpose.
 *
 * @param issuer the {@code iss} it belongs to
 * @param kid its exact name
 */
public record VerificationKey(String issuer, String kid, KeyPurpose purpose, VerifyingKey key) {
  /** The one algorithm that this key is used with. */
  public Algorithm algorithm() {
    return key.algorithm();
  }
}
