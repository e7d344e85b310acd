package dev.postern.attestation.mint;

import dev.postern.attestation.DebugStatus;
import dev.postern.attestation.jose.Thumbprint;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A software Verifier for demos and tests: signs Attestation Results about nothing, in the shape of
 * the profiles {@code simulated}, {@code eat} and {@code ear}. A gateway takes it for what its
 * configuration says it is.
 */
public final class SimulatedVerifier {
  /** {@code eat_profile} of simulated results. */
  public static final String SIMULATED_EAT_PROFILE = "tag:postern.dev,2026:simulated";

  /** {@code eat_profile} of EARs in the dotted spelling. */
  public static final String EAR_DOTTED = "tag:github.com,2023:veraison/ear";

  /** {@code eat_profile} of EARs in the underscored spelling. */
  public static final String EAR_UNDERSCORED = "tag:ietf.org,2026:rats/ear#04";

  /**
   * What a result should say.
   *
   * @param audience the gateway's id
   * @param nonce a challenge of the gateway, if the result should be fresh
   */
  public record Result(
      Thumbprint key,
      Instant issuedAt,
      Duration lifetime,
      String audience,
      DebugStatus debugStatus,
      Map<String, String> measurements,
      Optional<String> nonce) {
    public Result {
      measurements = Map.copyOf(measurements);
    }

    /** A result that everyone is content with. */
    public static Result good(Thumbprint key, Instant issuedAt, String audience) {
      return new Result(
          key,
          issuedAt,
          Duration.ofMinutes(5),
          audience,
          DebugStatus.DISABLED_SINCE_BOOT,
          Map.of(),
          Optional.empty());
    }
  }

  private final String issuer;
  private final SigningKey key;
  private final String kid;

  public SimulatedVerifier(String issuer, SigningKey key, String kid) {
    this.issuer = issuer;
    this.key = key;
    this.kid = kid;
  }

  /** A result of profile {@code simulated}. */
  public String simulated(Result result) {
    return sign(eatClaims(result, SIMULATED_EAT_PROFILE));
  }

  /** A result of profile {@code eat}. */
  public String eat(Result result, String eatProfile) {
    return sign(eatClaims(result, eatProfile));
  }

  /** A result of profile {@code ear} with one submodule {@code debugger}, in either spelling. */
  public String ear(Result result, String eatProfile, String status) {
    return sign(earClaims(result, eatProfile, status));
  }

  /** The claims of {@link #eat}, to be changed before {@link #sign} where a test wants it. */
  public JsonObject eatClaims(Result result, String eatProfile) {
    var json = base(result, eatProfile);
    json.put("dbgstat", new JsonString(result.debugStatus().wireName()));
    json.put("hwmodel", new JsonString("postern-simulated"));
    json.put("swname", new JsonString("postern-simulated-verifier"));
    if (!result.measurements().isEmpty()) {
      var measurements = new LinkedHashMap<String, JsonValue>();
      result.measurements().forEach((name, value) -> measurements.put(name, new JsonString(value)));
      json.put("measurements", new JsonObject(measurements));
    }
    return new JsonObject(json);
  }

  /** The claims of {@link #ear}. */
  public JsonObject earClaims(Result result, String eatProfile, String status) {
    boolean dotted = eatProfile.equals(EAR_DOTTED);
    var vector = new LinkedHashMap<String, JsonValue>();
    vector.put("instance-identity", JsonNumber.of(2));
    vector.put("executables", JsonNumber.of(2));
    vector.put("hardware", JsonNumber.of(2));
    var submod = new LinkedHashMap<String, JsonValue>();
    submod.put(dotted ? "ear.status" : "ear_status", new JsonString(status));
    submod.put(
        dotted ? "ear.trustworthiness-vector" : "ear_trustworthiness_vector",
        new JsonObject(vector));
    if (dotted) {
      submod.put("ear.appraisal-policy-id", new JsonString("policy:simulated"));
    } else {
      submod.put("ear_appraisal_policy_ids", JsonArray.ofStrings(List.of("policy:simulated")));
    }
    var verifierId = new LinkedHashMap<String, JsonValue>();
    verifierId.put("build", new JsonString("postern-simulated"));
    verifierId.put("developer", new JsonString("https://postern.dev"));
    var json = base(result, eatProfile);
    json.put(dotted ? "ear.verifier-id" : "ear_verifier_id", new JsonObject(verifierId));
    json.put("submods", new JsonObject(Map.of("debugger", new JsonObject(submod))));
    return new JsonObject(json);
  }

  /** Signs any claims under this Verifier's header. */
  public String sign(JsonObject claims) {
    return key.signJws(header(), claims);
  }

  /** The header of its results. */
  public JsonObject header() {
    var header = new LinkedHashMap<String, JsonValue>();
    header.put("alg", new JsonString(key.algorithm().wireName()));
    header.put("typ", new JsonString("eat+jwt"));
    header.put("kid", new JsonString(kid));
    return new JsonObject(header);
  }

  private Map<String, JsonValue> base(Result result, String eatProfile) {
    Map<String, JsonValue> json = new LinkedHashMap<String, JsonValue>();
    json.put("iss", new JsonString(issuer));
    json.put("aud", new JsonString(result.audience()));
    json.put("iat", JsonNumber.of(result.issuedAt().getEpochSecond()));
    json.put("exp", JsonNumber.of(result.issuedAt().plus(result.lifetime()).getEpochSecond()));
    json.put("eat_profile", new JsonString(eatProfile));
    result.nonce().ifPresent(nonce -> json.put("eat_nonce", new JsonString(nonce)));
    json.put("cnf", new JsonObject(Map.of("jkt", new JsonString(result.key().toString()))));
    return json;
  }
}
