package dev.postern.attestation;

import static dev.postern.attestation.Reason.ATT_PROFILE_UNSUPPORTED;
import static dev.postern.attestation.Reason.ATT_STATUS;

import dev.postern.attestation.ResultEnvelope.AttestedKey;
import dev.postern.attestation.jose.Base64Url;
import dev.postern.attestation.jose.JwkException;
import dev.postern.attestation.jose.PublicJwk;
import dev.postern.attestation.jose.Thumbprint;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Claims of the profile {@code ear} (draft-ietf-rats-ear), in both spellings.
 *
 * <p>The exact {@code eat_profile} chooses the spelling, and only that one's names are read; a name
 * of the other one refuses the result, or a good {@code ear_status} could hide a bad {@code
 * ear.status}. Every submodule's status has to be affirming (or warning, where that is accepted),
 * no better than the worst tier of its own trust vector; there has to be at least one.
 */
final class EarClaims {
  /** The two spellings of the claims' names. */
  private enum Spelling {
    DOTTED("ear.", "ear.status", "ear.trustworthiness-vector", "ear.verifier-id"),
    UNDERSCORED("ear_", "ear_status", "ear_trustworthiness_vector", "ear_verifier_id");

    private final String prefix;
    private final String status;
    private final String vector;
    private final String verifierId;

    Spelling(String prefix, String status, String vector, String verifierId) {
      this.prefix = prefix;
      this.status = status;
      this.vector = vector;
      this.verifierId = verifierId;
    }

    Spelling other() {
      return this == DOTTED ? UNDERSCORED : DOTTED;
    }
  }

  /** Tiers of AR4SI that say something, from best to worst. */
  private enum Tier {
    AFFIRMING,
    WARNING,
    CONTRAINDICATED
  }

  private static final Map<String, Spelling> KNOWN_PROFILES =
      Map.of(
          "tag:github.com,2023:veraison/ear", Spelling.DOTTED,
          "tag:github.com,2024:confidential-containers/Trustee", Spelling.DOTTED,
          "tag:ietf.org,2026:rats/ear#03", Spelling.UNDERSCORED,
          "tag:ietf.org,2026:rats/ear#04", Spelling.UNDERSCORED);

  private static final String KEY_ATTESTATION = "ear.veraison.key-attestation";

  private EarClaims() {}

  static boolean isKnownProfile(String eatProfile) {
    return KNOWN_PROFILES.containsKey(eatProfile);
  }

  static AttestationFacts read(JsonObject claims, ResultEnvelope envelope) throws Refusal {
    TrustSettings.Verifier verifier = envelope.verifier();
    String eatProfile = claims.string("eat_profile").orElse("");
    Spelling spelling = KNOWN_PROFILES.get(eatProfile);
    if (spelling == null
        || (!verifier.eatProfiles().isEmpty() && !verifier.eatProfiles().contains(eatProfile))) {
      throw new Refusal(ATT_PROFILE_UNSUPPORTED, "`eat_profile` is not an EAR profile taken here");
    }
    Tier worst = requireStatus(claims, spelling, verifier.acceptWarning());
    DebugStatus debugStatus =
        claims.has("dbgstat") ? EatClaims.requireDebugStatus(claims) : DebugStatus.NOT_REPORTED;
    var recorded = new LinkedHashMap<>(EatClaims.recorded(claims));
    claims.get(spelling.verifierId).ifPresent(id -> recorded.put(spelling.verifierId, id));
    return new AttestationFacts(
        verifier.profile().wireName(),
        verifier.iss(),
        envelope.issuedAt(),
        envelope.expiresAt(),
        Optional.of(eatProfile),
        Optional.of(worst == Tier.AFFIRMING ? "affirming" : "warning"),
        debugStatus,
        EatClaims.measurements(claims),
        Map.of(),
        claims.string("hwmodel"),
        claims.string("swname"),
        claims.string("swversion"),
        List.copyOf(EatClaims.submods(claims).members().keySet()),
        false,
        false,
        recorded);
  }

  /**
   * The key that a result without {@code cnf} vouches for: {@code akpub} of the submodules that
   * have a Veraison key attestation (base64url DER SubjectPublicKeyInfo).
   */
  static Optional<AttestedKey> attestedKey(JsonObject claims) {
    var keys = new ArrayList<Thumbprint>();
    for (JsonValue value : claims.object("submods").orElse(JsonObject.EMPTY).members().values()) {
      if (!(value instanceof JsonObject submod) || !submod.has(KEY_ATTESTATION)) {
        continue;
      }
      Optional<byte[]> spki =
          submod
              .object(KEY_ATTESTATION)
              .flatMap(attestation -> attestation.string("akpub"))
              .flatMap(Base64Url::decode);
      try {
        keys.add(PublicJwk.ofSpki(spki.orElse(new byte[0])).thumbprint());
      } catch (JwkException e) {
        return Optional.of(
            new AttestedKey.Unusable(
                new Verification.Denied(Reason.ATT_KEY_MISMATCH, "`akpub` " + e.getMessage())));
      }
    }
    return keys.isEmpty()
        ? Optional.empty()
        : Optional.of(new AttestedKey.Named(List.copyOf(keys), List.of(), Optional.empty()));
  }

  private static Tier requireStatus(JsonObject claims, Spelling spelling, boolean acceptWarning)
      throws Refusal {
    requireOneSpelling(claims, spelling);
    Map<String, JsonValue> submods = EatClaims.submods(claims).members();
    if (submods.isEmpty()) {
      throw new Refusal(ATT_STATUS, "no submodule was appraised");
    }
    Tier worst = Tier.AFFIRMING;
    if (claims.has(spelling.status)) {
      worst = worse(worst, requireTier(claims, spelling, acceptWarning));
    }
    for (JsonValue value : submods.values()) {
      JsonObject submod = (JsonObject) value; // EatClaims.submods took nothing else
      requireOneSpelling(submod, spelling);
      Tier said = requireTier(submod, spelling, acceptWarning);
      if (worstOfVector(submod, spelling).compareTo(said) > 0) {
        throw new Refusal(ATT_STATUS, "a status better than its own trust vector");
      }
      worst = worse(worst, said);
    }
    return worst;
  }

  private static void requireOneSpelling(JsonObject claims, Spelling spelling) throws Refusal {
    for (String name : claims.members().keySet()) {
      if (name.startsWith(spelling.other().prefix)) {
        throw new Refusal(ATT_STATUS, "names of both spellings of EAR");
      }
    }
  }

  private static Tier requireTier(JsonObject claims, Spelling spelling, boolean acceptWarning)
      throws Refusal {
    String status = claims.string(spelling.status).orElse("");
    if (status.equals("affirming")) {
      return Tier.AFFIRMING;
    }
    if (status.equals("warning") && acceptWarning) {
      return Tier.WARNING;
    }
    throw new Refusal(ATT_STATUS, "`" + spelling.status + "` is not affirming");
  }

  /** Absent is no claim. Ranges of a signed byte: draft-ietf-rats-ar4si §2.3.1. */
  private static Tier worstOfVector(JsonObject submod, Spelling spelling) throws Refusal {
    Optional<JsonValue> vector = submod.get(spelling.vector);
    if (vector.isEmpty()) {
      return Tier.AFFIRMING;
    }
    if (!(vector.get() instanceof JsonObject claims)) {
      throw new Refusal(ATT_STATUS, "the trust vector is not an object");
    }
    Tier worst = Tier.AFFIRMING;
    for (JsonValue value : claims.members().values()) {
      long number =
          (value instanceof JsonNumber claim ? claim.integer() : Optional.<Long>empty())
              .filter(n -> n >= Byte.MIN_VALUE && n <= Byte.MAX_VALUE)
              .orElseThrow(() -> new Refusal(ATT_STATUS, "a trust claim is not a signed byte"));
      worst = worse(worst, tier(number));
    }
    return worst;
  }

  /** 0, 1 and -1 say nothing either way and leave the status as it stands. */
  private static Tier tier(long claim) {
    if (claim >= 96 || claim <= -97) {
      return Tier.CONTRAINDICATED;
    }
    return claim >= 32 || claim <= -33 ? Tier.WARNING : Tier.AFFIRMING;
  }

  private static Tier worse(Tier a, Tier b) {
    return a.compareTo(b) >= 0 ? a : b;
  }
}
