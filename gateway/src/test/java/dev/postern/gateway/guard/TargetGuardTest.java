package dev.postern.gateway.guard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.gateway.dlv.Endpoint;
import dev.postern.gateway.dlv.RealDlv;
import dev.postern.gateway.dlv.RealDlv.Version;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TargetGuardTest {
  private static final Duration FIVE_SECONDS = Duration.ofSeconds(5);

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Version.class)
  void killedGateway_itsGuardRestoresTheTargetWithinFiveSeconds(Version version) throws Exception {
    try (var dlv = RealDlv.running(version)) {
      Process gateway = doomed(dlv.endpoint());
      assertThat(dlv.isSilentFor(Duration.ofMillis(300))).isTrue();
      gateway.destroyForcibly();
      dlv.awaitHeartbeat(FIVE_SECONDS);
      // its breakpoint in the heart beat is gone: it goes on beating
      dlv.awaitHeartbeat(FIVE_SECONDS);
      dlv.awaitHeartbeat(FIVE_SECONDS);
    }
  }

  @Test
  void killedGatewayWithoutAGuard_theNextStartRestores() throws Exception {
    try (var dlv = RealDlv.running(Version.V1_27)) {
      Process gateway = doomed(dlv.endpoint(), "without-guard");
      gateway.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
      assertThat(dlv.isSilentFor(Duration.ofMillis(500))).isTrue();
      try (var next = TargetGuard.open(folder, new SecureRandom())) {
        assertThat(next.instance()).isNotNull();
        dlv.awaitHeartbeat(FIVE_SECONDS);
        dlv.awaitHeartbeat(FIVE_SECONDS);
      }
      assertThat(Files.readString(folder.resolve("targets.journal")))
          .contains("free " + dlv.endpoint());
    }
  }

  @Test
  void journal_tornLastLine_keepsTheRestAndTheInstance() throws Exception {
    var before = new WatchedTargets();
    var endpoint = new Endpoint(URI.create("tcp://127.0.0.1:2345"));
    try (var journal = UnfinishedTargets.open(folder, before, new SecureRandom())) {
      journal.write(List.of(WatchedTargets.using(endpoint), WatchedTargets.breakpoints(endpoint)));
    }
    Files.writeString(folder.resolve("targets.journal"), "usi", UTF_8, StandardOpenOption.APPEND);
    var after = new WatchedTargets();
    try (var journal = UnfinishedTargets.open(folder, after, new SecureRandom())) {
      journal.write(List.of(WatchedTargets.free(endpoint)));
    }
    assertThat(after.instance()).isEqualTo(before.instance());
    assertThat(after.lines())
        .containsExactly(
            WatchedTargets.instance(before.instance().orElseThrow()),
            "using tcp://127.0.0.1:2345",
            "breakpoints tcp://127.0.0.1:2345");
  }

  private Process doomed(URI endpoint, String... more) throws IOException {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                DoomedGateway.class.getName(),
                folder.toString(),
                endpoint.toString()));
    command.addAll(List.of(more));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    assertThat(lines.readLine()).isEqualTo("holding");
    return process;
  }
}
