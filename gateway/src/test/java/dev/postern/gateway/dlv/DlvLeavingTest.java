package dev.postern.gateway.dlv;

import static dev.postern.gateway.dlv.DlvGateway.CONTROL;
import static dev.postern.gateway.dlv.DlvGateway.VIEW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.gateway.dlv.RealDlv.Version;
import dev.postern.gateway.stream.EndReason;
import dev.postern.gateway.stream.StreamObligations;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.wire.dlv.DlvRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a session leaves behind in a real process, however it ends: nothing. */
class DlvLeavingTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String HALT = "{\"name\":\"halt\"}";
  private static final String CONTINUE = "{\"name\":\"continue\"}";
  private static final Set<String> EVERYTHING =
      Set.of(
          "dlv/observe", "dlv/inspect", "dlv/control", "dlv/mutate", "dlv/lifecycle", "dlv/host");

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Version.class)
  void watchpoint_stopsItsOwner_andIsGoneWithIt(Version version) throws Exception {
    try (var dlv = RealDlv.running(version);
        var gateway = new DlvGateway(dlv.endpoint())) {
      DebugClient client = gateway.session("S-1", CONTROL);
      client.result("Command", HALT);
      client.result(
          "CreateWatchpoint",
          "{\"Scope\":{\"GoroutineID\":-1},\"Expr\":\"main.beats\",\"Type\":2}");
      assertThat(client.result("ListBreakpoints", "{}").toString())
          .contains("main.beats")
          .doesNotContain("postern0badcafe");
      JsonObject hit = client.result("Command", CONTINUE);
      assertThat(hit.toString()).contains("main.beats");
      client.side().close(EndReason.CLIENT_GONE);
      dlv.awaitHeartbeat(SOON);
      assertThat(ours(gateway)).isEmpty();
      assertThat(dlv.longestPause(Duration.ofSeconds(2))).isLessThan(Duration.ofMillis(1500));
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void hotBreakpoint_ofASessionThatIsReset_isGoneAndTheProcessLives(Version version)
      throws Exception {
    try (var dlv = RealDlv.running(version);
        var gateway = new DlvGateway(dlv.endpoint())) {
      for (int round = 1; round <= 3; round++) {
        DebugClient client = gateway.session("S-" + round, CONTROL);
        client.result("Command", HALT);
        client.result(
            "CreateBreakpoint",
            "{\"Breakpoint\":{\"functionName\":\"runtime.mallocgc\",\"line\":-1}}");
        assertThat(client.result("Command", CONTINUE).toString()).contains("mallocgc");
        var _ = client.send("Command", CONTINUE);
        client.side().close(EndReason.CLIENT_GONE);
        dlv.awaitHeartbeat(SOON);
      }
      assertThat(ours(gateway)).isEmpty();
      dlv.awaitHeartbeat(SOON);
      assertThat(dlv.process().isAlive()).isTrue();
    }
  }

  @Test
  void closeInTheMiddleOfSettingABreakpoint_leavesNone() throws Exception {
    try (var dlv = RealDlv.running(Version.V1_27);
        var gateway = new DlvGateway(dlv.endpoint())) {
      for (int i = 0; i < 10; i++) {
        DebugClient client = gateway.session("S-" + i, CONTROL);
        client.result("Command", HALT);
        var _ =
            client.send(
                "CreateBreakpoint",
                "{\"Breakpoint\":{\"functionName\":\"main.tick\",\"line\":-1}}");
        client.side().close(EndReason.CLIENT_GONE);
      }
      dlv.awaitHeartbeat(SOON);
      assertThat(ours(gateway)).isEmpty();
      assertThat(dlv.longestPause(Duration.ofSeconds(2))).isLessThan(Duration.ofMillis(1500));
    }
  }

  @Test
  void sessionsThatLeaveTogether_leaveNoBreakpoint() throws Exception {
    try (var dlv = RealDlv.running(Version.V1_27);
        var gateway = new DlvGateway(dlv.endpoint())) {
      var one = gateway.session("S-1", CONTROL);
      var two = gateway.session("S-2", CONTROL);
      one.result("Command", HALT);
      one.result(
          "CreateBreakpoint", "{\"Breakpoint\":{\"functionName\":\"main.tick\",\"line\":-1}}");
      two.result("Command", HALT);
      two.result(
          "CreateBreakpoint", "{\"Breakpoint\":{\"functionName\":\"main.handle\",\"line\":-1}}");
      Thread first = Thread.ofVirtual().start(() -> one.side().close(EndReason.CLIENT_GONE));
      two.side().close(EndReason.CLIENT_GONE);
      first.join();
      dlv.awaitHeartbeat(SOON);
      assertThat(ours(gateway)).isEmpty();
      dlv.awaitHeartbeat(SOON);
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void detachWithLifecycle_killingTheProcess_endsItForEveryone(Version version) throws Exception {
    try (var dlv = RealDlv.running(version);
        var gateway = new DlvGateway(dlv.endpoint())) {
      DebugClient view = gateway.session("S-1", VIEW);
      DebugClient client = gateway.session("S-2", EVERYTHING);
      client.result("Command", HALT);
      client.result("Detach", "{\"Kill\":true}");
      assertThat(view.awaitEnd()).isPresent();
      assertThat(dlv.process().onExit().orTimeout(10, TimeUnit.SECONDS).join()).isNotNull();
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void restartWithLifecycle_isANewProcess_thatIsLeftRunning(Version version) throws Exception {
    try (var dlv = RealDlv.running(version);
        var gateway = new DlvGateway(dlv.endpoint())) {
      DebugClient client = gateway.session("S-1", EVERYTHING);
      client.result("Command", HALT);
      String before = client.result("ProcessPid", "{}").toString();
      client.result("Restart", "{}");
      assertThat(client.result("ProcessPid", "{}").toString()).isNotEqualTo(before);
      client.side().close(EndReason.SESSION_ENDED);
      dlv.awaitHeartbeat(SOON);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Version.class,
      names = {"V1_20", "V1_27"})
  void dump_needsHost_andTheProcessRunsOnAfterItsSession(Version version) throws Exception {
    try (var dlv = RealDlv.running(version);
        var gateway = new DlvGateway(dlv.endpoint())) {
      Path core = folder.resolve("core");
      DebugClient without = gateway.session("S-1", CONTROL);
      assertThat(without.error("DumpStart", "{\"Destination\":\"" + core + "\"}"))
          .contains("dlv/host");
      assertThat(core).doesNotExist();
      DebugClient client = gateway.session("S-2", EVERYTHING);
      client.result("Command", HALT);
      client.result("DumpStart", "{\"Destination\":\"" + core + "\"}");
      client.side().close(EndReason.CLIENT_GONE);
      dlv.awaitHeartbeat(SOON);
      assertThat(Files.exists(core)).isTrue();
    }
  }

  @Test
  void disassemble_withoutAnEnd_isOneFunctionWithinBounds() throws Exception {
    try (var dlv = RealDlv.running(Version.V1_27);
        var gateway = new DlvGateway(dlv.endpoint())) {
      DebugClient client = gateway.session("S-1", CONTROL);
      client.result("Command", HALT);
      String found =
          client
              .result("FindLocation", "{\"Scope\":{\"GoroutineID\":-1},\"Loc\":\"main.main\"}")
              .toString();
      int pc = found.indexOf("\"pc\":") + 5;
      JsonObject code =
          client.result(
              "Disassemble",
              "{\"Scope\":{\"GoroutineID\":-1},\"StartPC\":"
                  + found.substring(pc, found.indexOf(',', pc))
                  + ",\"EndPC\":0}");
      var instructions = code.array("Disassemble").orElseThrow().elements();
      assertThat(instructions).hasSizeGreaterThan(50);
      assertThat(instructions)
          .allSatisfy(
              each ->
                  assertThat(((JsonObject) each).object("Loc").orElseThrow().toString())
                      .contains("\"name\":\"main.main\""));
      assertThat(
              client.error(
                  "Disassemble", "{\"Scope\":{\"GoroutineID\":-1},\"StartPC\":1,\"EndPC\":0}"))
          .contains("no known function");
    }
  }

  @Test
  void caps_haltBudgetOfTheTarget_countsAllSessionsTogether() throws Exception {
    try (var dlv = RealDlv.running(Version.V1_27);
        var gateway = new DlvGateway(dlv.endpoint())) {
      var limits = DlvGateway.targetBudget(Duration.ofMillis(1));
      String error = "";
      for (int i = 0; i < 300 && error.isEmpty(); i++) {
        DebugClient client = gateway.session("S-" + i, VIEW, limits, StreamObligations.NONE);
        error = client.answer("Stacktrace", "{\"Id\":1,\"Depth\":5}").string("error").orElse("");
        client.side().close(EndReason.SESSION_ENDED);
        dlv.awaitHeartbeat(SOON);
      }
      assertThat(error).contains("the halt budget of this target is spent (1ms in 10m");
    }
  }

  /** What Delve itself lists of ours, asked over a connection that Postern has no part in. */
  private static String ours(DlvGateway gateway) throws Exception {
    Upstream direct = Upstream.open(gateway.endpoint(), Duration.ofSeconds(5));
    try {
      var _ = direct.call(DlvRequest.command("halt"), SOON);
      var listed = direct.call(DlvRequest.listBreakpoints(), SOON);
      var _ = direct.send(DlvRequest.command("continue"));
      var _ = direct.call(DlvRequest.stateNow(), SOON);
      String text = Answers.tree(Answers.result(listed)).toString();
      return text.contains("postern") ? text : "";
    } finally {
      direct.close();
    }
  }
}
