package dev.postern.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.gateway.AttachClient.Ended;
import dev.postern.gateway.server.CallerPatience;
import dev.postern.gateway.stream.EndReason;
import dev.postern.proto.v1.AttachStart;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Callers that want it all, and callers that say nothing. */
class HostileCallerTest {
  @TempDir Path folder;

  @Test
  void attach_hundredsOfSessions_areBoundedAndTheLiveOnesGoOn() throws Exception {
    try (var gateway =
        TestGateway.start(
            folder,
            "limits: {sessions: 40, failuresPerMinute: 5000}\n",
            TestGateway.POLICY.replace("concurrent: 3", "concurrent: 5000"))) {
      AttachClient first = gateway.attach();
      first.admitted(gateway);
      List<Ended> refused = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        String token = gateway.token();
        AttachStart start = AttachClient.startOf(token).build();
        AttachClient client = gateway.attach().attempt(token, gateway.holder, start);
        if (i >= 39) {
          refused.add(client.end());
        } else {
          assertThat(client.response().hasAdmitted()).isTrue();
        }
      }

      assertThat(refused).hasSize(161);
      assertThat(refused)
          .allSatisfy(
              ended -> {
                assertThat(ended.reason()).isEqualTo("LIMIT_SESSIONS");
                assertThat(ended.status().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
              });
      assertThat(gateway.gateway().sessions().sessions()).hasSize(40);
      assertThat(first.data("unharmed").text()).isEqualTo("unharmed");
    }
  }

  private static CallerPatience unread(Duration unread) {
    return new CallerPatience(
        Duration.ofSeconds(2),
        Duration.ofSeconds(2),
        unread,
        Duration.ofSeconds(60),
        Duration.ofSeconds(60));
  }

  @Test
  void peers_thatNeverStartOrProve_areDroppedInTime() throws Exception {
    try (var gateway = TestGateway.start(folder, unread(Duration.ofSeconds(30)))) {
      AttachClient good = gateway.attach();
      good.admitted(gateway);
      AttachClient neverStarts = gateway.attach();
      AttachClient neverProves = gateway.attach();
      neverProves.start(AttachClient.startOf(gateway.token()).build());
      assertThat(neverProves.response().hasChallenge()).isTrue();

      assertThat(neverStarts.end(20).reason()).isEqualTo("MESSAGE_MALFORMED");
      assertThat(neverProves.end(30).reason()).isEqualTo("BINDING_PROOF_INVALID");
      assertThat(good.data("unharmed").text()).isEqualTo("unharmed");
    }
  }

  @Test
  void peer_thatNeverReads_endsAsSlowAndLittleWaitsForIt() throws Exception {
    try (var gateway = TestGateway.start(folder, unread(Duration.ofSeconds(2)))) {
      ManagedChannel slow = gateway.channel(false);
      try {
        AttachClient good = gateway.attach();
        good.admitted(gateway);
        var neverReads = new AttachClient(slow);
        String session = neverReads.admitted(gateway).getSessionId();
        var connection =
            gateway.gateway().sessions().find(session).orElseThrow().connections().getFirst();
        neverReads.data(FakeTools.FLOOD + "x".repeat(32 * 1024));

        assertThat(gateway.tools.closed.poll(45, TimeUnit.SECONDS))
            .isEqualTo(EndReason.CLIENT_SLOW);
        assertThat(connection.bytesOut()).isLessThan(16 << 20);
        AdmissionTest.await(() -> !gateway.events("session.ended").isEmpty());
        assertThat(gateway.events("session.ended").getFirst().string("reason"))
            .contains("CLIENT_SLOW");
        assertThat(good.data("unharmed").text()).isEqualTo("unharmed");
      } finally {
        slow.shutdownNow();
      }
    }
  }

  @Test
  void peer_thatVanishes_isNoticedThoughItsConnectionStaysOpen() throws Exception {
    var impatient =
        new CallerPatience(
            Duration.ofSeconds(20),
            Duration.ofSeconds(20),
            Duration.ofSeconds(60),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1));
    // as it runs, a peer that vanished is noticed within the 15 s of its silence
    assertThat(CallerPatience.DEFAULT.pingAfter().plus(CallerPatience.DEFAULT.pingTimeout()))
        .isLessThan(Duration.ofSeconds(15));
    try (var gateway = TestGateway.start(folder, impatient);
        var cable = new Cable(gateway.gateway().address().getPort())) {
      AttachClient good = gateway.attach();
      good.admitted(gateway);
      ManagedChannel channel = gateway.channel(cable.port());
      try {
        AttachClient vanishes = new AttachClient(channel);
        vanishes.admitted(gateway);
        assertThat(vanishes.data("here").text()).isEqualTo("here");

        cable.cut();

        assertThat(gateway.tools.closed.poll(15, TimeUnit.SECONDS))
            .isEqualTo(EndReason.CLIENT_GONE);
        assertThat(good.data("unharmed").text()).isEqualTo("unharmed");
        assertThat(gateway.gateway().sessions().sessions()).hasSize(1);
      } finally {
        channel.shutdownNow();
      }
    }
  }

  @Test
  void peer_thatAttachesAThousandTimes_isHeldOffAndLeavesNothing() throws Exception {
    try (var gateway = TestGateway.start(folder)) {
      ManagedChannel channel = gateway.channel(false);
      try {
        AttachClient good = gateway.attach();
        good.admitted(gateway);
        int heldOff = 0;
        for (int i = 0; i < 1000; i++) {
          var client = new AttachClient(channel);
          client.start(AttachClient.startOf("not.a.token").build());
          String reason = client.end().reason();
          // or its connection was taken from it, for all the streams that it reset
          if (reason.equals("LIMIT_RATE") || reason.isEmpty()) {
            heldOff++;
          }
        }

        assertThat(heldOff).isGreaterThan(900);
        assertThat(gateway.store.sessions()).hasSize(1);
        assertThat(gateway.audit.entries().size()).isLessThan(100);
        assertThat(good.data("unharmed").text()).isEqualTo("unharmed");
      } finally {
        channel.shutdownNow();
      }
    }
  }
}
