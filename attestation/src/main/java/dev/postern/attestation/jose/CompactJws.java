package dev.postern.attestation.jose;

import static dev.postern.attestation.jose.JwsException.Fault.ABSENT;
import static dev.postern.attestation.jose.JwsException.Fault.ALG_NOT_ALLOWED;
import static dev.postern.attestation.jose.JwsException.Fault.CRIT_UNSUPPORTED;
import static dev.postern.attestation.jose.JwsException.Fault.ENCODING;
import static dev.postern.attestation.jose.JwsException.Fault.ENCRYPTED;
import static dev.postern.attestation.jose.JwsException.Fault.JSON_DUPLICATE;
import static dev.postern.attestation.jose.JwsException.Fault.JSON_INVALID;
import static dev.postern.attestation.jose.JwsException.Fault.JSON_LIMITS;
import static dev.postern.attestation.jose.JwsException.Fault.KID_INVALID;
import static dev.postern.attestation.jose.JwsException.Fault.MALFORMED;
import static dev.postern.attestation.jose.JwsException.Fault.PARAM_FORBIDDEN;
import static dev.postern.attestation.jose.JwsException.Fault.TOO_LARGE;
import static dev.postern.attestation.jose.JwsException.Fault.TYP_MISMATCH;
import static dev.postern.attestation.jose.JwsException.Fault.UNSIGNED;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.postern.json.JsonException;
import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonObject;
import java.util.List;
import java.util.Optional;

/**
 * A compact JWS (RFC 7515 §7.1) taken apart, its header checked, its signature not.
 *
 * <p>{@link #parse} does steps 1 to 5 of the order of checks: size, segments, base64url, header
 * JSON, header rules. Nothing of the payload is read until {@link #claims} or {@link #payload} is
 * asked for.
 */
public final class CompactJws {
  /**
   * Bounds on headers and claims. A number may be long, because its text is all that is ever looked
   * at; arrays may be longer than what any claim takes, so that the claim's own check answers.
   */
  private static final JsonLimits JSON =
      new JsonLimits(64 * 1024, 16, 256, 8 * 1024, 64 * 1024, 8 * 1024, false);

  private static final int MAX_HEADER_BYTES = 8 * 1024;

  /** Key material, key locations and encryption parameters: never looked at, always refused. */
  private static final List<String> FORBIDDEN =
      List.of(
          "jku",
          "x5u",
          "x5c",
          "x5t",
          "x5t#S256",
          "zip",
          "enc",
          "epk",
          "apu",
          "apv",
          "iv",
          "tag",
          "p2s",
          "p2c");

  private final byte[] text;
  private final int signedLength;
  private final byte[] payload;
  private final byte[] signature;
  private final JsonObject header;
  private final Algorithm algorithm;
  private final String type;
  private final Optional<String> kid;

  private CompactJws(
      byte[] text,
      int signedLength,
      byte[] payload,
      byte[] signature,
      JsonObject header,
      Algorithm algorithm,
      String type,
      Optional<String> kid) {
    this.text = text;
    this.signedLength = signedLength;
    this.payload = payload;
    this.signature = signature;
    this.header = header;
    this.algorithm = algorithm;
    this.type = type;
    this.kid = kid;
  }

  /**
   * Takes {@code token} apart.
   *
   * @throws JwsException with the first fault in the order of checks
   */
  public static CompactJws parse(String token, JwsRules rules) throws JwsException {
    // 1 size
    if (token.isEmpty()) {
      throw new JwsException(ABSENT, "no token");
    }
    if (token.length() > rules.maxChars()) {
      throw new JwsException(TOO_LARGE, "longer than " + rules.maxChars() + " characters");
    }
    // 2 three segments
    int firstDot = token.indexOf('.');
    int secondDot = token.indexOf('.', firstDot + 1);
    requireThreeSegments(token, firstDot, secondDot);
    // 3 base64url
    byte[] text = token.getBytes(ISO_8859_1);
    byte[] headerJson = segment(text, 0, firstDot);
    byte[] payload = segment(text, firstDot + 1, secondDot);
    byte[] signature = segment(text, secondDot + 1, text.length);
    // 4 header JSON
    if (headerJson.length > MAX_HEADER_BYTES) {
      throw new JwsException(TOO_LARGE, "header longer than " + MAX_HEADER_BYTES + " bytes");
    }
    JsonObject header = object(headerJson);
    // 5 header rules
    Algorithm algorithm = requireAlgorithm(header, rules);
    if (signature.length == 0) {
      throw new JwsException(UNSIGNED, "the signature is empty");
    }
    requireAllowedParameters(header, rules);
    String type = requireType(header, rules);
    return new CompactJws(
        text, secondDot, payload, signature, header, algorithm, type, readKid(header));
  }

  public Algorithm algorithm() {
    return algorithm;
  }

  /** The {@code typ}, one of those the rules take. */
  public String type() {
    return type;
  }

  /** The {@code kid}: 1 to 256 printable ASCII characters, if there is one. */
  public Optional<String> kid() {
    return kid;
  }

  public JsonObject header() {
    return header;
  }

  /** Whether {@code key} signed this, by its own algorithm. */
  public boolean isSignedBy(VerifyingKey key) throws MalformedSignatureException {
    return key.algorithm() == algorithm && key.verify(text, signedLength, signature);
  }

  /** The payload as bytes. */
  public byte[] payload() {
    return payload.clone();
  }

  /**
   * The payload read as a claims set; an empty object is none.
   *
   * @throws JwsException if it is not one I-JSON object within the bounds
   */
  public JsonObject claims() throws JwsException {
    JsonObject claims = object(payload);
    if (claims.members().isEmpty()) {
      throw new JwsException(JSON_INVALID, "the claims set is empty");
    }
    return claims;
  }

  /** Whether the payload is itself a compact JWS by its shape. */
  public boolean hasTokenAsPayload() {
    int dots = 0;
    for (byte b : payload) {
      if (b == '.') {
        dots++;
      } else if (!Base64Url.inAlphabet(b) && b != '"') {
        return false;
      }
    }
    return dots == 2;
  }

  private static void requireThreeSegments(String token, int firstDot, int secondDot)
      throws JwsException {
    int dots = 0;
    boolean allBase64Url = true;
    for (int i = 0; i < token.length(); i++) {
      char c = token.charAt(i);
      if (c == '.') {
        dots++;
      } else if (!Base64Url.inAlphabet(c)) {
        allBase64Url = false;
        if (c < 0x20 || c > 0x7e || c == ',' || c == '{' || c == '"') {
          throw new JwsException(MALFORMED, "a character that no compact JWS has");
        }
      }
    }
    if (dots == 4 && allBase64Url) {
      throw new JwsException(ENCRYPTED, "five segments, the form of a JWE");
    }
    if (dots != 2 || firstDot == 0 || secondDot == firstDot + 1) {
      throw new JwsException(MALFORMED, "not three segments");
    }
    if (token.regionMatches(true, 0, "Bearer ", 0, "Bearer ".length())) {
      throw new JwsException(MALFORMED, "an authorization header instead of its token");
    }
    if (!allBase64Url) {
      throw new JwsException(ENCODING, "a character outside of base64url");
    }
  }

  private static byte[] segment(byte[] text, int from, int to) throws JwsException {
    return Base64Url.decode(text, from, to)
        .orElseThrow(() -> new JwsException(ENCODING, "a segment is not canonical base64url"));
  }

  private static JsonObject object(byte[] json) throws JwsException {
    try {
      return JsonReader.readObject(json, JSON);
    } catch (JsonException e) {
      JwsException.Fault fault =
          switch (e.kind()) {
            case SYNTAX -> JSON_INVALID;
            case DUPLICATE -> JSON_DUPLICATE;
            case LIMIT -> JSON_LIMITS;
          };
      throw new JwsException(fault, String.valueOf(e.getMessage()));
    }
  }

  private static Algorithm requireAlgorithm(JsonObject header, JwsRules rules) throws JwsException {
    return header
        .string("alg")
        .flatMap(Algorithm::ofWireName)
        .filter(rules.algorithms()::contains)
        .orElseThrow(() -> new JwsException(ALG_NOT_ALLOWED, "`alg` is not one that is allowed"));
  }

  private static void requireAllowedParameters(JsonObject header, JwsRules rules)
      throws JwsException {
    // b64 changes what is signed; a JWT must not use it, with or without crit (RFC 7797 §7)
    if (header.has("b64")) {
      throw forbidden("b64");
    }
    if (header.has("crit")) {
      throw new JwsException(CRIT_UNSUPPORTED, "`crit` asks for an extension");
    }
    for (String name : FORBIDDEN) {
      if (header.has(name) && !rules.ignored().contains(name)) {
        throw forbidden(name);
      }
    }
    if (header.has("jwk") && !rules.keyInHeader()) {
      throw forbidden("jwk");
    }
  }

  private static JwsException forbidden(String name) {
    return new JwsException(PARAM_FORBIDDEN, "header parameter `" + name + "` is not taken");
  }

  private static String requireType(JsonObject header, JwsRules rules) throws JwsException {
    return (header.has("typ") ? header.string("typ") : Optional.of(JwsRules.NO_TYPE))
        .filter(rules.types()::contains)
        .orElseThrow(() -> new JwsException(TYP_MISMATCH, "`typ` is not that of this kind"));
  }

  private static Optional<String> readKid(JsonObject header) throws JwsException {
    Optional<JsonValue> kid = header.get("kid");
    if (kid.isEmpty()) {
      return Optional.empty();
    }
    Optional<String> plain = header.string("kid").filter(JwksReader::isPlainKid);
    if (plain.isEmpty()) {
      throw new JwsException(
          KID_INVALID, "`kid` is not a string of 1 to 256 printable ASCII characters");
    }
    return plain;
  }
}
