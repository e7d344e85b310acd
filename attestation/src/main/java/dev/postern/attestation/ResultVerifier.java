package dev.postern.attestation;

import static dev.postern.attestation.Reason.ATT_ALG_NOT_ALLOWED;
import static dev.postern.attestation.Reason.ATT_AUD_MISMATCH;
import static dev.postern.attestation.Reason.ATT_CLAIM_MISSING;
import static dev.postern.attestation.Reason.ATT_EXPIRED;
import static dev.postern.attestation.Reason.ATT_FUTURE;
import static dev.postern.attestation.Reason.ATT_HEADER_FORBIDDEN;
import static dev.postern.attestation.Reason.ATT_KEY_MISMATCH;
import static dev.postern.attestation.Reason.ATT_MALFORMED;
import static dev.postern.attestation.Reason.ATT_NESTING;
import static dev.postern.attestation.Reason.ATT_SIG_INVALID;
import static dev.postern.attestation.Reason.ATT_SIMULATED;
import static dev.postern.attestation.Reason.ATT_STALE;
import static dev.postern.attestation.Reason.ATT_SUBJECT_MISMATCH;
import static dev.postern.attestation.Reason.ATT_TYP_MISMATCH;
import static dev.postern.attestation.Reason.ATT_VERIFIER_UNTRUSTED;
import static dev.postern.attestation.Reason.INTERNAL_KEYS_UNAVAILABLE;

import dev.postern.attestation.ResultEnvelope.AttestedKey;
import dev.postern.attestation.TrustSettings.Audience;
import dev.postern.attestation.TrustSettings.Profile;
import dev.postern.attestation.TrustSettings.Verifier;
import dev.postern.attestation.jose.Algorithm;
import dev.postern.attestation.jose.CompactJws;
import dev.postern.attestation.jose.JwsException;
import dev.postern.attestation.jose.JwsRules;
import dev.postern.attestation.jose.KeyPurpose;
import dev.postern.attestation.jose.MalformedSignatureException;
import dev.postern.attestation.jose.PublicJwk;
import dev.postern.attestation.jose.VerificationKey;
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
 * Verifies a nested Attestation Result: the same steps as the outer token, then its claims by the
 * profile of the Verifier that signed.
 *
 * <p>A result names the caller twice: its key ({@code cnf}) always, and where it has {@code sub} or
 * {@code debugger_id} these have to be the token's own.
 */
final class ResultVerifier {
  private static final JwsRules RULES =
      new JwsRules(
          TokenVerifier.MAX_TOKEN_CHARS,
          EnumSet.allOf(Algorithm.class),
          Set.of("JWT", "eat+jwt"),
          false);

  private final TrustSettings trust;
  private final KeySets keys;
  private final Optional<Challenges> challenges;
  private final ResultCache seen = new ResultCache();

  ResultVerifier(TrustSettings trust, KeySets keys, Optional<Challenges> challenges) {
    this.trust = trust;
    this.keys = keys;
    this.challenges = challenges;
  }

  /**
   * What a result says, and the caller's key where the result holds it.
   *
   * @param key of the thumbprint that the token confirms
   */
  record Vouched(AttestationFacts facts, Optional<PublicJwk> key) {}

  Vouched verify(String result, ConfirmedKey caller, String sub, String debuggerId, Instant now)
      throws Refusal {
    ResultCache.Entry entry = seen.get(result).filter(this::isKeyInForce).orElse(null);
    if (entry != null) {
      requireCurrent(entry.envelope(), now);
      requireBinding(entry.envelope(), caller);
      requireSubject(entry.envelope(), sub, debuggerId);
      return vouched(entry.facts(), entry.envelope(), caller);
    }
    // size, segments, base64url, header; key by kid; signature; claims JSON
    CompactJws jws = parse(result);
    VerificationKey key = requireKey(jws);
    requireSignature(jws, key);
    JsonObject claims = requireClaims(jws);
    // iss, aud, times, cnf against the caller's key
    Verifier verifier = requireVerifier(claims, key);
    requireAudience(claims, verifier);
    ResultEnvelope envelope = open(claims, verifier);
    requireCurrent(envelope, now);
    requireBinding(envelope, caller);
    // then its claims
    AttestationFacts facts = appraise(claims, envelope);
    requireSubject(envelope, sub, debuggerId);
    seen.put(result, new ResultCache.Entry(key, envelope, facts));
    return vouched(facts, envelope, caller);
  }

  private Vouched vouched(AttestationFacts facts, ResultEnvelope envelope, ConfirmedKey caller) {
    return new Vouched(
        challenge(envelope, caller).map(facts::freshBy).orElse(facts),
        envelope.key().orElse(null) instanceof AttestedKey.Named named
            ? named.jwk()
            : Optional.empty());
  }

  private boolean isKeyInForce(ResultCache.Entry entry) {
    VerificationKey key = entry.key();
    return keys.find(key.issuer(), key.kid(), KeyPurpose.ATTESTATION)
            instanceof KeySets.Lookup.Found(var found)
        && found.equals(key);
  }

  private static CompactJws parse(String result) throws Refusal {
    try {
      return CompactJws.parse(result, RULES);
    } catch (JwsException e) {
      throw refusal(e);
    }
  }

  private record Candidate(Verifier verifier, KeySets.Lookup lookup) {}

  private VerificationKey requireKey(CompactJws jws) throws Refusal {
    String kid =
        jws.kid()
            .orElseThrow(() -> new Refusal(ATT_VERIFIER_UNTRUSTED, "no `kid` to find a key by"));
    List<Candidate> candidates =
        trust.verifiers().stream()
            .map(
                verifier ->
                    new Candidate(verifier, keys.find(verifier.iss(), kid, KeyPurpose.ATTESTATION)))
            .filter(candidate -> !(candidate.lookup() instanceof KeySets.Lookup.Unknown))
            .toList();
    if (candidates.size() > 1) {
      Optional<String> iss = unverifiedIssuer(jws);
      candidates =
          candidates.stream()
              .filter(candidate -> iss.equals(Optional.of(candidate.verifier().iss())))
              .toList();
    }
    if (candidates.isEmpty()) {
      throw new Refusal(ATT_VERIFIER_UNTRUSTED, "no Verifier has a key of this `kid`");
    }
    Verifier verifier = candidates.getFirst().verifier();
    VerificationKey key =
        switch (candidates.getFirst().lookup()) {
          case KeySets.Lookup.Found(var found) -> found;
          case KeySets.Lookup.Unknown unknown ->
              throw new Refusal(ATT_VERIFIER_UNTRUSTED, "no Verifier has a key of this `kid`");
          case KeySets.Lookup.Revoked revoked ->
              throw new Refusal(ATT_VERIFIER_UNTRUSTED, "a withdrawn key of " + verifier.iss());
          case KeySets.Lookup.Unavailable unavailable ->
              throw new Refusal(INTERNAL_KEYS_UNAVAILABLE, "the keys of " + verifier.iss());
        };
    if (jws.algorithm() != key.algorithm() || !verifier.algorithms().contains(jws.algorithm())) {
      throw new Refusal(ATT_ALG_NOT_ALLOWED, "`alg` is not one of " + verifier.iss());
    }
    return key;
  }

  private static void requireSignature(CompactJws jws, VerificationKey key) throws Refusal {
    try {
      if (!jws.isSignedBy(key.key())) {
        throw new Refusal(ATT_SIG_INVALID, "the signature does not hold");
      }
    } catch (MalformedSignatureException e) {
      throw new Refusal(ATT_SIG_INVALID, String.valueOf(e.getMessage()));
    }
  }

  private static JsonObject requireClaims(CompactJws jws) throws Refusal {
    if (jws.hasTokenAsPayload() || jws.header().has("cty")) {
      throw new Refusal(ATT_NESTING, "the payload is another token");
    }
    JsonObject claims;
    try {
      claims = jws.claims();
    } catch (JwsException e) {
      throw refusal(e);
    }
    if (claims.has("attestation") || claims.has("cmw")) {
      throw new Refusal(ATT_NESTING, "an attestation inside the attestation");
    }
    return claims;
  }

  private Verifier requireVerifier(JsonObject claims, VerificationKey key) throws Refusal {
    if (!claims.string("iss").equals(Optional.of(key.issuer()))) {
      throw new Refusal(ATT_VERIFIER_UNTRUSTED, "`iss` is not the Verifier whose key signed");
    }
    Verifier verifier =
        trust
            .verifier(key.issuer())
            .orElseThrow(() -> new Refusal(ATT_VERIFIER_UNTRUSTED, "not a Verifier in use"));
    if (verifier.profile() == Profile.SIMULATED && !trust.allowSimulated()) {
      throw new Refusal(ATT_SIMULATED, "by a software Verifier, which trust does not allow");
    }
    return verifier;
  }

  private void requireAudience(JsonObject claims, Verifier verifier) throws Refusal {
    String expected =
        switch (verifier.audience()) {
          case Audience.Unchecked unchecked -> "";
          case Audience.Gateway gateway -> trust.gatewayId();
          case Audience.Value(String value) -> value;
        };
    if (verifier.audience() instanceof Audience.Unchecked) {
      return;
    }
    Optional<JsonValue> aud = claims.get("aud");
    if (aud.isEmpty()
        && verifier.audience() instanceof Audience.Gateway
        && verifier.profile() != Profile.EAT) {
      return;
    }
    List<String> audiences =
        switch (aud.orElse(JsonArray.EMPTY)) {
          case JsonString(String value) -> List.of(value);
          case JsonArray array -> array.strings().orElse(List.of());
          default -> List.of();
        };
    if (!audiences.contains(expected)) {
      throw new Refusal(ATT_AUD_MISMATCH, "`aud` is not " + expected);
    }
  }

  private static ResultEnvelope open(JsonObject claims, Verifier verifier) throws Refusal {
    JsonValue exp = claims.get("exp").orElseThrow(() -> new Refusal(ATT_CLAIM_MISSING, "no `exp`"));
    Instant expiresAt =
        NumericDate.read(exp).orElseThrow(() -> new Refusal(ATT_MALFORMED, "`exp` is not a time"));
    // without a time of issue its age is unknown, and so too old
    Instant issuedAt =
        claims
            .get("iat")
            .flatMap(NumericDate::read)
            .orElseThrow(() -> new Refusal(ATT_STALE, "`iat` is not a time"));
    Optional<JsonValue> nbf = claims.get("nbf");
    Optional<Instant> notBefore = nbf.flatMap(NumericDate::read);
    if (nbf.isPresent() && notBefore.isEmpty()) {
      throw new Refusal(ATT_MALFORMED, "`nbf` is not a time");
    }
    return new ResultEnvelope(
        verifier,
        issuedAt,
        expiresAt,
        notBefore,
        ResultEnvelope.readNonces(claims),
        claims.get("cnf").map(ResultEnvelope::readKey).or(() -> keyWithoutCnf(claims, verifier)),
        text(claims, "sub"),
        text(claims, "debugger_id"));
  }

  private static Optional<AttestedKey> keyWithoutCnf(JsonObject claims, Verifier verifier) {
    return verifier.profile() == Profile.EAR ? EarClaims.attestedKey(claims) : Optional.empty();
  }

  private void requireCurrent(ResultEnvelope result, Instant now) throws Refusal {
    Duration skew = trust.skew();
    // exp is exclusive: now == exp + skew is already too late
    if (!now.isBefore(result.expiresAt().plus(skew))) {
      throw new Refusal(ATT_EXPIRED, "exp " + result.expiresAt() + ", now " + now);
    }
    if (result.issuedAt().isAfter(now.plus(skew))) {
      throw new Refusal(ATT_FUTURE, "iat " + result.issuedAt() + ", now " + now);
    }
    if (result.notBefore().isPresent() && result.notBefore().get().isAfter(now.plus(skew))) {
      throw new Refusal(ATT_FUTURE, "nbf " + result.notBefore().get() + ", now " + now);
    }
    // an age of exactly maxAge is taken
    Duration maxAge = result.verifier().maxAge();
    if (now.isAfter(result.issuedAt().plus(maxAge))) {
      throw new Refusal(
          ATT_STALE, "iat " + result.issuedAt() + ", now " + now + ", at most " + maxAge);
    }
  }

  private static void requireBinding(ResultEnvelope result, ConfirmedKey caller) throws Refusal {
    boolean bound =
        switch (result.key().orElse(null)) {
          case AttestedKey.Named(var keys, var certificates, var jwk) ->
              keys.stream().allMatch(caller.thumbprint()::equals)
                  && certificates.stream()
                      .allMatch(one -> caller.certificate().equals(Optional.of(one)));
          case AttestedKey.Unusable(Verification.Denied(Reason reason, String detail)) ->
              throw new Refusal(reason, detail);
          // only a profile that knows no cnf may name the key in its nonce
          case null ->
              result.verifier().profile() == Profile.EAR
                  && result.nonces().contains(caller.thumbprint().toString());
        };
    if (!bound) {
      throw new Refusal(ATT_KEY_MISMATCH, "the attested key is not the caller's");
    }
  }

  private AttestationFacts appraise(JsonObject claims, ResultEnvelope envelope) throws Refusal {
    return switch (envelope.verifier().profile()) {
      case EAT, SIMULATED -> EatClaims.read(claims, envelope);
      case EAR -> EarClaims.read(claims, envelope);
    };
  }

  private static void requireSubject(ResultEnvelope result, String sub, String debuggerId)
      throws Refusal {
    if (result.debuggerId().isPresent() && !result.debuggerId().get().equals(debuggerId)) {
      throw new Refusal(ATT_SUBJECT_MISMATCH, "attested for another `debugger_id`");
    }
    if (result.sub().isPresent()
        && !result.sub().get().equals(debuggerId)
        && !result.sub().get().equals(sub)) {
      throw new Refusal(ATT_SUBJECT_MISMATCH, "attested for another `sub`");
    }
  }

  /** The one nonce, the key's thumbprint aside, if it is a live challenge of this gateway. */
  private Optional<String> challenge(ResultEnvelope result, ConfirmedKey caller) {
    if (challenges.isEmpty() || result.nonces().isEmpty()) {
      return Optional.empty();
    }
    String thumbprint = caller.thumbprint().toString();
    List<String> nonces =
        result.nonces().stream().filter(nonce -> !nonce.equals(thumbprint)).toList();
    return nonces.size() == 1
            && challenges.get().check(nonces.getFirst(), Challenges.Purpose.ATTESTATION, "")
                == Challenges.Check.GOOD
        ? Optional.of(nonces.getFirst())
        : Optional.empty();
  }

  private static Optional<String> text(JsonObject claims, String name) {
    // a name of another type is nobody's
    return claims.get(name).map(value -> value instanceof JsonString(String text) ? text : "");
  }

  private static Optional<String> unverifiedIssuer(CompactJws jws) {
    try {
      return jws.claims().string("iss");
    } catch (JwsException unreadable) {
      return Optional.empty();
    }
  }

  private static Refusal refusal(JwsException e) {
    Reason reason =
        switch (e.fault()) {
          case ABSENT,
              TOO_LARGE,
              MALFORMED,
              ENCRYPTED,
              ENCODING,
              JSON_INVALID,
              JSON_DUPLICATE,
              JSON_LIMITS ->
              ATT_MALFORMED;
          case ALG_NOT_ALLOWED -> ATT_ALG_NOT_ALLOWED;
          case UNSIGNED -> ATT_SIG_INVALID;
          case CRIT_UNSUPPORTED, PARAM_FORBIDDEN -> ATT_HEADER_FORBIDDEN;
          case TYP_MISMATCH -> ATT_TYP_MISMATCH;
          case KID_INVALID -> ATT_VERIFIER_UNTRUSTED;
        };
    return new Refusal(reason, "attestation: " + e.getMessage());
  }
}
