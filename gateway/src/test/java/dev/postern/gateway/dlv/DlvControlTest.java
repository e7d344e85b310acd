package dev.postern.gateway.dlv;

import static dev.postern.gateway.dlv.DlvGateway.CONTROL;
import static dev.postern.gateway.dlv.DlvGateway.VIEW;
import static dev.postern.gateway.dlv.DlvViewTest.variable;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.gateway.dlv.RealDlv.Version;
import dev.postern.gateway.stream.EndReason;
import dev.postern.json.JsonValue.JsonBool;
import dev.postern.json.JsonValue.JsonObject;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sessions with {@code dlv/control}: real stops, and a process that is never left worse off. */
class DlvControlTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String BREAK_HANDLE =
      "{\"Breakpoint\":{\"functionName\":\"main.handle\",\"line\":-1}}";
  private static final String CONTINUE = "{\"name\":\"continue\"}";
  private static final String HALT = "{\"name\":\"halt\"}";

  @ParameterizedTest
  @EnumSource(Version.class)
  void breakpoint_stopsItsOwner_andIsGoneAfterTheClientsReset(Version version) throws Exception {
    try (var dlv = RealDlv.running(version);
        var gateway = new DlvGateway(dlv.endpoint())) {
      DebugClient client = gateway.session("S-1", CONTROL);
      assertThat(running(client)).isTrue();
      assertThat(stateOf(client.result("Command", HALT)).get("Running")).contains(JsonBool.FALSE);
      assertThat(dlv.isSilentFor(Duration.ofMillis(300))).isTrue();
      client.result("CreateBreakpoint", BREAK_HANDLE);
      JsonObject hit = client.result("Command", CONTINUE);
      assertThat(hit.toString()).contains("main.handle").doesNotContain("postern0badcafe");
      assertThat(client.result("Stacktrace", "{\"Id\":-1,\"Depth\":10}").toString())
          .contains("main.work");
      JsonObject next = client.result("Command", "{\"name\":\"next\"}");
      assertThat(stateOf(next).object("currentThread").orElseThrow().toString())
          .contains("main.handle");
      client.side().close(EndReason.CLIENT_GONE);
      dlv.awaitHeartbeat(SOON);
      assertThat(gateway.left())
          .singleElement()
          .asString()
          .startsWith("breakpoints cleared: 1")
          .endsWith("let go");

      DebugClient after = gateway.session("S-2", VIEW);
      assertThat(after.result("ListBreakpoints", "{}").toString()).doesNotContain("main.handle");
      after.side().close(EndReason.SESSION_ENDED);
      assertThat(gateway.left()).as("a view holds nothing").hasSize(1);
      assertThat(dlv.longestPause(Duration.ofSeconds(2))).isLessThan(Duration.ofMillis(1500));
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void twoSessions_oneEnds_theOthersBreakpointStays(Version version) throws Exception {
    try (var dlv = RealDlv.running(version);
        var gateway = new DlvGateway(dlv.endpoint())) {
      DebugClient one = gateway.session("S-1", CONTROL);
      DebugClient two = gateway.session("S-2", CONTROL);
      one.result("Command", HALT);
      one.result("CreateBreakpoint", BREAK_HANDLE);
      two.result("Command", HALT);
      two.result(
          "CreateBreakpoint", "{\"Breakpoint\":{\"functionName\":\"main.tick\",\"line\":-1}}");
      assertThat(two.result("ListBreakpoints", "{}").toString())
          .contains("main.tick")
          .doesNotContain("main.handle");
      assertThat(two.error("ClearBreakpoint", "{\"Id\":1}")).contains("no breakpoint with id 1");
      one.side().close(EndReason.CLIENT_GONE);
      JsonObject hit = two.result("Command", CONTINUE);
      assertThat(hit.toString()).contains("main.tick");
      two.side().close(EndReason.SESSION_ENDED);
      dlv.awaitHeartbeat(SOON);
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void view_besideAPendingContinue_readsWithoutEndingIt(Version version) throws Exception {
    try (var dlv = RealDlv.running(version);
        var gateway = new DlvGateway(dlv.endpoint())) {
      DebugClient control = gateway.session("S-1", CONTROL);
      DebugClient view = gateway.session("S-2", VIEW);
      control.result("Command", HALT);
      assertThat(view.result("Stacktrace", "{\"Id\":1,\"Depth\":10}").toString())
          .contains("main.main");
      assertThat(dlv.isSilentFor(Duration.ofMillis(300))).isTrue();
      CompletableFuture<JsonObject> pending = control.send("Command", CONTINUE);
      dlv.awaitHeartbeat(SOON);
      assertThat(view.result("Stacktrace", "{\"Id\":1,\"Depth\":10}").toString())
          .contains("main.main");
      dlv.awaitHeartbeat(SOON);
      assertThat(pending).isNotDone();
      assertThat(running(control)).isTrue();
      control.result("Command", HALT);
      assertThat(stateOf(DebugClient.await(pending).object("result").orElseThrow()).get("Running"))
          .contains(JsonBool.FALSE);
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void breakpoint_onADataAddress_isRefusedAndDataStays(Version version) throws Exception {
    try (var dlv = RealDlv.running(version);
        var gateway = new DlvGateway(dlv.endpoint())) {
      DebugClient client = gateway.session("S-1", CONTROL);
      client.result("Command", HALT);
      String listed = variable(client, "main.dataVar");
      String mark = "\"addr\":";
      int at = listed.indexOf(mark) + mark.length();
      String address = listed.substring(at, listed.indexOf(',', at));
      assertThat(client.error("CreateBreakpoint", "{\"Breakpoint\":{\"addr\":" + address + "}}"))
          .contains("no instruction of a known function");
      assertThat(variable(client, "main.dataVar")).contains("\"77\"");
      JsonObject place =
          client.result("FindLocation", "{\"Scope\":{\"GoroutineID\":-1},\"Loc\":\"main.handle\"}");
      String found = place.toString();
      int pc = found.indexOf("\"pc\":") + 5;
      String code = found.substring(pc, found.indexOf(',', pc));
      client.result(
          "CreateBreakpoint",
          "{\"Breakpoint\":{\"addr\":" + code + "},\"LocExpr\":\"main.handle\"}");
      assertThat(
              client.error(
                  "CreateBreakpoint",
                  "{\"Breakpoint\":{\"addr\":" + code + "},\"LocExpr\":\"main.tick\"}"))
          .contains("main.tick");
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void logpoint_isPrintedAndNeverLeavesTheTargetHalted(Version version) throws Exception {
    try (var dlv = RealDlv.running(version);
        var gateway = new DlvGateway(dlv.endpoint())) {
      DebugClient client = gateway.session("S-1", Set.of("dlv/observe", "dlv/inspect", "dlv/log"));
      client.result(
          "CreateBreakpoint",
          "{\"Breakpoint\":{\"functionName\":\"main.tick\",\"line\":-1,\"continue\":true,"
              + "\"variables\":[\"n\"]}}");
      assertThat(client.result("Command", CONTINUE).toString()).contains("main.tick", "\"n\"");
      dlv.awaitHeartbeat(SOON);
      assertThat(client.result("Command", CONTINUE).toString()).contains("main.tick");
      assertThat(client.error("CreateBreakpoint", BREAK_HANDLE)).contains("dlv/control");
      client.side().close(EndReason.CLIENT_GONE);
      dlv.awaitHeartbeat(SOON);
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void continue_thenCloseAtOnce_leavesTheTargetRunning(Version version) throws Exception {
    try (var dlv = RealDlv.waiting(version);
        var gateway = new DlvGateway(dlv.endpoint())) {
      DebugClient client = gateway.session("S-1", CONTROL);
      assertThat(running(client)).isFalse();
      client.result(
          "CreateBreakpoint", "{\"Breakpoint\":{\"functionName\":\"main.main\",\"line\":-1}}");
      assertThat(client.result("Command", CONTINUE).toString()).contains("main.main");
      var _ = client.send("Command", CONTINUE);
      client.side().close(EndReason.SESSION_ENDED);
      dlv.awaitHeartbeat(SOON);
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void detachWithoutLifecycle_endsTheSessionOnly(Version version) throws Exception {
    try (var dlv = RealDlv.running(version);
        var gateway = new DlvGateway(dlv.endpoint())) {
      DebugClient client = gateway.session("S-1", CONTROL);
      client.result("Command", HALT);
      assertThat(client.error("Detach", "{\"Kill\":true}")).contains("dlv/lifecycle");
      client.result("Detach", "{\"Kill\":false}");
      assertThat(client.awaitEnd()).contains(EndReason.SESSION_ENDED);
      client.side().close(EndReason.SESSION_ENDED);
      dlv.awaitHeartbeat(SOON);
    }
  }

  private static boolean running(DebugClient client) {
    return stateOf(client.result("State", "{\"NonBlocking\":true}"))
        .get("Running")
        .filter(JsonBool.TRUE::equals)
        .isPresent();
  }

  private static JsonObject stateOf(JsonObject result) {
    return result.object("State").orElseThrow();
  }
}
