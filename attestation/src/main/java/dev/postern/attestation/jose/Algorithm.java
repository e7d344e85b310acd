package dev.postern.attestation.jose;

import java.util.Optional;
import java.util.Set;

/**
 * The signature algorithms that exist here (RFC 7518 §3.1, RFC 8037, RFC 9864). No {@code none}, no
 * HMAC: what is not in this list cannot be configured.
 *
 * <p>RSA is for what services sign, Attestation Results and ID tokens, where configuration names
 * it; a debug token, a proof or a caller's key is one of {@link #OF_CALLERS}.
 */
public enum Algorithm {
  ES256("ES256", "EC", "P-256", "SHA256withECDSA", 64),
  ES384("ES384", "EC", "P-384", "SHA384withECDSA", 96),
  /** Spelled {@code EdDSA} (deprecated by RFC 9864) or {@code Ed25519} on the wire. */
  ED25519("EdDSA", "OKP", "Ed25519", "Ed25519", 64),
  RS256("RS256", "RSA", "", "SHA256withRSA", 0),
  PS256("PS256", "RSA", "", "RSASSA-PSS", 0),
  PS384("PS384", "RSA", "", "RSASSA-PSS", 0);

  /** What debug tokens, proofs and callers' keys are taken with. */
  public static final Set<Algorithm> OF_CALLERS = Set.of(ES256, ES384, ED25519);

  private final String wireName;
  private final String keyType;
  private final String curve;
  private final String jcaName;
  private final int signatureBytes;

  Algorithm(String wireName, String keyType, String curve, String jcaName, int signatureBytes) {
    this.wireName = wireName;
    this.keyType = keyType;
    this.curve = curve;
    this.jcaName = jcaName;
    this.signatureBytes = signatureBytes;
  }

  /** The {@code alg} that we write. */
  public String wireName() {
    return wireName;
  }

  /** The JWK {@code kty} of its keys. */
  public String keyType() {
    return keyType;
  }

  /** The JWK {@code crv} of its keys. */
  public String curve() {
    return curve;
  }

  String jcaName() {
    return jcaName;
  }

  int signatureBytes() {
    return signatureBytes;
  }

  /** Octets of one coordinate of a public key. */
  int coordinateBytes() {
    return this == ES384 ? 48 : 32;
  }

  /** The algorithm of exactly this {@code alg}, case included. */
  public static Optional<Algorithm> ofWireName(String alg) {
    return switch (alg) {
      case "ES256" -> Optional.of(ES256);
      case "ES384" -> Optional.of(ES384);
      case "EdDSA", "Ed25519" -> Optional.of(ED25519);
      case "RS256" -> Optional.of(RS256);
      case "PS256" -> Optional.of(PS256);
      case "PS384" -> Optional.of(PS384);
      default -> Optional.empty();
    };
  }

  /** The algorithm whose keys lie on this curve. */
  static Optional<Algorithm> ofCurve(String keyType, String curve) {
    for (Algorithm algorithm : OF_CALLERS) {
      if (algorithm.keyType.equals(keyType) && algorithm.curve.equals(curve)) {
        return Optional.of(algorithm);
      }
    }
    return Optional.empty();
  }
}
