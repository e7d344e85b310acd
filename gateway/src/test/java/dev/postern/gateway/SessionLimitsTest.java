package dev.postern.gateway;

import static dev.postern.gateway.AdmissionTest.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.gateway.AttachClient.Ended;
import dev.postern.gateway.state.Lock;
import dev.postern.proto.v1.AttachStart;
import io.grpc.Status;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Limits and obligations of a permit as the gateway keeps them, each with the code it ends in. */
class SessionLimitsTest {
  private static final String SESSION = "    session: {max: 2h, idle: 10m, concurrent: 3}\n";

  @TempDir Path folder;
  private @Nullable TestGateway started;

  @AfterEach
  void stop() {
    if (started != null) {
      started.close();
    }
  }

  /** A gateway whose one permit says this besides. */
  private TestGateway permitting(String line) {
    return under(TestGateway.POLICY.replace(SESSION, SESSION + "    " + line + "\n"));
  }

  private TestGateway under(String policy) {
    TestGateway gateway = TestGateway.start(folder, "", policy);
    started = gateway;
    return gateway;
  }

  private static Ended attempt(TestGateway gateway) throws InterruptedException {
    String token = gateway.token();
    AttachStart start = AttachClient.startOf(token).build();
    return gateway.attach().attempt(token, gateway.holder, start).end();
  }

  private static void assertEnds(TestGateway gateway, AttachClient client, String reason)
      throws InterruptedException {
    assertThat(client.end().reason()).isEqualTo(reason);
    await(() -> !gateway.events("session.ended").isEmpty());
    assertThat(gateway.events("session.ended").getFirst().string("reason")).contains(reason);
    await(() -> gateway.store.sessionCount() == 0);
  }

  @Test
  void window_closes_endsTheSessionAndKeepsOthersOut() throws Exception {
    TestGateway gateway =
        permitting("window: {zone: UTC, days: [mon], from: \"08:00\", to: \"12:05\"}");
    AttachClient client = gateway.attach();
    client.admitted(gateway);

    gateway.clock.pass(Duration.ofMinutes(5));

    assertEnds(gateway, client, "SESSION_WINDOW");
    assertThat(attempt(gateway).reason()).isEqualTo("POLICY_TIME_WINDOW");
  }

  @Test
  void caps_shorterThanThePermit_endTheSession() throws Exception {
    TestGateway gateway = under(TestGateway.POLICY.replace("session: 8h", "session: 2m"));
    AttachClient client = gateway.attach();
    client.admitted(gateway);

    gateway.clock.pass(Duration.ofMinutes(2));

    assertEnds(gateway, client, "SESSION_MAX");
  }

  @Test
  void streamBytes_movedInBothDirections_endTheSession() throws Exception {
    TestGateway gateway = permitting("limits: {streamBytes: 64KiB}");
    AttachClient client = gateway.attach();
    client.admitted(gateway);
    String piece = "x".repeat(20 * 1024);
    assertThat(client.data(piece).text()).isEqualTo(piece);

    client.data(piece);

    assertEnds(gateway, client, "SESSION_STREAM_BYTES");
  }

  @Test
  void recording_thatFails_endsTheSession() throws Exception {
    TestGateway gateway = permitting("obligations: {record: full}");
    AttachClient client = gateway.attach();
    client.admitted(gateway);
    var random = new Random(1);
    // the test's recordings take 1 MiB
    for (int i = 0; i < 40 && gateway.events("session.ended").isEmpty(); i++) {
      var piece = new StringBuilder();
      for (int c = 0; c < 32 * 1024; c++) {
        piece.append((char) (' ' + random.nextInt(90)));
      }
      client.data(piece.toString());
    }

    assertEnds(gateway, client, "SESSION_RECORDING_FAILED");
  }

  @Test
  void observers_whereNoneCanWatch_keepTheSessionFromStarting() throws Exception {
    TestGateway gateway = permitting("obligations: {observers: 1}");

    assertThat(attempt(gateway).reason()).isEqualTo("POLICY_OBSERVERS_MISSING");
    assertThat(gateway.tools.opened).isEmpty();
  }

  @Test
  void reason_thatPolicyAsksForAndIsMissing_isSaid() throws Exception {
    TestGateway gateway =
        under(TestGateway.POLICY.replace("concurrent: 3", "concurrent: 3, reason: required"));

    assertThat(attempt(gateway).reason()).isEqualTo("POLICY_REASON_MISSING");
  }

  @Test
  void lock_keepsNewSessionsOut() throws Exception {
    TestGateway gateway = under(TestGateway.POLICY);
    gateway.store.lock(
        new Lock(
            "L-1",
            Lock.Kind.KEY,
            gateway.holder.thumbprint().toString(),
            "lost laptop",
            "bob",
            gateway.clock.instant(),
            Optional.of(gateway.clock.instant().plusSeconds(60))));

    Ended ended = attempt(gateway);

    assertThat(ended.reason()).isEqualTo("SUBJECT_REVOKED");
    assertThat(ended.status().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    gateway.clock.pass(Duration.ofSeconds(60));
    assertThat(gateway.attach().admitted(gateway).getSessionId()).startsWith("S-");
  }

  @Test
  void lock_onTheSubject_endsItsLiveSession() throws Exception {
    TestGateway gateway = under(TestGateway.POLICY);
    AttachClient client = gateway.attach();
    String subject = client.admitted(gateway).getSubject();
    gateway.store.lock(
        new Lock(
            "L-1",
            Lock.Kind.SUBJECT,
            subject,
            "incident",
            "bob",
            gateway.clock.instant(),
            Optional.empty()));

    assertEnds(gateway, client, "SESSION_REVOKED");
  }

  @Test
  void bug_whileOpening_isInternalAndTheTokenMayBeTriedAgain() throws Exception {
    TestGateway gateway = under(TestGateway.POLICY);
    gateway.tools.broken = true;
    String token = gateway.token();
    AttachStart start = AttachClient.startOf(token).build();

    Ended ended = gateway.attach().attempt(token, gateway.holder, start).end();

    assertThat(ended.reason()).isEqualTo("INTERNAL_ERROR");
    assertThat(ended.status().getCode()).isEqualTo(Status.Code.INTERNAL);
    gateway.tools.broken = false;
    assertThat(gateway.attach().attempt(token, gateway.holder, start).response().hasAdmitted())
        .isTrue();
  }

  @Test
  void retry_afterAMinute_isReplay() throws Exception {
    TestGateway gateway = under(TestGateway.POLICY);
    gateway.tools.unreachable = true;
    String token = gateway.token();
    AttachStart start = AttachClient.startOf(token).build();
    gateway.attach().attempt(token, gateway.holder, start).end();
    gateway.tools.unreachable = false;

    gateway.clock.pass(Duration.ofSeconds(61));

    assertThat(gateway.attach().attempt(token, gateway.holder, start).end().reason())
        .isEqualTo("CLAIM_REPLAYED");
  }
}
