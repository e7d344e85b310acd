package dev.postern.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.gateway.AttachClient.Ended;
import dev.postern.proto.v1.AttachStart;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

  @Test
  void peers_thatNeverStartProveOrRead_areDroppedInTime() throws Exception {
    try (var gateway = TestGateway.start(folder)) {
      ManagedChannel slow = gateway.channel(false);
      try {
        AttachClient neverStarts = gateway.attach();
        AttachClient neverProves = gateway.attach();
        neverProves.start(AttachClient.startOf(gateway.token()).build());
        assertThat(neverProves.response().hasChallenge()).isTrue();
        var neverReads = new AttachClient(slow);
        neverReads.admitted(gateway);
        neverReads.data(FakeTools.FLOOD + "x".repeat(32 * 1024));

        assertThat(neverStarts.end(20).reason()).isEqualTo("MESSAGE_MALFORMED");
        assertThat(neverProves.end(30).reason()).isEqualTo("BINDING_PROOF_INVALID");
        for (var session : gateway.gateway().sessions().sessions()) {
          for (var connection : session.connections()) {
            assertThat(connection.bytesOut()).isLessThan(16 << 20);
          }
        }
        AttachClient good = gateway.attach();
        good.admitted(gateway);
        assertThat(good.data("unharmed").text()).isEqualTo("unharmed");
        assertThat(gateway.tools.closed.poll(45, java.util.concurrent.TimeUnit.SECONDS))
            .extracting(Enum::name)
            .isIn("CLIENT_SLOW", "CLIENT_GONE");
        assertThat(good.data("still unharmed").text()).isEqualTo("still unharmed");
      } finally {
        slow.shutdownNow();
      }
    }
  }
}
