package dev.postern.attestation.jose;

import dev.postern.json.JsonException;
import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads JWK sets (RFC 7517 §5), strictly.
 *
 * <p>Private or symmetric key material, a malformed key, a key without a {@code kid} in a set of
 * several, or a {@code kid} that stands twice refuse the whole set: someone made a mistake that
 * should be seen. A key that is well formed but not for us (another {@code use}, a type or an
 * algorithm that this issuer may not use) is left out, with a sentence why. A set without a usable
 * key is refused. A key with a {@code revoked} member (OpenID Federation §8.7.2) is known and
 * withdrawn.
 */
public final class JwksReader {
  private static final int MAX_KEYS = 256;
  private static final int MAX_KID_CHARS = 256;

  private JwksReader() {}

  /**
   * Reads the set of one issuer.
   *
   * @param text a JWK set, or a single JWK
   * @param allowed the algorithms that this issuer may use
   * @throws JwkException if the set is not to be used
   */
  public static Jwks read(byte[] text, String issuer, KeyPurpose purpose, Set<Algorithm> allowed)
      throws JwkException {
    JsonObject document;
    try {
      document = JsonReader.readObject(text, JsonLimits.DOCUMENT);
    } catch (JsonException e) {
      throw new JwkException(
          JwkException.Kind.MALFORMED, "the key set is not JSON: " + e.getMessage());
    }
    var keys = new ArrayList<VerificationKey>();
    var revoked = new HashSet<String>();
    var skipped = new ArrayList<String>();
    var kids = new HashSet<String>();
    List<JsonValue> entries = entries(document);
    for (int i = 0; i < entries.size(); i++) {
      String place = "key " + i;
      if (!(entries.get(i) instanceof JsonObject jwk)) {
        throw malformed(place + " is not an object");
      }
      String kid = kid(jwk, place, entries.size());
      if (!kids.add(kid)) {
        throw malformed("the `kid` of " + place + " stands twice");
      }
      if (jwk.has("revoked")) {
        revoked.add(kid);
        continue;
      }
      Optional<String> notForUs = notForUs(jwk);
      if (notForUs.isPresent()) {
        skipped.add(place + " " + notForUs.get());
        continue;
      }
      VerifyingKey key;
      try {
        key = parse(jwk, allowed);
      } catch (JwkException e) {
        if (e.kind() != JwkException.Kind.UNSUPPORTED) {
          throw new JwkException(e.kind(), place + " " + e.getMessage());
        }
        skipped.add(place + " " + e.getMessage());
        continue;
      }
      Optional<String> algorithmFault = algorithmFault(jwk, key, allowed);
      if (algorithmFault.isPresent()) {
        skipped.add(place + " " + algorithmFault.get());
        continue;
      }
      keys.add(new VerificationKey(issuer, kid, purpose, key));
    }
    if (keys.isEmpty() && revoked.isEmpty()) {
      throw malformed(
          "the key set has no usable key" + (skipped.isEmpty() ? "" : ": " + skipped.getFirst()));
    }
    return new Jwks(issuer, purpose, keys, revoked, skipped);
  }

  private static VerifyingKey parse(JsonObject jwk, Set<Algorithm> allowed) throws JwkException {
    return jwk.string("kty").equals(Optional.of("RSA"))
        ? RsaKey.parse(jwk, rsaAlgorithm(jwk, allowed))
        : PublicJwk.parse(jwk);
  }

  /** The {@code alg} that the key names; else the one RSA algorithm of this issuer. */
  private static Algorithm rsaAlgorithm(JsonObject jwk, Set<Algorithm> allowed)
      throws JwkException {
    List<Algorithm> possible =
        allowed.stream()
            .filter(algorithm -> !Algorithm.OF_CALLERS.contains(algorithm))
            .filter(
                algorithm ->
                    !jwk.has("alg") || jwk.string("alg").equals(Optional.of(algorithm.wireName())))
            .toList();
    if (possible.size() != 1) {
      PublicJwk.requirePublic(jwk);
      throw new JwkException(
          JwkException.Kind.UNSUPPORTED,
          possible.isEmpty()
              ? "is an RSA key, and `algorithms` here has none for it"
              : "is an RSA key without `alg`, and `algorithms` here has several for it");
    }
    return possible.getFirst();
  }

  private static List<JsonValue> entries(JsonObject document) throws JwkException {
    if (!document.has("keys") && document.has("kty")) {
      return List.of(document);
    }
    JsonArray keys =
        document.array("keys").orElseThrow(() -> malformed("the key set has no array `keys`"));
    if (keys.elements().size() > MAX_KEYS) {
      throw malformed("the key set has more than " + MAX_KEYS + " keys");
    }
    return keys.elements();
  }

  /** The key's name; a single key without one is named by its thumbprint. */
  private static String kid(JsonObject jwk, String place, int keys) throws JwkException {
    Optional<JsonValue> kid = jwk.get("kid");
    if (kid.isEmpty()) {
      if (keys > 1) {
        throw malformed(place + " has no `kid`");
      }
      if (jwk.string("kty").equals(Optional.of("RSA"))) {
        throw malformed("an RSA key needs a `kid`");
      }
      return PublicJwk.parse(jwk).thumbprint().toString();
    }
    String text = jwk.string("kid").orElse("");
    if (!isPlainKid(text)) {
      throw malformed("the `kid` of " + place + " is not 1 to 256 printable ASCII characters");
    }
    return text;
  }

  /** Whether a {@code kid} is of the form that is looked up at all: printable ASCII, bounded. */
  static boolean isPlainKid(String kid) {
    if (kid.isEmpty() || kid.length() > MAX_KID_CHARS) {
      return false;
    }
    for (int i = 0; i < kid.length(); i++) {
      if (kid.charAt(i) < 0x20 || kid.charAt(i) > 0x7e) {
        return false;
      }
    }
    return true;
  }

  private static Optional<String> notForUs(JsonObject jwk) throws JwkException {
    if (jwk.has("use") && !jwk.string("use").equals(Optional.of("sig"))) {
      return Optional.of("is not for signatures (`use`)");
    }
    if (jwk.has("key_ops")) {
      List<String> operations =
          jwk.array("key_ops")
              .flatMap(JsonArray::strings)
              .orElseThrow(() -> malformed("`key_ops` is not an array of strings"));
      if (operations.contains("sign")) {
        throw new JwkException(JwkException.Kind.PRIVATE, "`key_ops` says it is a private key");
      }
      if (!operations.contains("verify")) {
        return Optional.of("is not for verifying (`key_ops`)");
      }
    }
    return Optional.empty();
  }

  private static Optional<String> algorithmFault(
      JsonObject jwk, VerifyingKey key, Set<Algorithm> allowed) {
    if (jwk.has("alg")
        && !jwk.string("alg").flatMap(Algorithm::ofWireName).equals(Optional.of(key.algorithm()))) {
      return Optional.of("has an `alg` that is not of its curve");
    }
    return allowed.contains(key.algorithm())
        ? Optional.empty()
        : Optional.of(
            "is for " + key.algorithm().wireName() + ", which is not in `algorithms` here");
  }

  private static JwkException malformed(String message) {
    return new JwkException(JwkException.Kind.MALFORMED, message);
  }
}
