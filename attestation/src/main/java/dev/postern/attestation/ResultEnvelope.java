package dev.postern.attestation;

import dev.postern.attestation.jose.JwkException;
import dev.postern.attestation.jose.PublicJwk;
import dev.postern.attestation.jose.Thumbprint;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What an authentic Attestation Result says about itself: whose, when, for which key.
 *
 * @param nonces {@code eat_nonce}, in its order
 * @param key what {@code cnf} names; empty if there is no {@code cnf}
 */
record ResultEnvelope(
    TrustSettings.Verifier verifier,
    Instant issuedAt,
    Instant expiresAt,
    Optional<Instant> notBefore,
    List<String> nonces,
    Optional<AttestedKey> key,
    Optional<String> sub,
    Optional<String> debuggerId) {

  /** The key that a result vouches for, or why it names none. */
  sealed interface AttestedKey {
    /**
     * By thumbprint, all of which must be the caller's.
     *
     * @param certificates {@code x5t#S256} thumbprints
     * @param jwk the key itself, where the result holds it
     */
    record Named(List<Thumbprint> keys, List<Thumbprint> certificates, Optional<PublicJwk> jwk)
        implements AttestedKey {}

    record Unusable(Verification.Denied denial) implements AttestedKey {}
  }

  /** Reads {@code cnf}; a fault is kept, to be told in its turn. */
  static AttestedKey readKey(JsonValue value) {
    if (!(value instanceof JsonObject cnf)) {
      return unusable(Reason.ATT_KEY_MISMATCH, "`cnf` is not an object");
    }
    var keys = new ArrayList<Thumbprint>();
    var certificates = new ArrayList<Thumbprint>();
    Optional<PublicJwk> jwk = Optional.empty();
    if (cnf.has("jwk")) {
      try {
        jwk = Optional.of(PublicJwk.parse(cnf.object("jwk").orElse(JsonObject.EMPTY)));
        keys.add(jwk.get().thumbprint());
      } catch (JwkException e) {
        return unusable(
            e.kind() == JwkException.Kind.PRIVATE ? Reason.ATT_MALFORMED : Reason.ATT_KEY_MISMATCH,
            "`cnf.jwk` " + e.getMessage());
      }
    }
    if (cnf.has("jkt")
        && !cnf.string("jkt").flatMap(Thumbprint::parse).map(keys::add).orElse(false)) {
      return unusable(Reason.ATT_KEY_MISMATCH, "`cnf.jkt` is not 32 bytes in base64url");
    }
    if (cnf.has("x5t#S256")
        && !cnf.string("x5t#S256")
            .flatMap(Thumbprint::parse)
            .map(certificates::add)
            .orElse(false)) {
      return unusable(Reason.ATT_KEY_MISMATCH, "`cnf.x5t#S256` is not 32 bytes in base64url");
    }
    if (keys.isEmpty() && certificates.isEmpty()) {
      return unusable(Reason.ATT_KEY_MISMATCH, "`cnf` names no key in a form understood here");
    }
    return new AttestedKey.Named(List.copyOf(keys), List.copyOf(certificates), jwk);
  }

  /** {@code eat_nonce}: a string of 8 to 88 characters or an array of them (RFC 9711 §4.1). */
  static List<String> readNonces(JsonObject claims) throws Refusal {
    List<String> nonces =
        switch (claims.get("eat_nonce").orElse(JsonArray.EMPTY)) {
          case JsonString(String nonce) -> List.of(nonce);
          case JsonArray array -> array.strings().orElseThrow(ResultEnvelope::badNonce);
          default -> throw badNonce();
        };
    for (String nonce : nonces) {
      if (nonce.length() < 8 || nonce.length() > 88) {
        throw badNonce();
      }
    }
    return nonces;
  }

  private static Refusal badNonce() {
    return new Refusal(
        Reason.ATT_MALFORMED, "`eat_nonce` is not a text of 8 to 88 characters, or several");
  }

  private static AttestedKey unusable(Reason reason, String detail) {
    return new AttestedKey.Unusable(new Verification.Denied(reason, detail));
  }
}
