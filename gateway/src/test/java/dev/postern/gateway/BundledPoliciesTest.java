package dev.postern.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.attestation.jose.Algorithm;
import dev.postern.attestation.mint.SigningKey;
import dev.postern.config.BundleKeys;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.policy.bundle.PolicyBundle;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway whose policies are a signed bundle. */
class BundledPoliciesTest {
  private static final String SIGNED = "policyBundle: {file: b.tar, keys: [bundle.jwks.json]}\n";
  private static final String UNSIGNED = "policyBundle: {file: b.tar, allowUnsigned: true}\n";

  @TempDir Path folder = Path.of(".");
  private final SigningKey key = SigningKey.generate(Algorithm.ED25519);

  private void bundle(long revision, Duration term, boolean signed) throws Exception {
    Instant now = new MovableClock().instant();
    PolicyBundle bundle =
        PolicyBundle.of(
            Map.of("shop.yaml", TestGateway.POLICY.getBytes(UTF_8)),
            revision,
            now,
            now.plus(term),
            List.of(TestGateway.ID));
    if (signed) {
      String jws = key.signJws(BundleKeys.header(key.publicJwk()), bundle.manifestBytes());
      bundle =
          bundle.with(
              jws.substring(0, jws.indexOf('.')) + "." + jws.substring(jws.lastIndexOf('.')));
    }
    Files.write(folder.resolve("bundle.jwks.json"), key.toJwks("policy-key"));
    Path next = folder.resolve("next.tar");
    Files.write(next, bundle.toBytes());
    Files.move(next, folder.resolve("b.tar"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
  }

  private TestGateway start(String policies) {
    return TestGateway.start(
        folder, config -> config.replace("policies: [policies/]\n", policies), TestGateway.POLICY);
  }

  private static String denial(TestGateway gateway) throws InterruptedException {
    String token = gateway.token();
    return gateway
        .attach()
        .attempt(token, gateway.holder, AttachClient.startOf(token).build())
        .end()
        .reason();
  }

  @Test
  void signedBundle_admitsAndIsNamedInTheRecord() throws Exception {
    bundle(7, Duration.ofHours(1), true);
    try (TestGateway gateway = start(SIGNED)) {
      gateway.attach().admitted(gateway);

      JsonObject entry = gateway.events("admission.granted").getFirst();
      assertThat(entry.string("policy_bundle")).contains("7");
      assertThat(gateway.events("policy.loaded").getFirst().string("policy_bundle")).contains("7");
    }
  }

  @Test
  void unsignedBundle_doesNotStart() throws Exception {
    bundle(7, Duration.ofHours(1), false);

    assertThatThrownBy(() -> start(SIGNED)).hasStackTraceContaining("nobody signed the bundle");
  }

  @Test
  void unsignedAllowed_isNamedInEveryRecord() throws Exception {
    bundle(7, Duration.ofHours(1), false);
    try (TestGateway gateway = start(UNSIGNED)) {
      gateway.attach().admitted(gateway);

      assertThat(gateway.events("admission.granted").getFirst().string("policy_bundle"))
          .contains("7 unsigned");
    }
  }

  @Test
  void olderBundlePutInItsPlace_isRefusedOnRecordAndTheLastGoodOneStays() throws Exception {
    bundle(7, Duration.ofHours(1), true);
    try (TestGateway gateway = start(SIGNED)) {
      bundle(6, Duration.ofHours(1), true);

      // the gateway looks every second
      AdmissionTest.await(() -> !gateway.events("policy.refused").isEmpty());

      assertThat(gateway.events("policy.refused").getFirst().string("detail").orElseThrow())
          .contains("revision 6 is not above 7");
      gateway.attach().admitted(gateway);
    }
  }

  @Test
  void termOver_everythingIsDenied() throws Exception {
    bundle(7, Duration.ofMinutes(1), true);
    try (TestGateway gateway = start(SIGNED)) {
      gateway.attach().admitted(gateway);
      gateway.clock.pass(Duration.ofMinutes(1));

      assertThat(denial(gateway)).isEqualTo("INTERNAL_POLICY_UNAVAILABLE");
      assertThat(gateway.events("admission.denied").getFirst().string("detail").orElseThrow())
          .startsWith("the term of policy bundle 7 ended at");
      var health = HealthGrpc.newBlockingStub(gateway.channel(true));
      AdmissionTest.await(
          () ->
              health.check(HealthCheckRequest.getDefaultInstance()).getStatus()
                  == HealthCheckResponse.ServingStatus.NOT_SERVING);
    }
  }
}
