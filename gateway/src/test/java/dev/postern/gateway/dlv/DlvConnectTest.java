package dev.postern.gateway.dlv;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.gateway.dlv.RealDlv.Version;
import dev.postern.gateway.stream.StreamLimits;
import dev.postern.gateway.stream.StreamObligations;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The real {@code dlv connect} as the client, as a person types. */
class DlvConnectTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Version.class)
  void dlvConnect_toTheView_isADebuggerOnAProcessThatRunsOn(Version version) throws Exception {
    try (var dlv = RealDlv.running(version);
        var gateway = new DlvGateway(dlv.endpoint())) {
      String output =
          connect(
              version,
              gateway,
              DlvGateway.VIEW,
              "goroutines -t 3",
              "goroutine 1",
              "bt",
              "frame 0 locals",
              "vars main.ledger",
              "set main.dataVar = 1",
              "break main.handle",
              "continue",
              "next",
              "funcs main.han",
              "exit");
      assertThat(output)
          .contains("main.main", "alice", "main.handle")
          .contains("this needs scope dlv/mutate (session S-1)")
          .contains("this needs scope dlv/control (session S-1)");
      dlv.awaitHeartbeat(SOON);
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void dlvConnect_withControl_breaksStepsAndLeavesTheProcessRunning(Version version)
      throws Exception {
    try (var dlv = RealDlv.running(version);
        var gateway = new DlvGateway(dlv.endpoint())) {
      String output =
          connect(
              version,
              gateway,
              DlvGateway.CONTROL,
              "break main.handle",
              "continue",
              "args",
              "bt",
              "next",
              "stepout",
              "breakpoints",
              "clearall",
              "exit -c");
      assertThat(output).contains("main.handle", "domain =", "main.work");
      dlv.awaitHeartbeat(SOON);
    }
  }

  private String connect(
      Version version, DlvGateway gateway, Set<String> scopes, String... commands)
      throws Exception {
    try (var bridge =
        new Bridge(
            gateway.targets(),
            gateway.grant("S-1", scopes, StreamLimits.NONE_NAMED, StreamObligations.NONE))) {
      Path output = folder.resolve("output-" + version);
      var builder =
          new ProcessBuilder(version.dlv().toString(), "connect", bridge.address())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile());
      builder.environment().put("HOME", folder.toString());
      builder.environment().put("TERM", "dumb");
      Process client = builder.start();
      try (OutputStream in = client.getOutputStream()) {
        in.write((String.join("\n", commands) + "\nn\n").getBytes(UTF_8));
      }
      boolean ended = client.waitFor(60, TimeUnit.SECONDS);
      client.destroyForcibly();
      String text = Files.readString(output);
      assertThat(ended).as(text).isTrue();
      return text;
    }
  }
}
