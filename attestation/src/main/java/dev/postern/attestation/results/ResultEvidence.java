package dev.postern.attestation.results;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_CLAIM_MISSING;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_EXPIRED;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_FUTURE;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_NONCE_MISMATCH;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_STALE;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_VERIFIER_UNTRUSTED;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.attestation.EvidenceVerifier.Appraisal;
import dev.postern.attestation.OfflineResults;
import dev.postern.attestation.TrustSettings.Profile;
import dev.postern.attestation.Verification;
import dev.postern.attestation.evidence.EvidenceFacts;
import dev.postern.attestation.evidence.EvidenceReason;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Pins;
import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.evidence.TextForms;
import dev.postern.attestation.x509.ChainRules;
import dev.postern.attestation.x509.ChainVerifier;
import dev.postern.attestation.x509.X509Reader;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Verifies a service's Attestation Result offline. Keys come from the given set; only Confidential
 * Space's PKI tokens may bring a chain, to its pinned root.
 */
public final class ResultEvidence {
  private static final Duration SKEW = Duration.ofSeconds(30);
  private static final Duration LONGEST_LIFE = Duration.ofHours(24);
  private static final long LAST_TIME = 1L << 40;
  private static final ChainRules PKI =
      new ChainRules(
          "Confidential Space",
          4,
          Set.of(ChainRules.RSA_SHA256, ChainRules.RSA_SHA384, ChainRules.RSA_SHA512),
          false);

  private final Pins pins;
  private final ChainVerifier chains;

  public ResultEvidence(Pins pins, ChainVerifier chains) {
    this.pins = pins;
    this.chains = chains;
  }

  /**
   * The facts of an acceptable result.
   *
   * @param jwks key set files; at least one, but for Confidential Space's PKI tokens
   * @param nonce the challenge expected, compared with each nonce as text, base64(url) and hex
   */
  public EvidenceFacts verify(
      ResultProfile profile, byte[] file, List<Octets> jwks, Optional<Octets> nonce, Instant at)
      throws Refused {
    ResultJws jws = ResultJws.parse(file);
    if (jwks.isEmpty() && profile == ResultProfile.CONFIDENTIAL_SPACE && jws.header().has("x5c")) {
      requirePki(jws, at);
    } else {
      if (jwks.isEmpty()) {
        throw new Refused(ATT_VERIFIER_UNTRUSTED, "no key set was given");
      }
      jws.requireSignedBy(ResultKeys.parse(jwks), profile.algorithms());
    }
    JsonObject claims = jws.claims();
    Instant issuedAt = time(claims, "iat");
    Instant expiresAt = time(claims, "exp");
    requireCurrent(claims, issuedAt, expiresAt, at);
    switch (profile) {
      case EAR -> requireJudged(Profile.EAR, claims, issuedAt, expiresAt);
      case EAT -> {
        if (claims.string("iss").isEmpty()) {
          throw new Refused(ATT_CLAIM_MISSING, "iss");
        }
        requireJudged(Profile.EAT, claims, issuedAt, expiresAt);
      }
      case MAA -> ServiceRules.azure(claims);
      case ITA -> ServiceRules.intel(claims);
      case CONFIDENTIAL_SPACE -> ServiceRules.confidentialSpace(claims);
    }
    var unchecked =
        new ArrayList<String>(List.of("issuer", "audience", "maximum_age", "key_binding"));
    if (nonce.isPresent()) {
      requireNonce(profile, claims, nonce.get());
    } else {
      unchecked.add("nonce");
    }
    unchecked.add("measurements");
    return new EvidenceFacts(
        profile.word(),
        Map.of(),
        Map.of(),
        claims.string("attester_tcb_status"),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        claims,
        unchecked);
  }

  private void requirePki(ResultJws jws, Instant at) throws Refused {
    var certificates = new ArrayList<X509Certificate>();
    for (JsonValue entry : jws.header().array("x5c").orElse(JsonArray.EMPTY).elements()) {
      if (!(entry instanceof JsonString(String text)) || certificates.size() > 8) {
        throw Refused.malformed("x5c is not a short list of certificates");
      }
      // Google writes PEM where RFC 7515 wants base64 DER
      byte[] bytes =
          text.contains("-----BEGIN ")
              ? text.getBytes(UTF_8)
              : TextForms.base64(text)
                  .orElseThrow(() -> Refused.malformed("x5c entry is not base64"));
      certificates.addAll(X509Reader.certificates(bytes, "x5c"));
    }
    if (certificates.isEmpty()) {
      throw Refused.malformed("x5c is empty");
    }
    X509Certificate leaf = certificates.getFirst();
    var _ = chains.verify(leaf, certificates, pins.of(Pins.Root.CONFIDENTIAL_SPACE), PKI, at);
    if (!jws.header().string("alg").equals(Optional.of("RS256"))) {
      throw new Refused(EvidenceReason.ATT_ALG_NOT_ALLOWED, "alg is not RS256");
    }
    jws.require(leaf.getPublicKey(), "RS256");
  }

  private static void requireCurrent(
      JsonObject claims, Instant issuedAt, Instant expiresAt, Instant at) throws Refused {
    // exp is exclusive
    if (!at.isBefore(expiresAt)) {
      throw new Refused(ATT_EXPIRED, "exp " + expiresAt);
    }
    if (issuedAt.isAfter(at.plus(SKEW))) {
      throw new Refused(ATT_FUTURE, "iat " + issuedAt);
    }
    if (claims.has("nbf") && time(claims, "nbf").isAfter(at.plus(SKEW))) {
      throw new Refused(ATT_FUTURE, "nbf " + time(claims, "nbf"));
    }
    if (expiresAt.isAfter(issuedAt.plus(LONGEST_LIFE))) {
      throw new Refused(ATT_STALE, "the result lives longer than " + LONGEST_LIFE);
    }
  }

  private static Instant time(JsonObject claims, String name) throws Refused {
    Optional<JsonValue> value = claims.get(name);
    if (value.isEmpty()) {
      throw new Refused(ATT_CLAIM_MISSING, name);
    }
    Optional<Long> seconds = claims.integer(name);
    if (seconds.isEmpty() || seconds.get() < 0 || seconds.get() > LAST_TIME) {
      throw Refused.malformed(name + " is not a time");
    }
    return Instant.ofEpochSecond(seconds.get());
  }

  private static void requireJudged(
      Profile profile, JsonObject claims, Instant issuedAt, Instant expiresAt) throws Refused {
    if (OfflineResults.judge(profile, claims, issuedAt, expiresAt)
        instanceof Appraisal.Refused(Verification.Denied denied)) {
      throw new Refused(reason(denied.reason().name()), denied.detail());
    }
  }

  private static EvidenceReason reason(String name) {
    for (EvidenceReason reason : EvidenceReason.values()) {
      if (reason.name().equals(name)) {
        return reason;
      }
    }
    return EvidenceReason.ATT_MALFORMED;
  }

  private static void requireNonce(ResultProfile profile, JsonObject claims, Octets expected)
      throws Refused {
    for (String nonce : nonces(profile, claims)) {
      boolean holds = Octets.copyOf(nonce.getBytes(UTF_8)).equals(expected);
      Optional<byte[]> decoded = TextForms.base64(nonce);
      holds |= decoded.isPresent() && Octets.copyOf(decoded.get()).equals(expected);
      holds |= nonce.equalsIgnoreCase(expected.hex());
      if (holds) {
        return;
      }
    }
    throw new Refused(ATT_NONCE_MISMATCH, "no nonce of the result is the one expected");
  }

  private static List<String> nonces(ResultProfile profile, JsonObject claims) {
    Optional<String> own =
        switch (profile) {
          case MAA ->
              claims
                  .object("x-ms-runtime")
                  .flatMap(runtime -> runtime.object("client-payload"))
                  .flatMap(payload -> payload.string("nonce"));
          case ITA -> claims.object("verifier_nonce").flatMap(nonce -> nonce.string("val"));
          case EAT, EAR, CONFIDENTIAL_SPACE -> Optional.empty();
        };
    if (own.isPresent()) {
      return List.of(own.get());
    }
    return switch (claims.get("eat_nonce").orElse(JsonArray.EMPTY)) {
      case JsonString(String nonce) -> List.of(nonce);
      case JsonArray array -> array.strings().orElse(List.of());
      default -> List.of();
    };
  }
}
