package dev.postern.gateway;

import static dev.postern.gateway.AdmissionTest.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.postern.gateway.AttachClient.Ended;
import dev.postern.gateway.stream.EndReason;
import dev.postern.proto.v1.AttachRequest;
import dev.postern.proto.v1.AttachStart;
import io.grpc.Status;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Peers that do not play by the rules; a well-behaved session beside them goes on. */
class BadPeerTest {
  @TempDir Path folder;
  private TestGateway gateway;

  @BeforeEach
  void start() {
    gateway = TestGateway.start(folder);
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void replay_oneTokenManyTimesAtOnce_opensOneSession() throws Exception {
    String token = gateway.token();
    AttachStart start = AttachClient.startOf(token).build();
    List<Callable<String>> attempts = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      attempts.add(
          () -> {
            AttachClient client = gateway.attach().attempt(token, gateway.holder, start);
            try {
              return client.response().getAdmitted().getSessionId();
            } catch (AssertionError refused) {
              return "refused";
            }
          });
    }
    Set<String> sessions = new java.util.HashSet<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<String> attempt : threads.invokeAll(attempts)) {
        sessions.add(attempt.get());
      }
    }
    sessions.remove("refused");

    assertThat(sessions).hasSize(1);
    assertThat(gateway.store.sessions()).hasSize(1);
  }

  @Test
  void attach_firstMessageIsData_isRefused() throws Exception {
    Ended ended = gateway.attach().data("hello").end();

    assertThat(ended.reason()).isEqualTo("MESSAGE_MALFORMED");
    assertThat(ended.status().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void attach_dataInsteadOfProof_isRefused() throws Exception {
    AttachClient client = gateway.attach();
    client.start(AttachClient.startOf(gateway.token()).build());
    client.response();

    assertThat(client.data("x").end().reason()).isEqualTo("BINDING_PROOF_INVALID");
  }

  @Test
  void attach_hangsUpBeforeItsProof_isNoDenialButCounts() throws Exception {
    AttachClient client = gateway.attach();
    client.start(AttachClient.startOf(gateway.token()).build());
    client.response();

    client.reset();

    await(
        () -> {
          gateway.gateway().writeSums();
          return gateway.events("admission.failures").stream()
              .anyMatch(entry -> entry.string("reason").equals(Optional.of("CLIENT_GONE")));
        });
    assertThat(gateway.events("admission.denied")).isEmpty();
  }

  @Test
  void attach_manyUndecidedAtOnce_areBoundedPerAddress() throws Exception {
    List<AttachClient> waiting = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      AttachClient client = gateway.attach();
      client.start(AttachClient.startOf(gateway.token()).build());
      client.response();
      waiting.add(client);
    }

    Ended ended = gateway.attach().start(AttachClient.startOf("a.b.c").build()).end();

    assertThat(ended.reason()).isEqualTo("LIMIT_RATE");
    waiting.forEach(AttachClient::reset);
  }

  @Test
  void attach_messageOverTheBound_endsOnlyThatStream() throws Exception {
    AttachClient good = gateway.attach();
    good.admitted(gateway);
    AttachClient bad = gateway.attach();
    bad.admitted(gateway);

    bad.message(AttachRequest.newBuilder().setData(ByteString.copyFrom(new byte[2 << 20])).build());

    Ended ended = bad.end();
    assertThat(ended.reason()).isEqualTo("MESSAGE_TOO_LARGE");
    assertThat(ended.status().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(good.data("unharmed").text()).isEqualTo("unharmed");
  }

  @Test
  void attach_startOverTheBound_isRefusedBeforeItIsWhole() throws Exception {
    Ended ended =
        gateway.attach().start(AttachClient.startOf("x".repeat(256 * 1024)).build()).end();

    assertThat(ended.reason()).isEqualTo("TOKEN_TOO_LARGE");
    assertThat(ended.status().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
  }

  @Test
  void attach_targetThatDoesNotRead_holdsTheClientBack() throws Exception {
    var channel = gateway.channel(false);
    try {
      AttachClient client = new AttachClient(channel);
      client.admitted(gateway);
      gateway.tools.turns.drainPermits();
      String piece = "x".repeat(64 * 1024);
      int sent = 0;
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
      while (System.nanoTime() < until && sent < 1000) {
        if (client.isReady()) {
          client.data(piece);
          sent++;
        } else {
          java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
        }
      }

      // what the gateway takes without a target that reads is bounded: queue and window
      assertThat(sent).isLessThan(100);
      AttachClient good = gateway.attach();
      gateway.tools.turns.release(1);
      assertThat(good.admitted(gateway).getSessionId()).startsWith("S-");
      client.reset();
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void attach_secondStartInALiveStream_endsTheConnection() throws Exception {
    AttachClient client = gateway.attach();
    client.admitted(gateway);

    client.start(AttachClient.startOf("again").build());

    assertThat(client.end().reason()).isEqualTo("MESSAGE_MALFORMED");
    assertThat(gateway.tools.closed.poll(5, TimeUnit.SECONDS))
        .isEqualTo(EndReason.MESSAGE_MALFORMED);
  }

  @Test
  void connect_withoutTls_getsNothing() throws Exception {
    try (var socket =
        new Socket(InetAddress.getLoopbackAddress(), gateway.gateway().address().getPort())) {
      socket.setSoTimeout(15_000);
      socket
          .getOutputStream()
          .write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      byte[] answer = in.readAllBytes();

      assertThat(answer.length).isLessThan(64);
    }
    AttachClient good = gateway.attach();
    assertThat(good.admitted(gateway).getSessionId()).startsWith("S-");
  }
}
