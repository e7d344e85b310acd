package dev.postern.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.audit.LogQuery;
import dev.postern.audit.LogSearch;
import dev.postern.gateway.dlv.FakeDlv;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.proto.v1.AttachStart;
import io.grpc.ManagedChannel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway process that is told to stop. */
class StoppingTest {
  private static final int SECONDS = 60;
  private static final String POLICY =
      TestGateway.POLICY.replace("dlv/inspect, gdb/observe", "dlv/inspect, dlv/control");

  @TempDir Path folder;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final List<String> seen = new ArrayList<>();
  private @Nullable TestGateway maker;
  private @Nullable Process process;
  private @Nullable ManagedChannel channel;

  @AfterEach
  void stop() {
    if (channel != null) {
      channel.shutdownNow();
    }
    if (process != null) {
      process.destroyForcibly();
    }
    if (maker != null) {
      maker.close();
    }
  }

  /** Starts the process, on files that a gateway of this test's made. */
  private Process start(FakeDlv fake) throws Exception {
    TestGateway files =
        TestGateway.start(
            folder,
            text -> text.replace("tcp://127.0.0.1:2345", fake.endpoint().toString()),
            POLICY);
    files.gateway().close();
    var now = InstantSource.system().instant();
    files.clock.jump(Duration.between(files.clock.instant(), now));
    maker = files;
    Process started =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                GatewayMain.class.getName(),
                "--config",
                folder.resolve("postern.yaml").toString())
            .redirectErrorStream(true)
            .start();
    process = started;
    Thread.ofPlatform().daemon().start(() -> read(started));
    String listening = awaitLine("listening on ");
    channel = files.channel(Integer.parseInt(listening.substring(listening.lastIndexOf(':') + 1)));
    return started;
  }

  private void read(Process from) {
    try (var text = new BufferedReader(new InputStreamReader(from.getInputStream(), UTF_8))) {
      for (String line = text.readLine(); line != null; line = text.readLine()) {
        lines.add(line);
      }
    } catch (IOException ended) {
      // the process has ended
    }
  }

  private String awaitLine(String part) throws InterruptedException {
    while (true) {
      String line = lines.poll(SECONDS, TimeUnit.SECONDS);
      if (line == null) {
        throw new AssertionError("no line with `" + part + "` but " + seen);
      }
      seen.add(line);
      if (line.contains(part)) {
        return line;
      }
    }
  }

  private AttachClient attached() throws Exception {
    TestGateway files = java.util.Objects.requireNonNull(maker);
    String token =
        files.mint.mint(
            files.claims(List.of("dlv/observe", "dlv/inspect", "dlv/control"), List.of("oncall")),
            files.holder);
    AttachStart start = AttachClient.startOf(token).build();
    var client = new AttachClient(java.util.Objects.requireNonNull(channel));
    assertThat(client.attempt(token, files.holder, start).response().hasAdmitted()).isTrue();
    return client;
  }

  private static void ask(AttachClient client, String method, String args) {
    client.data("{\"method\":\"RPCServer." + method + "\",\"params\":[" + args + "],\"id\":1}");
  }

  /** A target that runs until it is halted; {@code silent} is a method that it never answers. */
  private static FakeDlv running(String silent) throws IOException {
    return new FakeDlv(
        (asked, args) ->
            asked.equals(silent)
                ? Optional.empty()
                : asked.equals("State") ? Optional.of(FakeDlv.RUNNING) : FakeDlv.honest(asked));
  }

  /** What is on record in the folder that the process left. */
  private List<JsonObject> recorded(String type) throws IOException {
    var found = new ArrayList<JsonObject>();
    LogSearch.Result result =
        LogSearch.search(
            folder.resolve("data/audit"),
            Optional.empty(),
            LogQuery.ALL.where("type", type),
            (index, entry, published) -> found.add(entry));
    assertThat(result.problem()).isEmpty();
    return found;
  }

  @Test
  void sigterm_endsSessionsLetsTheTargetGoWritesTheRecordAndIsNoFailure() throws Exception {
    try (FakeDlv fake = running("")) {
      Process gateway = start(fake);
      AttachClient client = attached();
      ask(client, "Command", "{\"name\":\"halt\"}");
      assertThat(client.text()).contains("\"id\":1");
      assertThat(motions(fake)).last().isEqualTo("Command{halt}");

      gateway.toHandle().destroy();

      assertThat(client.end(SECONDS).reason()).isEqualTo("GATEWAY_STOPPING");
      assertThat(gateway.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(gateway.exitValue()).isZero();
      assertThat(motions(fake)).last().isEqualTo("Command{continue}");
      assertThat(recorded("session.ended"))
          .singleElement()
          .satisfies(entry -> assertThat(entry.string("reason")).contains("GATEWAY_STOPPING"));
    }
  }

  private static List<String> motions(FakeDlv fake) {
    return fake.asked().stream()
        .filter(asked -> asked.equals("Command{halt}") || asked.equals("Command{continue}"))
        .toList();
  }

  @Test
  void secondSigterm_doesNotWaitForATargetThatDoesNotAnswer() throws Exception {
    try (FakeDlv fake = running("Stacktrace")) {
      Process gateway = start(fake);
      AttachClient client = attached();
      ask(client, "Command", "{\"name\":\"halt\"}");
      assertThat(client.text()).contains("\"id\":1");
      ask(client, "Stacktrace", "{\"Id\":1,\"Depth\":5}");
      AdmissionTest.await(() -> fake.asked().contains("Stacktrace"));

      gateway.toHandle().destroy();
      awaitLine("gateway stopping");
      gateway.toHandle().destroy();
      awaitLine("told again to stop");

      assertThat(gateway.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(gateway.exitValue()).isEqualTo(1);
      // what was decided before stands in the record all the same
      assertThat(recorded("admission.granted")).hasSize(1);
    }
  }
}
