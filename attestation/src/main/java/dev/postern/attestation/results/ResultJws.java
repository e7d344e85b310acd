package dev.postern.attestation.results;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_ALG_NOT_ALLOWED;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_SIG_INVALID;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.postern.attestation.evidence.Ecdsa;
import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.jose.Base64Url;
import dev.postern.json.JsonException;
import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue.JsonObject;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Optional;
import java.util.Set;

/**
 * A compact JWS as services issue it. Header members that bring or name keys ({@code jwk}, {@code
 * jku}, {@code x5u}, {@code x5c}) are never used to find one: the key comes from a given set.
 */
final class ResultJws {
  private static final int MAX_CHARS = 256 * 1024;
  private static final JsonLimits LIMITS =
      new JsonLimits(256 * 1024, 24, 1024, 8192, 128 * 1024, 64, false);

  private final JsonObject header;
  private final JsonObject claims;
  private final byte[] signed;
  private final byte[] signature;

  private ResultJws(JsonObject header, JsonObject claims, byte[] signed, byte[] signature) {
    this.header = header;
    this.claims = claims;
    this.signed = signed;
    this.signature = signature;
  }

  static ResultJws parse(byte[] file) throws Refused {
    String text = new String(file, US_ASCII).strip();
    String[] parts = text.split("\\.", -1);
    if (text.length() > MAX_CHARS || parts.length != 3) {
      throw Refused.malformed("not a compact JWS");
    }
    JsonObject header = json(parts[0], "header");
    if (header.has("crit") || header.has("b64") || header.has("zip") || header.has("enc")) {
      throw Refused.malformed("JWS header has a member that changes its meaning");
    }
    String type = header.string("typ").orElse(header.has("typ") ? "?" : "JWT");
    if (!Set.of("JWT", "eat+jwt", "eat-jwt").contains(type)) {
      throw Refused.malformed("JWS header typ is not that of an Attestation Result");
    }
    byte[] signed = (parts[0] + "." + parts[1]).getBytes(US_ASCII);
    return new ResultJws(header, json(parts[1], "payload"), signed, decode(parts[2], "signature"));
  }

  private static JsonObject json(String segment, String what) throws Refused {
    try {
      return JsonReader.readObject(decode(segment, what), LIMITS);
    } catch (JsonException malformed) {
      throw Refused.malformed("JWS " + what + ": " + malformed.getMessage());
    }
  }

  private static byte[] decode(String segment, String what) throws Refused {
    Optional<byte[]> bytes = Base64Url.decode(segment);
    if (bytes.isEmpty() || bytes.get().length == 0) {
      throw Refused.malformed("JWS " + what + " is not canonical base64url");
    }
    return bytes.get();
  }

  JsonObject header() {
    return header;
  }

  /** Unverified until {@link #requireSignedBy} has returned. */
  JsonObject claims() {
    return claims;
  }

  void requireSignedBy(ResultKeys keys, Set<String> algorithms) throws Refused {
    String algorithm = header.string("alg").orElse("");
    if (!algorithms.contains(algorithm)) {
      throw new Refused(ATT_ALG_NOT_ALLOWED, "alg is not one of " + algorithms);
    }
    if (header.has("kid") && header.string("kid").isEmpty()) {
      throw Refused.malformed("kid is not a string");
    }
    ResultKeys.Entry entry = keys.find(header.string("kid"));
    if (entry.algorithm().isPresent() && !entry.algorithm().get().equals(algorithm)) {
      throw new Refused(ATT_ALG_NOT_ALLOWED, "the key is for " + entry.algorithm().get());
    }
    require(entry.key(), algorithm);
  }

  void require(PublicKey key, String algorithm) throws Refused {
    switch (algorithm) {
      case "ES256" -> Ecdsa.P256.require(key, signed, signature, "Attestation Result");
      case "ES384" -> Ecdsa.P384.require(key, signed, signature, "Attestation Result");
      default -> requireRsa(key, algorithm);
    }
  }

  private void requireRsa(PublicKey key, String algorithm) throws Refused {
    if (!(key instanceof RSAPublicKey)) {
      throw new Refused(ATT_ALG_NOT_ALLOWED, "alg is " + algorithm + ", the key is not RSA");
    }
    String digits = algorithm.substring(2);
    try {
      Signature verifier;
      if (algorithm.startsWith("PS")) {
        verifier = Signature.getInstance("RSASSA-PSS");
        String hash = "SHA-" + digits;
        verifier.setParameter(
            new PSSParameterSpec(
                hash, "MGF1", new MGF1ParameterSpec(hash), Integer.parseInt(digits) / 8, 1));
      } else {
        verifier = Signature.getInstance("SHA" + digits + "withRSA");
      }
      verifier.initVerify(key);
      verifier.update(signed);
      if (verifier.verify(signature)) {
        return;
      }
    } catch (GeneralSecurityException | NumberFormatException doesNotHold) {
      // falls through to the refusal
    }
    throw new Refused(ATT_SIG_INVALID, "Attestation Result: signature does not hold");
  }
}
