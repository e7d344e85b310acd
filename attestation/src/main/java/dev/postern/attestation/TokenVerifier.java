package dev.postern.attestation;

import static dev.postern.attestation.Reason.ATT_MALFORMED;
import static dev.postern.attestation.Reason.ATT_MISSING;
import static dev.postern.attestation.Reason.CLAIM_ISS_UNTRUSTED;
import static dev.postern.attestation.Reason.CLAIM_TYPE;
import static dev.postern.attestation.Reason.HEADER_ALG_NOT_ALLOWED;
import static dev.postern.attestation.Reason.HEADER_CRIT_UNSUPPORTED;
import static dev.postern.attestation.Reason.HEADER_KID_INVALID;
import static dev.postern.attestation.Reason.HEADER_KID_UNKNOWN;
import static dev.postern.attestation.Reason.HEADER_PARAM_FORBIDDEN;
import static dev.postern.attestation.Reason.HEADER_TYP_MISMATCH;
import static dev.postern.attestation.Reason.INTERNAL_CLOCK;
import static dev.postern.attestation.Reason.INTERNAL_ERROR;
import static dev.postern.attestation.Reason.INTERNAL_KEYS_UNAVAILABLE;
import static dev.postern.attestation.Reason.SIG_INVALID;
import static dev.postern.attestation.Reason.SIG_KEY_MISMATCH;
import static dev.postern.attestation.Reason.SIG_KEY_REVOKED;
import static dev.postern.attestation.Reason.SIG_MALFORMED;
import static dev.postern.attestation.Reason.TOKEN_ENCODING;
import static dev.postern.attestation.Reason.TOKEN_ENCRYPTED;
import static dev.postern.attestation.Reason.TOKEN_JSON_DUPLICATE;
import static dev.postern.attestation.Reason.TOKEN_JSON_INVALID;
import static dev.postern.attestation.Reason.TOKEN_JSON_LIMITS;
import static dev.postern.attestation.Reason.TOKEN_MALFORMED;
import static dev.postern.attestation.Reason.TOKEN_MISSING;
import static dev.postern.attestation.Reason.TOKEN_TOO_LARGE;

import dev.postern.attestation.jose.Algorithm;
import dev.postern.attestation.jose.CompactJws;
import dev.postern.attestation.jose.JwsException;
import dev.postern.attestation.jose.JwsRules;
import dev.postern.attestation.jose.KeyPurpose;
import dev.postern.attestation.jose.MalformedSignatureException;
import dev.postern.attestation.jose.PublicJwk;
import dev.postern.attestation.jose.VerifyingKey;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Verifies debug tokens: the outer JWS and what vouches for its key, in a fixed order, so that one
 * fault always has the same reason and costly work comes last.
 *
 * <p>What was decided where the standards leave a choice:
 *
 * <ul>
 *   <li>Times are integers of 0 to 2^53, checked on their text; RFC 7519 §2 would allow fractions,
 *       they are refused.
 *   <li>{@code aud} may be a string or an array of strings.
 *   <li>The outer token is signed by an issuer (a {@code kid} in the header) or by the attested key
 *       itself (no {@code iss}, the key in {@code cnf.jwk}). Either way the attestation has to name
 *       the {@code cnf} key.
 *   <li>{@code crit} is refused always; unknown header parameters and claims are ignored,
 *       look-alike names among them, so that the real claim is found missing.
 *   <li>ECDSA signatures with {@code s} over half the order are good: half of all honest ones are.
 *       Replay is therefore keyed on (iss, jti), never on the text.
 *   <li>An ECDSA signature with {@code r = s} is malformed: no honest signer makes one.
 *   <li>A lone surrogate anywhere is not JSON, also inside {@code debugger_id}.
 *   <li>An issuer's key is found by {@code kid} before any claim is read; should two issuers use
 *       one {@code kid}, {@code iss} chooses between their keys, and one key is tried.
 * </ul>
 *
 * <p>Never throws; safe for use by many threads. A reload of trust makes a new one; keys that are
 * withdrawn in between count at once.
 */
public final class TokenVerifier {
  /** Longest token, in characters. */
  public static final int MAX_TOKEN_CHARS = 64 * 1024;

  private static final String TYPE = "debug+jwt";
  private static final String GENERIC_TYPE = "JWT";

  /** A clock before this is not set. */
  private static final Instant CLOCK_IS_SET = Instant.parse("2001-09-09T01:46:40Z");

  private final TrustSettings trust;
  private final KeySets keys;
  private final InstantSource clock;
  private final JwsRules rules;
  private final OuterClaimsReader claimsReader;
  private final ResultVerifier results;
  private final EvidenceWrapper evidence;
  private final IdTokenVerifier idTokens;

  public TokenVerifier(TrustSettings trust, KeySets keys, InstantSource clock) {
    this(trust, keys, clock, Optional.empty(), List.of());
  }

  /** A verifier that also recognises this gateway's challenges in attestations. */
  public TokenVerifier(
      TrustSettings trust, KeySets keys, InstantSource clock, Challenges challenges) {
    this(trust, keys, clock, Optional.of(challenges), List.of());
  }

  /** As above, and takes raw Evidence of the families that {@code evidence} verifies. */
  public TokenVerifier(
      TrustSettings trust,
      KeySets keys,
      InstantSource clock,
      Challenges challenges,
      List<EvidenceVerifier> evidence) {
    this(trust, keys, clock, Optional.of(challenges), evidence);
  }

  /** Takes raw Evidence, but knows no challenges of its own: for offline checks. */
  public TokenVerifier(
      TrustSettings trust, KeySets keys, InstantSource clock, List<EvidenceVerifier> evidence) {
    this(trust, keys, clock, Optional.empty(), evidence);
  }

  private TokenVerifier(
      TrustSettings trust,
      KeySets keys,
      InstantSource clock,
      Optional<Challenges> challenges,
      List<EvidenceVerifier> evidence) {
    this.trust = trust;
    this.keys = keys;
    this.clock = clock;
    boolean generic = trust.issuers().stream().anyMatch(TrustSettings.Issuer::acceptTypJwt);
    this.rules =
        new JwsRules(
            MAX_TOKEN_CHARS,
            Algorithm.OF_CALLERS,
            generic ? Set.of(TYPE, GENERIC_TYPE) : Set.of(TYPE),
            false);
    this.claimsReader = new OuterClaimsReader(trust);
    this.results = new ResultVerifier(trust, keys, challenges);
    this.evidence = new EvidenceWrapper(evidence);
    this.idTokens = new IdTokenVerifier(trust, keys);
  }

  /** Verifies a token of a caller without a client certificate. */
  public Verification verify(String token) {
    return verify(token, CallerContext.none());
  }

  /** Verifies a token. */
  public Verification verify(String token, CallerContext caller) {
    try {
      return new Verification.Verified(check(token, caller, now()));
    } catch (Refusal refusal) {
      return refusal.toDenied();
    } catch (RuntimeException | StackOverflowError bug) {
      return new Verification.Denied(INTERNAL_ERROR, bug.getClass().getName());
    }
  }

  /** The steps of the order of checks; policy (14) and {@code jti} (15) are the gateway's. */
  private VerifiedToken check(String token, CallerContext caller, Instant now) throws Refusal {
    // 1 size, 2 three segments, 3 base64url, 4 header JSON, 5 header rules
    CompactJws jws = parse(token);
    // 6 key by kid, 7 signature, 8 claims JSON; 9 iss
    Signed signed = requireSigned(jws);
    JsonObject claims = signed.claims();
    // 9 aud
    claimsReader.requireAudience(claims);
    // 10 exp, iat, nbf, lifetime, and what else is required
    OuterTimes times = claimsReader.requireTimes(claims, now);
    Identity identity = claimsReader.requireIdentity(claims);
    // 11 cnf against the TLS certificate
    ConfirmedKey key = ConfirmationReader.require(claims, caller, signed.ownKey());
    // 12 debugger id, scope form
    String debuggerId = claimsReader.requireDebuggerId(claims);
    List<String> scopes = claimsReader.requireScopes(claims);
    // 13 attestation, the same steps, then its claims
    ResultVerifier.Vouched vouched =
        requireAttestation(claims, key, identity.sub(), debuggerId, now);

    Optional<IdTokenVerifier.Person> person = requirePerson(signed, now);
    Subject subject =
        person
            .<Subject>map(IdTokenVerifier.Person::subject)
            .orElseGet(() -> signed.subject(identity.sub()));
    return new VerifiedToken(
        subject,
        new OuterClaims(
            identity.sub(),
            identity.jti(),
            times.issuedAt(),
            times.expiresAt(),
            times.notBefore(),
            debuggerId,
            identity.groups(),
            scopes),
        // a jti is its signer's, whoever the person is
        replayKey(signed.subject(identity.sub()), identity.jti()),
        key.confirmation().orKey(vouched.key()),
        Digests.sha256(token),
        vouched.facts(),
        person.map(IdTokenVerifier.Person::groups));
  }

  /** Whom an {@code id_token} says is behind a self-attested machine. */
  private Optional<IdTokenVerifier.Person> requirePerson(Signed signed, Instant now)
      throws Refusal {
    Optional<JsonValue> idToken = signed.claims().get("id_token");
    if (idToken.isEmpty()) {
      return Optional.empty();
    }
    Optional<PublicJwk> ownKey = signed.ownKey();
    if (ownKey.isEmpty()) {
      throw new Refusal(CLAIM_TYPE, "`id_token` in a token that has an issuer of its own");
    }
    if (!(idToken.get() instanceof JsonString(String text))) {
      throw new Refusal(CLAIM_TYPE, "`id_token` is not a string");
    }
    return Optional.of(idTokens.verify(text, ownKey.get().thumbprint(), now));
  }

  private Instant now() throws Refusal {
    Instant now = clock.instant();
    if (now.isBefore(CLOCK_IS_SET)) {
      throw new Refusal(INTERNAL_CLOCK, "the clock says " + now);
    }
    return now;
  }

  private CompactJws parse(String token) throws Refusal {
    try {
      return CompactJws.parse(token, rules);
    } catch (JwsException e) {
      throw refusal(e);
    }
  }

  /** Who signed, and the claims that this makes authentic. */
  private sealed interface Signed {
    JsonObject claims();

    Subject subject(String sub);

    /** The key in {@code cnf.jwk} that signed the token itself, if no issuer did. */
    Optional<PublicJwk> ownKey();

    record ByIssuer(TrustSettings.Issuer issuer, JsonObject claims) implements Signed {
      @Override
      public Subject subject(String sub) {
        return new Subject.Known(issuer.iss(), sub);
      }

      @Override
      public Optional<PublicJwk> ownKey() {
        return Optional.empty();
      }
    }

    record ByItself(PublicJwk key, JsonObject claims) implements Signed {
      @Override
      public Subject subject(String sub) {
        return new Subject.SelfAttested(key.thumbprint());
      }

      @Override
      public Optional<PublicJwk> ownKey() {
        return Optional.of(key);
      }
    }
  }

  private record Candidate(TrustSettings.Issuer issuer, KeySets.Lookup lookup) {}

  private Signed requireSigned(CompactJws jws) throws Refusal {
    if (jws.kid().isEmpty()) {
      return requireSignedByItself(jws);
    }
    String kid = jws.kid().get();
    List<Candidate> candidates =
        trust.issuers().stream()
            .map(issuer -> new Candidate(issuer, keys.find(issuer.iss(), kid, KeyPurpose.TOKEN)))
            .filter(candidate -> !(candidate.lookup() instanceof KeySets.Lookup.Unknown))
            .toList();
    if (candidates.size() > 1) {
      Optional<String> iss = unverifiedIssuer(jws);
      candidates =
          candidates.stream()
              .filter(candidate -> iss.equals(Optional.of(candidate.issuer().iss())))
              .toList();
    }
    if (candidates.isEmpty()) {
      if (jws.type().equals(TYPE) && isWithoutIssuer(jws)) {
        return requireSignedByItself(jws);
      }
      requireType(jws, false);
      throw new Refusal(HEADER_KID_UNKNOWN, "no issuer has a key of this `kid`");
    }
    return requireSignedByIssuer(jws, candidates.getFirst());
  }

  private static Signed requireSignedByIssuer(CompactJws jws, Candidate candidate) throws Refusal {
    TrustSettings.Issuer issuer = candidate.issuer();
    requireType(jws, issuer.acceptTypJwt());
    VerifyingKey key =
        switch (candidate.lookup()) {
          case KeySets.Lookup.Found(var found) -> found.key();
          case KeySets.Lookup.Unknown unknown ->
              throw new Refusal(HEADER_KID_UNKNOWN, "no issuer has a key of this `kid`");
          case KeySets.Lookup.Revoked revoked ->
              throw new Refusal(SIG_KEY_REVOKED, "a withdrawn key of " + issuer.iss());
          case KeySets.Lookup.Unavailable unavailable ->
              throw new Refusal(INTERNAL_KEYS_UNAVAILABLE, "the keys of " + issuer.iss());
        };
    if (jws.algorithm() != key.algorithm()) {
      throw new Refusal(SIG_KEY_MISMATCH, "`alg` is not that of the key");
    }
    if (!issuer.algorithms().contains(jws.algorithm())) {
      throw new Refusal(HEADER_ALG_NOT_ALLOWED, "not an algorithm of " + issuer.iss());
    }
    requireSignature(jws, key);
    JsonObject claims = readClaims(jws);
    if (!claims.string("iss").equals(Optional.of(issuer.iss()))) {
      throw new Refusal(CLAIM_ISS_UNTRUSTED, "`iss` is not the issuer whose key signed");
    }
    return new Signed.ByIssuer(issuer, claims);
  }

  /**
   * Self-attested: the key that has to have signed stands in the claims, so these are read first.
   */
  private static Signed requireSignedByItself(CompactJws jws) throws Refusal {
    requireType(jws, false);
    JsonObject claims = readClaims(jws);
    if (claims.has("iss")) {
      throw new Refusal(HEADER_KID_INVALID, "a token with `iss` needs a `kid`");
    }
    PublicJwk key = ConfirmationReader.requireOwnKey(claims);
    if (jws.algorithm() != key.algorithm()) {
      throw new Refusal(SIG_KEY_MISMATCH, "`alg` is not that of `cnf.jwk`");
    }
    requireSignature(jws, key);
    return new Signed.ByItself(key, claims);
  }

  private static void requireType(CompactJws jws, boolean acceptGeneric) throws Refusal {
    if (!jws.type().equals(TYPE) && !acceptGeneric) {
      throw new Refusal(HEADER_TYP_MISMATCH, "`typ` is not " + TYPE);
    }
  }

  private static void requireSignature(CompactJws jws, VerifyingKey key) throws Refusal {
    try {
      if (!jws.isSignedBy(key)) {
        throw new Refusal(SIG_INVALID, "the signature does not hold");
      }
    } catch (MalformedSignatureException e) {
      throw new Refusal(SIG_MALFORMED, String.valueOf(e.getMessage()));
    }
  }

  private static JsonObject readClaims(CompactJws jws) throws Refusal {
    try {
      return jws.claims();
    } catch (JwsException e) {
      throw refusal(e);
    }
  }

  /** What an unverified token says its issuer is: good for choosing a key to try, no more. */
  private static Optional<String> unverifiedIssuer(CompactJws jws) {
    try {
      return jws.claims().string("iss");
    } catch (JwsException unreadable) {
      return Optional.empty();
    }
  }

  private static boolean isWithoutIssuer(CompactJws jws) {
    try {
      return !jws.claims().has("iss");
    } catch (JwsException unreadable) {
      return false;
    }
  }

  private ResultVerifier.Vouched requireAttestation(
      JsonObject claims, ConfirmedKey key, String sub, String debuggerId, Instant now)
      throws Refusal {
    Optional<JsonValue> result = claims.get("attestation");
    Optional<JsonValue> raw = claims.get("cmw");
    if (result.isEmpty() && raw.isEmpty()) {
      throw new Refusal(ATT_MISSING, "neither `attestation` nor `cmw`");
    }
    if (result.isPresent() && raw.isPresent()) {
      throw new Refusal(ATT_MALFORMED, "both `attestation` and `cmw`");
    }
    if (raw.isPresent()) {
      return new ResultVerifier.Vouched(evidence.verify(raw.get(), key, now), Optional.empty());
    }
    if (!(result.get() instanceof JsonString(String text))) {
      throw new Refusal(ATT_MALFORMED, "`attestation` is not a string");
    }
    return results.verify(text, key, sub, debuggerId, now);
  }

  /** Of fixed length, and unequal for unequal pairs: the parts are hashed apart. */
  private static String replayKey(Subject subject, String jti) {
    String owner =
        switch (subject) {
          case Subject.Known(String issuer, String sub) -> "iss:" + issuer;
          case Subject.SelfAttested(var key) -> "key:" + key;
        };
    return Digests.base64Url(Digests.sha256(owner)) + "." + Digests.base64Url(Digests.sha256(jti));
  }

  private static Refusal refusal(JwsException e) {
    Reason reason =
        switch (e.fault()) {
          case ABSENT -> TOKEN_MISSING;
          case TOO_LARGE -> TOKEN_TOO_LARGE;
          case MALFORMED, UNSIGNED -> TOKEN_MALFORMED;
          case ENCRYPTED -> TOKEN_ENCRYPTED;
          case ENCODING -> TOKEN_ENCODING;
          case JSON_INVALID -> TOKEN_JSON_INVALID;
          case JSON_DUPLICATE -> TOKEN_JSON_DUPLICATE;
          case JSON_LIMITS -> TOKEN_JSON_LIMITS;
          case ALG_NOT_ALLOWED -> HEADER_ALG_NOT_ALLOWED;
          case CRIT_UNSUPPORTED -> HEADER_CRIT_UNSUPPORTED;
          case PARAM_FORBIDDEN -> HEADER_PARAM_FORBIDDEN;
          case TYP_MISMATCH -> HEADER_TYP_MISMATCH;
          case KID_INVALID -> HEADER_KID_INVALID;
        };
    return new Refusal(reason, String.valueOf(e.getMessage()));
  }
}
