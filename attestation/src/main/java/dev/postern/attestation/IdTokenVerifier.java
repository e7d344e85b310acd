package dev.postern.attestation;

import static dev.postern.attestation.Reason.INTERNAL_KEYS_UNAVAILABLE;
import static dev.postern.attestation.Reason.SUBJECT_ID_TOKEN_EXPIRED;
import static dev.postern.attestation.Reason.SUBJECT_ID_TOKEN_INVALID;

import dev.postern.attestation.jose.Algorithm;
import dev.postern.attestation.jose.CompactJws;
import dev.postern.attestation.jose.JwsException;
import dev.postern.attestation.jose.JwsRules;
import dev.postern.attestation.jose.KeyPurpose;
import dev.postern.attestation.jose.MalformedSignatureException;
import dev.postern.attestation.jose.Thumbprint;
import dev.postern.attestation.jose.VerifyingKey;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Verifies the OIDC ID token of a self-attested debug token (OpenID Connect Core 1.0 §3.1.3.7).
 *
 * <p>Its {@code nonce} has to be the thumbprint of the attested key: the person signed in for this
 * machine. Its {@code aud} has to be ours, or any site that the person signs in to could ask for
 * such a token and hand it on.
 */
final class IdTokenVerifier {
  private static final int MAX_CHARS = 16 * 1024;
  private static final int MAX_GROUPS = 256;
  private static final JwsRules RULES =
      new JwsRules(
          MAX_CHARS, EnumSet.allOf(Algorithm.class), Set.of("JWT", JwsRules.NO_TYPE), false);

  private final TrustSettings trust;
  private final KeySets keys;

  /** Who signed in. */
  record Person(Subject.Known subject, List<String> groups) {}

  private record Candidate(TrustSettings.Issuer issuer, KeySets.Lookup lookup) {}

  IdTokenVerifier(TrustSettings trust, KeySets keys) {
    this.trust = trust;
    this.keys = keys;
  }

  /** The person that {@code idToken} names for {@code key}. */
  Person verify(String idToken, Thumbprint key, Instant now) throws Refusal {
    CompactJws jws = parse(idToken);
    Candidate candidate = candidate(jws);
    TrustSettings.Issuer issuer = candidate.issuer();
    requireSignature(jws, key(candidate), issuer);
    JsonObject claims = claims(jws);
    if (!claims.string("iss").equals(Optional.of(issuer.iss()))) {
      throw invalid("`iss` is not the issuer whose key signed");
    }
    requireAudience(claims, issuer.idTokens().audience().orElse(trust.gatewayId()));
    requireCurrent(claims, issuer.idTokens().maxAge(), now);
    Optional<Thumbprint> nonce = claims.string("nonce").flatMap(Thumbprint::parse);
    if (!nonce.equals(Optional.of(key))) {
      throw invalid("`nonce` is not the thumbprint of the key");
    }
    String sub = claims.string("sub").filter(OuterClaimsReader::isName).orElse("");
    if (sub.isEmpty()) {
      throw invalid("`sub` is no name");
    }
    return new Person(
        new Subject.Known(issuer.iss(), sub), groups(claims, issuer.idTokens().groupsClaim()));
  }

  private static CompactJws parse(String idToken) throws Refusal {
    try {
      return CompactJws.parse(idToken, RULES);
    } catch (JwsException e) {
      throw invalid(String.valueOf(e.getMessage()));
    }
  }

  private static JsonObject claims(CompactJws jws) throws Refusal {
    try {
      return jws.claims();
    } catch (JwsException e) {
      throw invalid(String.valueOf(e.getMessage()));
    }
  }

  private Candidate candidate(CompactJws jws) throws Refusal {
    String kid = jws.kid().orElseThrow(() -> invalid("no `kid` to find a key by"));
    List<Candidate> candidates =
        trust.issuers().stream()
            .map(issuer -> new Candidate(issuer, keys.find(issuer.iss(), kid, KeyPurpose.TOKEN)))
            .filter(candidate -> !(candidate.lookup() instanceof KeySets.Lookup.Unknown))
            .toList();
    if (candidates.size() > 1) {
      // what the unverified token says is good for choosing a key to try, no more
      Optional<String> iss = claims(jws).string("iss");
      candidates =
          candidates.stream()
              .filter(candidate -> iss.equals(Optional.of(candidate.issuer().iss())))
              .toList();
    }
    if (candidates.isEmpty()) {
      throw invalid("no issuer has a key of this `kid`");
    }
    return candidates.getFirst();
  }

  private static VerifyingKey key(Candidate candidate) throws Refusal {
    return switch (candidate.lookup()) {
      case KeySets.Lookup.Found(var found) -> found.key();
      case KeySets.Lookup.Unknown unknown -> throw invalid("no issuer has a key of this `kid`");
      case KeySets.Lookup.Revoked revoked ->
          throw invalid("a withdrawn key of " + candidate.issuer().iss());
      case KeySets.Lookup.Unavailable unavailable ->
          throw new Refusal(INTERNAL_KEYS_UNAVAILABLE, "the keys of " + candidate.issuer().iss());
    };
  }

  private static void requireSignature(
      CompactJws jws, VerifyingKey key, TrustSettings.Issuer issuer) throws Refusal {
    if (jws.algorithm() != key.algorithm()
        || !issuer.idTokens().algorithms().contains(jws.algorithm())) {
      throw invalid("`alg` is not one for ID tokens of " + issuer.iss());
    }
    try {
      if (!jws.isSignedBy(key)) {
        throw invalid("the signature does not hold");
      }
    } catch (MalformedSignatureException e) {
      throw invalid(String.valueOf(e.getMessage()));
    }
  }

  private static void requireAudience(JsonObject claims, String expected) throws Refusal {
    List<String> audiences =
        switch (claims.get("aud").orElse(JsonArray.EMPTY)) {
          case JsonString(String value) -> List.of(value);
          case JsonArray array -> array.strings().orElse(List.of());
          default -> List.of();
        };
    boolean party =
        claims.has("azp")
            ? claims.string("azp").equals(Optional.of(expected))
            : audiences.size() == 1;
    if (!audiences.contains(expected) || !party) {
      throw invalid("`aud` and `azp` are not " + expected);
    }
  }

  private void requireCurrent(JsonObject claims, Duration maxAge, Instant now) throws Refusal {
    Duration skew = trust.skew();
    Instant expiresAt = time(claims, "exp");
    Instant issuedAt = time(claims, "iat");
    if (!now.isBefore(expiresAt.plus(skew))) {
      throw new Refusal(SUBJECT_ID_TOKEN_EXPIRED, "exp " + expiresAt + ", now " + now);
    }
    if (now.isAfter(issuedAt.plus(maxAge))) {
      throw new Refusal(
          SUBJECT_ID_TOKEN_EXPIRED, "iat " + issuedAt + ", now " + now + ", at most " + maxAge);
    }
    if (issuedAt.isAfter(now.plus(skew))
        || (claims.has("nbf") && time(claims, "nbf").isAfter(now.plus(skew)))) {
      throw invalid("not valid yet: iat " + issuedAt + ", now " + now);
    }
  }

  private static Instant time(JsonObject claims, String name) throws Refusal {
    Optional<JsonValue> value = claims.get(name);
    return value
        .flatMap(NumericDate::read)
        .orElseThrow(() -> invalid("`" + name + "` is not a time"));
  }

  private static List<String> groups(JsonObject claims, String name) throws Refusal {
    if (!claims.has(name)) {
      return List.of();
    }
    List<String> groups =
        claims
            .array(name)
            .flatMap(JsonArray::strings)
            .orElseThrow(() -> invalid("`" + name + "` is not an array of strings"));
    if (groups.size() > MAX_GROUPS || !groups.stream().allMatch(OuterClaimsReader::isName)) {
      throw invalid("`" + name + "` has too many groups, or one that is no name");
    }
    return groups;
  }

  private static Refusal invalid(String detail) {
    return new Refusal(SUBJECT_ID_TOKEN_INVALID, "`id_token`: " + detail);
  }
}
