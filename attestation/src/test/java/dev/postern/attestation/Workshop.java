package dev.postern.attestation;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.attestation.TrustSettings.Issuer;
import dev.postern.attestation.TrustSettings.Profile;
import dev.postern.attestation.TrustSettings.Verifier;
import dev.postern.attestation.jose.Algorithm;
import dev.postern.attestation.jose.Base64Url;
import dev.postern.attestation.jose.KeyPurpose;
import dev.postern.attestation.mint.DebugTokenMint;
import dev.postern.attestation.mint.SigningKey;
import dev.postern.attestation.mint.SimulatedVerifier;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import dev.postern.json.JsonWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One good token and the tools to break it in one place at a time. Keys are made anew each run. */
final class Workshop {
  static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
  static final String GATEWAY = "postern.example";
  static final String ISSUER = "https://sts.example";
  static final String VERIFIER = "https://verifier.example";
  static final String EAR_VERIFIER = "https://ear.example";
  static final String SIM_VERIFIER = "https://simulated.example";
  static final String EAT_PROFILE = "tag:example.com,2026:ws";
  static final String DEBUGGER = "vscode-remote-1.92.0";
  static final Duration LIFETIME = Duration.ofMinutes(10);

  static final SigningKey ISSUER_KEY = SigningKey.generate(Algorithm.ES256);
  static final SigningKey VERIFIER_KEY = SigningKey.generate(Algorithm.ES256);
  static final SigningKey EAR_KEY = SigningKey.generate(Algorithm.ES384);
  static final SigningKey SIM_KEY = SigningKey.generate(Algorithm.ED25519);
  static final SigningKey HOLDER = SigningKey.generate(Algorithm.ES256);
  static final SigningKey ATTACKER = SigningKey.generate(Algorithm.ES256);

  static final DebugTokenMint MINT = DebugTokenMint.ofIssuer(ISSUER, ISSUER_KEY, "sts-1");
  static final DebugTokenMint SELF = DebugTokenMint.selfAttested(HOLDER);
  static final SimulatedVerifier EAT = new SimulatedVerifier(VERIFIER, VERIFIER_KEY, "ver-1");
  static final SimulatedVerifier EAR = new SimulatedVerifier(EAR_VERIFIER, EAR_KEY, "ear-1");
  static final SimulatedVerifier SIM = new SimulatedVerifier(SIM_VERIFIER, SIM_KEY, "sim-1");
  static final Challenges CHALLENGES = new Challenges(new byte[32], at(NOW));

  private Workshop() {}

  static InstantSource at(Instant time) {
    return InstantSource.fixed(time);
  }

  static TrustSettings.Builder trust() {
    return TrustSettings.forGateway(GATEWAY)
        .issuer(new Issuer(ISSUER, Set.of(Algorithm.ES256)))
        .verifier(new Verifier(VERIFIER, Profile.EAT, Set.of(Algorithm.ES256)))
        .verifier(new Verifier(EAR_VERIFIER, Profile.EAR, Set.of(Algorithm.ES384)))
        .verifier(new Verifier(SIM_VERIFIER, Profile.SIMULATED, Set.of(Algorithm.ED25519)));
  }

  static FixedKeySets keys() {
    return FixedKeySets.ofKeys(
        ISSUER_KEY.verificationKey(ISSUER, "sts-1", KeyPurpose.TOKEN),
        VERIFIER_KEY.verificationKey(VERIFIER, "ver-1", KeyPurpose.ATTESTATION),
        EAR_KEY.verificationKey(EAR_VERIFIER, "ear-1", KeyPurpose.ATTESTATION),
        SIM_KEY.verificationKey(SIM_VERIFIER, "sim-1", KeyPurpose.ATTESTATION));
  }

  static TokenVerifier verifier() {
    return verifier(trust().build());
  }

  static TokenVerifier verifier(TrustSettings trust) {
    return new TokenVerifier(trust, keys(), at(NOW), CHALLENGES);
  }

  static SimulatedVerifier.Result result() {
    return SimulatedVerifier.Result.good(HOLDER.thumbprint(), NOW, GATEWAY);
  }

  static JsonObject resultClaims() {
    return EAT.eatClaims(result(), EAT_PROFILE);
  }

  static JsonObject earClaims() {
    return EAR.earClaims(result(), SimulatedVerifier.EAR_DOTTED, "affirming");
  }

  static DebugTokenMint.Claims claimsWith(String attestation) {
    return new DebugTokenMint.Claims(
        "alice@example.com",
        GATEWAY,
        DEBUGGER,
        List.of("dlv/observe", "dlv/inspect"),
        List.of("payments-oncall"),
        "jti-1",
        NOW,
        LIFETIME,
        attestation);
  }

  static JsonObject claims() {
    return claimsWithResult(EAT.sign(resultClaims()));
  }

  static JsonObject claimsWithResult(String result) {
    return MINT.toJson(claimsWith(result), cnf("jkt", HOLDER.thumbprint().toString()));
  }

  static JsonObject selfClaims() {
    return SELF.toJson(
        claimsWith(EAT.sign(resultClaims())),
        new JsonObject(Map.of("jwk", HOLDER.publicJwk().toJson())));
  }

  static String goodToken() {
    return MINT.sign(claims());
  }

  /** The good token with one claim put in as raw JSON text. */
  static String withClaim(String name, String rawJson) {
    return sign(raw(MINT.header()), raw(claims(), name, rawJson));
  }

  static String withoutClaim(String name) {
    return MINT.sign(claims().without(name));
  }

  /** The good token with one header parameter put in as raw JSON text. */
  static String withHeader(String name, String rawJson) {
    return sign(raw(MINT.header(), name, rawJson), raw(claims()));
  }

  /** A good outer token around an eat result with one claim put in as raw JSON text. */
  static String withResultClaim(String name, String rawJson) {
    return around(signAs(VERIFIER_KEY, raw(EAT.header()), raw(resultClaims(), name, rawJson)));
  }

  static String withoutResultClaim(String name) {
    return around(EAT.sign(resultClaims().without(name)));
  }

  static String withResultHeader(String name, String rawJson) {
    return around(signAs(VERIFIER_KEY, raw(EAT.header(), name, rawJson), raw(resultClaims())));
  }

  /** A good outer token around any text as its attestation. */
  static String around(String result) {
    return MINT.sign(claimsWithResult(result));
  }

  static String sign(String header, String payload) {
    return signAs(ISSUER_KEY, header, payload);
  }

  static String signAs(SigningKey key, String header, String payload) {
    return key.signJws(header.getBytes(UTF_8), payload.getBytes(UTF_8));
  }

  /** A token whose segments are signed as the texts they are. */
  static String signSegments(String header, String payload) {
    String input = header + "." + payload;
    return input + "." + Base64Url.encode(ISSUER_KEY.sign(input.getBytes(UTF_8)));
  }

  static String raw(JsonObject object) {
    return JsonWriter.write(object);
  }

  static String raw(JsonObject object, String name, String rawJson) {
    String rest = raw(object.without(name));
    return rest.substring(0, rest.length() - 1) + ",\"" + name + "\":" + rawJson + "}";
  }

  static JsonObject cnf(String member, String value) {
    return new JsonObject(Map.of(member, new JsonString(value)));
  }

  static String seconds(Instant time) {
    return Long.toString(time.getEpochSecond());
  }

  static JsonValue number(Instant time) {
    return JsonNumber.of(time.getEpochSecond());
  }

  static String quoted(String text) {
    return JsonWriter.write(new JsonString(text));
  }

  static String segment(String token, int index) {
    return List.of(token.split("\\.", -1)).get(index);
  }
}
