package dev.postern.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.attestation.jose.Base64Url;
import dev.postern.attestation.mint.DebugTokenMint;
import dev.postern.attestation.mint.SimulatedVerifier;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import dev.postern.proto.v1.AttachStart;
import dev.postern.proto.v1.ChallengePurpose;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rows of the catalogue of bad tokens that only the whole gateway can refuse: with its store, its
 * challenges, its policy, its transport. The code asserted is the one in the annotation.
 */
class AdmissionThreatsTest {
  private static final BigInteger N =
      new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);

  private static final String FIRMWARE = "ab".repeat(32);
  private static final String KERNEL = "cd".repeat(32);
  private static final String MEASURED =
      TestGateway.POLICY.replace(
              "{profile: simulated}", "{profile: simulated, measurements: workstation}")
          + """
          ---
          apiVersion: postern.dev/v1
          kind: ReferenceValues
          metadata: {name: workstation, owner: shop-leads}
          sets:
            - {id: image, measurements: [{name: firmware, digest: "%s"}, {name: kernel, digest: "%s"}]}
          """
              .formatted(FIRMWARE, KERNEL);
  private static final String FRESH =
      TestGateway.POLICY.replace(
          "attestation: {simulated: true,", "attestation: {simulated: true, fresh: true,");
  private static final String NAMED_DEBUGGERS =
      TestGateway.POLICY.replace(
          "groups: [oncall]}", "groups: [oncall], debuggers: [test-debugger]}");

  @TempDir Path folder;
  private @Nullable TestGateway started;
  private String code = "";

  @BeforeEach
  void codeOfTheRow(TestInfo test) {
    code =
        test.getTestMethod()
            .map(method -> method.getAnnotation(ThreatTest.class))
            .map(ThreatTest::code)
            .orElseThrow();
  }

  @AfterEach
  void stop() {
    if (started != null) {
      started.close();
    }
  }

  private TestGateway gateway(String policy) {
    TestGateway gateway = TestGateway.start(folder, "", policy);
    started = gateway;
    return gateway;
  }

  private static AttachClient attach(TestGateway gateway, String token, String... scopes)
      throws InterruptedException {
    AttachStart start = AttachClient.startOf(token).addAllScopes(List.of(scopes)).build();
    return gateway.attach().attempt(token, gateway.holder, start);
  }

  private static void assertAdmitted(TestGateway gateway, String token)
      throws InterruptedException {
    assertThat(attach(gateway, token).response().hasAdmitted()).isTrue();
  }

  private void assertRefused(TestGateway gateway, String token, String... scopes)
      throws InterruptedException {
    assertThat(attach(gateway, token, scopes).end().reason()).isEqualTo(code);
  }

  /** The same token with the other signature that ECDSA knows for it. */
  private static String twin(String token) {
    int dot = token.lastIndexOf('.') + 1;
    byte[] signature = Base64Url.decode(token.substring(dot)).orElseThrow();
    BigInteger s = new BigInteger(1, Arrays.copyOfRange(signature, 32, 64));
    byte[] other = N.subtract(s).toByteArray();
    var both = Arrays.copyOf(signature, 64);
    Arrays.fill(both, 32, 64, (byte) 0);
    int length = Math.min(32, other.length);
    System.arraycopy(other, other.length - length, both, 64 - length, length);
    return token.substring(0, dot) + Base64Url.encode(both);
  }

  private static void endSessions(TestGateway gateway, AttachClient client) throws Exception {
    client.halfClose();
    client.end();
    AdmissionTest.await(() -> gateway.gateway().sessions().sessions().isEmpty());
  }

  @Test
  @ThreatTest(row = 19, code = "CLAIM_REPLAYED")
  void usedTokenWithItsOtherSignature() throws Exception {
    TestGateway gateway = gateway(TestGateway.POLICY);
    String token = gateway.token();
    AttachClient client = attach(gateway, token);
    assertThat(client.response().hasAdmitted()).isTrue();

    assertRefused(gateway, twin(token)); // while the session lives
    endSessions(gateway, client);
    assertRefused(gateway, twin(token));
  }

  @Test
  @ThreatTest(row = 51, code = "CLAIM_REPLAYED")
  void usedTokenOrJti() throws Exception {
    TestGateway gateway = gateway(TestGateway.POLICY);
    DebugTokenMint.Claims claims = gateway.claims(List.of("dlv/observe"), List.of("oncall"));
    String token = gateway.mint.mint(claims, gateway.holder);
    DebugTokenMint.Claims others =
        new DebugTokenMint.Claims(
            "bob@test",
            TestGateway.ID,
            "test-debugger",
            List.of("dlv/inspect"),
            List.of("oncall"),
            claims.jti(),
            gateway.clock.instant(),
            Duration.ofMinutes(5),
            gateway.verifier.simulated(good(gateway)));
    String sameJti = gateway.mint.mint(others, gateway.holder);
    AttachClient client = attach(gateway, token);
    assertThat(client.response().hasAdmitted()).isTrue();

    assertRefused(gateway, sameJti);
    endSessions(gateway, client);
    assertRefused(gateway, token);
    assertRefused(gateway, sameJti);
  }

  @Test
  @ThreatTest(row = 64, code = "SCOPE_NOT_GRANTED")
  void scopeBesideOneThatTheTokenHas() throws Exception {
    TestGateway gateway = gateway(TestGateway.POLICY);
    List<List<String>> asked =
        List.of(
            List.of("dlv/observ"),
            List.of("dlv/observes"),
            List.of("dlv/observe/x"),
            List.of("dlv/observe", "dlv/mutate"),
            List.of("dlv/mutate", "dlv/observe"));
    for (List<String> scopes : asked) {
      assertRefused(gateway, gateway.token(), scopes.toArray(String[]::new));
    }
    assertThat(attach(gateway, gateway.token(), "dlv").end().reason()).isEqualTo("SCOPE_MALFORMED");
    assertThat(gateway.tools.opened).isEmpty();
  }

  @Test
  @ThreatTest(row = 69, code = "SUBJECT_UNKNOWN")
  void debuggerThatPolicyDoesNotName() throws Exception {
    TestGateway gateway = gateway(NAMED_DEBUGGERS);

    for (String debugger : List.of("Test-Debugger", "test-debugge", "test-debugger2", "other")) {
      assertRefused(gateway, tokenOf(gateway, debugger));
    }
    assertAdmitted(gateway, tokenOf(gateway, "test-debugger"));
  }

  private static String tokenOf(TestGateway gateway, String debugger) {
    return gateway.mint.mint(
        new DebugTokenMint.Claims(
            "alice@test",
            TestGateway.ID,
            debugger,
            List.of("dlv/observe"),
            List.of("oncall"),
            UUID.randomUUID().toString(),
            gateway.clock.instant(),
            Duration.ofMinutes(10),
            gateway.verifier.simulated(good(gateway))),
        gateway.holder);
  }

  private static SimulatedVerifier.Result good(TestGateway gateway) {
    return SimulatedVerifier.Result.good(
        gateway.holder.thumbprint(), gateway.clock.instant(), TestGateway.ID);
  }

  private static String tokenWithNonces(TestGateway gateway, String... nonces) {
    JsonObject claims =
        gateway.verifier.eatClaims(good(gateway), SimulatedVerifier.SIMULATED_EAT_PROFILE);
    return gateway.tokenWith(
        gateway.verifier.sign(claims.with("eat_nonce", JsonArray.ofStrings(List.of(nonces)))));
  }

  @Test
  @ThreatTest(row = 83, code = "ATT_NONCE_MISMATCH")
  void attestationOverNoChallengeOrTheWrongOne() throws Exception {
    TestGateway gateway = gateway(FRESH);
    String right = gateway.challenge(ChallengePurpose.CHALLENGE_PURPOSE_ATTESTATION);
    String wrong = "A".repeat(right.length());
    String thumbprint = gateway.holder.thumbprint().toString();

    assertRefused(gateway, gateway.token());
    assertRefused(gateway, tokenWithNonces(gateway, wrong));
    assertRefused(gateway, tokenWithNonces(gateway, wrong, right));
    assertRefused(gateway, tokenWithNonces(gateway, right, wrong));
    assertRefused(gateway, tokenWithNonces(gateway, thumbprint));
    assertAdmitted(gateway, tokenWithNonces(gateway, thumbprint, right));
  }

  /** A token whose attestation reports these values of the measurement {@code firmware}. */
  private static String measured(TestGateway gateway, String... firmware) {
    JsonObject claims =
        gateway.verifier.eatClaims(good(gateway), SimulatedVerifier.SIMULATED_EAT_PROFILE);
    var measurements =
        new JsonObject(
            Map.of(
                "kernel",
                new JsonString(KERNEL),
                "firmware",
                firmware.length == 1
                    ? new JsonString(firmware[0])
                    : JsonArray.ofStrings(List.of(firmware))));
    return gateway.tokenWith(gateway.verifier.sign(claims.with("measurements", measurements)));
  }

  @Test
  @ThreatTest(row = 87, code = "ATT_MEASUREMENT_MISMATCH")
  void measurementThatIsNotTheReferenceValue() throws Exception {
    TestGateway gateway = gateway(MEASURED);

    assertAdmitted(gateway, measured(gateway, FIRMWARE));
    assertRefused(gateway, measured(gateway, "ac" + FIRMWARE.substring(2)));
    assertRefused(gateway, measured(gateway, "0".repeat(64)));
    assertRefused(gateway, measured(gateway, ""));
    assertRefused(gateway, measured(gateway, FIRMWARE.substring(0, 62)));
    assertRefused(gateway, measured(gateway, FIRMWARE + "ab"));
    assertRefused(gateway, measured(gateway, "0".repeat(64), FIRMWARE));
    assertRefused(gateway, measured(gateway, FIRMWARE, "0".repeat(64)));
  }

  @Test
  @ThreatTest(row = 87, code = "ATT_MEASUREMENT_MISSING")
  void measurementThatIsNotThere() throws Exception {
    TestGateway gateway = gateway(MEASURED);
    JsonObject claims =
        gateway.verifier.eatClaims(good(gateway), SimulatedVerifier.SIMULATED_EAT_PROFILE);
    var kernelOnly = new JsonObject(Map.of("kernel", new JsonString(KERNEL)));

    assertRefused(gateway, gateway.token());
    assertRefused(
        gateway, gateway.tokenWith(gateway.verifier.sign(claims.with("measurements", kernelOnly))));
  }

  @Test
  @ThreatTest(row = 90, code = "UNIMPLEMENTED")
  void goodTokenOverAPathWithoutItsSlash() throws Exception {
    TestGateway gateway = gateway(TestGateway.POLICY);
    AttachStart start = AttachClient.startOf(gateway.token()).build();

    try (var client = new RawHttp2Client(gateway)) {
      assertThat(client.call("/postern.v1.DebugGateway/Attach", start).status())
          .isEqualTo(Optional.empty());
      for (String path :
          List.of("postern.v1.DebugGateway/Attach", "//postern.v1.DebugGateway/Attach")) {
        RawHttp2Client.Answer answer = client.call(path, start);
        assertThat(answer.status()).as(path).contains(code);
        assertThat(answer.data()).as(path).isZero();
      }
    }
    assertThat(gateway.tools.opened).isEmpty();
  }
}
