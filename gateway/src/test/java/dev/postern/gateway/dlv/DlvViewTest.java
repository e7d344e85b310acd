package dev.postern.gateway.dlv;

import static dev.postern.gateway.dlv.DlvGateway.VIEW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.gateway.dlv.RealDlv.Version;
import dev.postern.gateway.stream.MessageEvent.Action;
import dev.postern.gateway.stream.NoticeEvent;
import dev.postern.gateway.stream.StreamLimits;
import dev.postern.gateway.stream.StreamObligations;
import dev.postern.json.JsonValue.JsonBool;
import dev.postern.json.JsonValue.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The view of a session without {@code dlv/control}, on real processes that run on. */
class DlvViewTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @ParameterizedTest
  @EnumSource(Version.class)
  void view_ofARunningProcess_readsAndLetsItRunOn(Version version) throws Exception {
    try (var dlv = RealDlv.running(version);
        var gateway = new DlvGateway(dlv.endpoint())) {
      DebugClient client = gateway.session("S-1", VIEW);
      assertThat(client.result("SetApiVersion", "{\"APIVersion\":2}")).isNotNull();
      assertThat(client.result("State", "{\"NonBlocking\":true}").object("State").orElseThrow())
          .satisfies(state -> assertThat(state.get("Running")).contains(JsonBool.FALSE));
      dlv.awaitHeartbeat(SOON);

      JsonObject goroutines = client.result("ListGoroutines", "{\"Start\":0,\"Count\":100}");
      assertThat(goroutines.array("Goroutines").orElseThrow().elements()).hasSizeGreaterThan(4);
      JsonObject stack = client.result("Stacktrace", "{\"Id\":-1,\"Depth\":20}");
      assertThat(stack.toString()).contains("main.main");
      assertThat(variable(client, "main.ledger")).contains("alice");
      assertThat(client.error("Command", "{\"name\":\"halt\"}")).contains("dlv/control");
      assertThat(client.error("Command", "{\"name\":\"continue\"}")).contains("dlv/control");
      assertThat(
              client.error(
                  "Set",
                  "{\"Scope\":{\"GoroutineID\":-1},\"Symbol\":\"main.dataVar\",\"Value\":\"1\"}"))
          .isEqualTo("postern: denied by policy: this needs scope dlv/mutate (session S-1)");
      dlv.awaitHeartbeat(SOON);
      assertThat(variable(client, "main.dataVar")).contains("\"77\"");
      dlv.awaitHeartbeat(SOON);
      assertThat(gateway.record().stream().filter(e -> e.action() == Action.DENIED)).hasSize(3);
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void clamps_hugeDepth_doesNotEndTheDebugger(Version version) throws Exception {
    try (var dlv = RealDlv.running(version);
        var gateway = new DlvGateway(dlv.endpoint())) {
      DebugClient client = gateway.session("S-1", VIEW);
      assertThat(client.result("Stacktrace", "{\"Id\":1,\"Depth\":100000000}").toString())
          .contains("main.main");
      assertThat(gateway.record().stream().anyMatch(e -> e.action() == Action.REWRITTEN)).isTrue();
      dlv.awaitHeartbeat(SOON);
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void switchGoroutine_movesThisViewOnly_andAnExitedOneIsSaidToBeGone(Version version)
      throws Exception {
    try (var dlv = RealDlv.running(version);
        var gateway = new DlvGateway(dlv.endpoint())) {
      DebugClient one = gateway.session("S-1", VIEW);
      DebugClient two = gateway.session("S-2", VIEW);
      long shortLived = goroutineIn(one, "main.shortLived");
      JsonObject switched =
          one.answer(
              "Command", "{\"name\":\"switchGoroutine\",\"goroutineID\":" + shortLived + "}");
      assertThat(two.result("Stacktrace", "{\"Id\":-1,\"Depth\":20}").toString())
          .contains("main.main");
      if (switched.string("error").isEmpty()) {
        String gone = "";
        for (int i = 0; i < 50 && !gone.contains("has exited"); i++) {
          dlv.awaitHeartbeat(SOON);
          gone = one.answer("Stacktrace", "{\"Id\":-1,\"Depth\":5}").string("error").orElse("");
        }
        assertThat(gone).isEqualTo("postern: goroutine " + shortLived + " has exited");
      }
      dlv.awaitHeartbeat(SOON);
    }
  }

  @ParameterizedTest
  @EnumSource(value = Version.class, names = "V1_27")
  void goroutineObligation_showsOnlyThose(Version version) throws Exception {
    try (var dlv = RealDlv.running(version);
        var gateway = new DlvGateway(dlv.endpoint())) {
      DebugClient client =
          gateway.session(
              "S-1",
              VIEW,
              StreamLimits.NONE_NAMED,
              new StreamObligations(
                  true, List.of("(?:\\d[ -]?){13,16}"), List.of("label:domain=db")));
      JsonObject goroutines = client.result("ListGoroutines", "{\"Start\":0,\"Count\":100}");
      assertThat(goroutines.array("Goroutines").orElseThrow().elements()).hasSize(1);
      long db =
          ((JsonObject) goroutines.array("Goroutines").orElseThrow().elements().getFirst())
              .integer("id")
              .orElseThrow();
      assertThat(client.error("Stacktrace", "{\"Id\":1,\"Depth\":5}"))
          .contains("only some goroutines");
      assertThat(client.result("Stacktrace", "{\"Id\":" + db + ",\"Depth\":20}").toString())
          .contains("main.work");
      assertThat(client.error("ExamineMemory", "{\"Address\":4096,\"Length\":8}"))
          .contains("memory");
      dlv.awaitHeartbeat(SOON);
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void redaction_insideValues_andRawMemoryRefused(Version version) throws Exception {
    try (var dlv = RealDlv.running(version);
        var gateway = new DlvGateway(dlv.endpoint())) {
      DebugClient client =
          gateway.session(
              "S-1",
              VIEW,
              StreamLimits.NONE_NAMED,
              new StreamObligations(true, List.of("(?:\\d[ -]?){13,16}"), List.of()));
      assertThat(variable(client, "main.ledger")).contains("alice").doesNotContain("4111");
      assertThat(client.error("ExamineMemory", "{\"Address\":4096,\"Length\":8}"))
          .contains("memory");
      assertThat(gateway.record()).noneMatch(event -> event.text().contains("4111"));
      dlv.awaitHeartbeat(SOON);
    }
  }

  @Test
  void reads_thatComeTogether_shareOneHalt() throws Exception {
    try (var dlv = RealDlv.running(Version.V1_27);
        var gateway = new DlvGateway(dlv.endpoint())) {
      StreamLimits twoHalts = DlvGateway.halts(Duration.ofSeconds(20), Duration.ofSeconds(5), 2);
      DebugClient client = gateway.session("S-1", VIEW, twoHalts, StreamObligations.NONE);
      client.result("Stacktrace", "{\"Id\":1,\"Depth\":5}");
      dlv.awaitHeartbeat(SOON);
      List<CompletableFuture<JsonObject>> together = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        together.add(client.send("Stacktrace", "{\"Id\":1,\"Depth\":5}"));
      }
      for (CompletableFuture<JsonObject> each : together) {
        assertThat(DebugClient.await(each).string("error")).isEmpty();
      }
      dlv.awaitHeartbeat(SOON);
      assertThat(client.error("Stacktrace", "{\"Id\":1,\"Depth\":5}"))
          .startsWith("postern: session S-1 has used its 2 halts a minute; the next is free in ");
      dlv.awaitHeartbeat(SOON);
    }
  }

  @Test
  void haltBudget_spent_isNamedWithItsRefill_andTheTargetRunsOn() throws Exception {
    try (var dlv = RealDlv.running(Version.V1_27);
        var gateway = new DlvGateway(dlv.endpoint())) {
      StreamLimits small = DlvGateway.halts(Duration.ofMillis(10), Duration.ofMillis(100), 1000);
      DebugClient client = gateway.session("S-1", VIEW, small, StreamObligations.NONE);
      String error = "";
      for (int i = 0; i < 300 && error.isEmpty(); i++) {
        error = client.answer("Stacktrace", "{\"Id\":1,\"Depth\":5}").string("error").orElse("");
        dlv.awaitHeartbeat(SOON);
      }
      assertThat(error)
          .startsWith("postern: the halt budget of session S-1 is spent (10ms in 10m)")
          .contains("free again in");
      assertThat(client.notices())
          .anyMatch(notice -> notice.kind() == NoticeEvent.Kind.HALT_BUDGET);
    }
  }

  @Test
  void haltBudget_ofAControllingSession_continuesFirstAndTellsAfter() throws Exception {
    try (var dlv = RealDlv.running(Version.V1_27);
        var gateway = new DlvGateway(dlv.endpoint())) {
      StreamLimits small = DlvGateway.halts(Duration.ofSeconds(1), Duration.ofSeconds(1), 1000);
      DebugClient client =
          gateway.session("S-1", DlvGateway.CONTROL, small, StreamObligations.NONE);
      client.result("Command", "{\"name\":\"halt\"}");
      dlv.awaitHeartbeat(SOON);
      assertThat(client.error("Stacktrace", "{\"Id\":1,\"Depth\":5}"))
          .contains("the halt budget of session S-1 is spent (1s in 10m)", "the target runs on");
      assertThat(client.error("Command", "{\"name\":\"halt\"}")).contains("is spent");
      assertThat(client.notices())
          .anyMatch(notice -> notice.kind() == NoticeEvent.Kind.HALT_BUDGET);
    }
  }

  static String variable(DebugClient client, String name) {
    return client
        .result(
            "ListPackageVars",
            "{\"Filter\":\"^"
                + name
                + "$\",\"Cfg\":{\"FollowPointers\":true,\"MaxVariableRecurse\":1,\"MaxStringLen\":64,"
                + "\"MaxArrayValues\":64,\"MaxStructFields\":-1}}")
        .toString();
  }

  static long goroutineIn(DebugClient client, String function) {
    for (int i = 0; i < 20; i++) {
      JsonObject list = client.result("ListGoroutines", "{\"Start\":0,\"Count\":100}");
      for (var each : list.array("Goroutines").orElseThrow().elements()) {
        if (each instanceof JsonObject goroutine
            && goroutine.object("startLoc").orElseThrow().toString().contains(function)) {
          return goroutine.integer("id").orElseThrow();
        }
      }
    }
    throw new AssertionError("no goroutine in " + function);
  }
}
