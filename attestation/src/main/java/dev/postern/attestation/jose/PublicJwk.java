package dev.postern.attestation.jose;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * A public key on one of the curves of {@link Algorithm}, with its JWK form and thumbprint.
 *
 * <p>The thumbprint is computed here, from full-width coordinates (RFC 7638 §3, RFC 7518 §6.2.1);
 * coordinates of another width, private members and points off the curve are refused.
 */
public final class PublicJwk implements VerifyingKey {
  private static final List<String> SECRET_MEMBERS =
      List.of("d", "p", "q", "dp", "dq", "qi", "oth", "k");
  private static final byte[] P256_PREFIX =
      HexFormat.of().parseHex("3059301306072a8648ce3d020106082a8648ce3d03010703420004");
  private static final byte[] P384_PREFIX =
      HexFormat.of().parseHex("3076301006072a8648ce3d020106052b8104002203620004");
  private static final byte[] ED25519_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

  private final Algorithm algorithm;
  private final byte[] point;
  private final PublicKey key;
  private final Thumbprint thumbprint;

  private PublicJwk(Algorithm algorithm, byte[] point, PublicKey key) {
    this.algorithm = algorithm;
    this.point = point;
    this.key = key;
    this.thumbprint = computeThumbprint();
  }

  /**
   * Reads a public JWK. Members that say what the key is for are the caller's matter.
   *
   * @throws JwkException if it is no public key that an algorithm here can use
   */
  public static PublicJwk parse(JsonObject jwk) throws JwkException {
    requirePublic(jwk);
    String keyType = required(jwk, "kty");
    if (keyType.equals("oct")) {
      throw new JwkException(JwkException.Kind.PRIVATE, "is a symmetric key");
    }
    if (!keyType.equals("EC") && !keyType.equals("OKP")) {
      throw new JwkException(JwkException.Kind.UNSUPPORTED, "`kty` is not EC or OKP");
    }
    Algorithm algorithm =
        Algorithm.ofCurve(keyType, required(jwk, "crv"))
            .orElseThrow(
                () ->
                    new JwkException(
                        JwkException.Kind.UNSUPPORTED, "`crv` is not P-256, P-384 or Ed25519"));
    byte[] x = coordinate(jwk, "x", algorithm);
    return algorithm == Algorithm.ED25519
        ? ofPoint(algorithm, x)
        : ofPoint(algorithm, concat(x, coordinate(jwk, "y", algorithm)));
  }

  static void requirePublic(JsonObject jwk) throws JwkException {
    for (String secret : SECRET_MEMBERS) {
      if (jwk.has(secret)) {
        throw new JwkException(JwkException.Kind.PRIVATE, "holds private key material");
      }
    }
  }

  /**
   * Takes a key that a certificate or a key store holds.
   *
   * @throws JwkException if no algorithm here can use it
   */
  public static PublicJwk of(PublicKey key) throws JwkException {
    byte[] spki = key.getEncoded();
    return spki == null ? unsupported() : ofSpki(spki);
  }

  /**
   * Reads a DER SubjectPublicKeyInfo with an uncompressed point on a named curve.
   *
   * @throws JwkException if it is anything else
   */
  public static PublicJwk ofSpki(byte[] spki) throws JwkException {
    for (Algorithm algorithm : Algorithm.OF_CALLERS) {
      byte[] prefix = prefix(algorithm);
      if (spki.length == prefix.length + pointBytes(algorithm)
          && Arrays.equals(prefix, 0, prefix.length, spki, 0, prefix.length)) {
        return ofPoint(algorithm, Arrays.copyOfRange(spki, prefix.length, spki.length));
      }
    }
    return unsupported();
  }

  private static PublicJwk unsupported() throws JwkException {
    throw new JwkException(
        JwkException.Kind.UNSUPPORTED, "is not a P-256, P-384 or Ed25519 public key");
  }

  static PublicJwk ofPoint(Algorithm algorithm, byte[] point) throws JwkException {
    if (!Curve.isUsablePoint(algorithm, point)) {
      throw new JwkException(JwkException.Kind.MALFORMED, "is not a point of the curve");
    }
    try {
      return new PublicJwk(
          algorithm, point, CryptoProvider.publicKey(algorithm, concat(prefix(algorithm), point)));
    } catch (GeneralSecurityException e) {
      throw new JwkException(JwkException.Kind.MALFORMED, "is not a point of the curve");
    }
  }

  /** The one algorithm that this key is used with. */
  @Override
  public Algorithm algorithm() {
    return algorithm;
  }

  public PublicKey publicKey() {
    return key;
  }

  public Thumbprint thumbprint() {
    return thumbprint;
  }

  /** The required members only, in the order of RFC 7638. */
  public JsonObject toJson() {
    var members = new LinkedHashMap<String, JsonValue>();
    int width = algorithm.coordinateBytes();
    members.put("crv", new JsonString(algorithm.curve()));
    members.put("kty", new JsonString(algorithm.keyType()));
    members.put("x", new JsonString(Base64Url.encode(Arrays.copyOf(point, width))));
    if (algorithm != Algorithm.ED25519) {
      members.put(
          "y", new JsonString(Base64Url.encode(Arrays.copyOfRange(point, width, 2 * width))));
    }
    return new JsonObject(members);
  }

  /** DER SubjectPublicKeyInfo. */
  public byte[] toSpki() {
    return concat(prefix(algorithm), point);
  }

  /**
   * Whether {@code signature} (r‖s, or Ed25519's 64 bytes) is this key's over {@code input}.
   *
   * @throws MalformedSignatureException if no signer could have made it
   */
  public boolean verify(byte[] input, byte[] signature) throws MalformedSignatureException {
    return SignatureCheck.verify(algorithm, key, input, 0, input.length, signature);
  }

  @Override
  public boolean verify(byte[] input, int length, byte[] signature)
      throws MalformedSignatureException {
    return SignatureCheck.verify(algorithm, key, input, 0, length, signature);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PublicJwk that
        && algorithm == that.algorithm
        && Arrays.equals(point, that.point);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(point);
  }

  @Override
  public String toString() {
    return algorithm.curve() + " " + thumbprint;
  }

  private Thumbprint computeThumbprint() {
    // plain concatenation is right: no member can hold a character that JSON escapes
    int width = algorithm.coordinateBytes();
    var json =
        new StringBuilder(160)
            .append("{\"crv\":\"")
            .append(algorithm.curve())
            .append("\",\"kty\":\"")
            .append(algorithm.keyType())
            .append("\",\"x\":\"")
            .append(Base64Url.encode(Arrays.copyOf(point, width)));
    if (algorithm != Algorithm.ED25519) {
      json.append("\",\"y\":\"")
          .append(Base64Url.encode(Arrays.copyOfRange(point, width, 2 * width)));
    }
    byte[] text = json.append("\"}").toString().getBytes(US_ASCII);
    try {
      return Thumbprint.copyOf(MessageDigest.getInstance("SHA-256").digest(text));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static String required(JsonObject jwk, String name) throws JwkException {
    Optional<String> value = jwk.string(name);
    if (value.isEmpty()) {
      throw new JwkException(JwkException.Kind.MALFORMED, "`" + name + "` is not a string");
    }
    return value.get();
  }

  private static byte[] coordinate(JsonObject jwk, String name, Algorithm algorithm)
      throws JwkException {
    byte[] bytes =
        Base64Url.decode(required(jwk, name))
            .orElseThrow(
                () ->
                    new JwkException(
                        JwkException.Kind.MALFORMED, "`" + name + "` is not base64url"));
    if (bytes.length != algorithm.coordinateBytes()) {
      throw new JwkException(
          JwkException.Kind.MALFORMED,
          "`" + name + "` is not " + algorithm.coordinateBytes() + " bytes wide");
    }
    return bytes;
  }

  private static byte[] prefix(Algorithm algorithm) {
    return switch (algorithm) {
      case ES256 -> P256_PREFIX;
      case ES384 -> P384_PREFIX;
      case ED25519 -> ED25519_PREFIX;
      case RS256, PS256, PS384 -> throw new IllegalArgumentException("no curve of " + algorithm);
    };
  }

  private static int pointBytes(Algorithm algorithm) {
    return algorithm == Algorithm.ED25519 ? 32 : 2 * algorithm.coordinateBytes();
  }

  private static byte[] concat(byte[] a, byte[] b) {
    byte[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }
}
