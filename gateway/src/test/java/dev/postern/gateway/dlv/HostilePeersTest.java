package dev.postern.gateway.dlv;

import static dev.postern.gateway.dlv.DlvGateway.CONTROL;
import static dev.postern.gateway.dlv.DlvGateway.VIEW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.gateway.stream.EndReason;
import dev.postern.gateway.stream.StreamLimits;
import dev.postern.gateway.stream.StreamObligations;
import dev.postern.gateway.stream.TargetUnavailable;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Targets that lie, stall or close, and clients that speak nonsense. */
class HostilePeersTest {
  @Test
  void open_whereNobodyListens_isUnreachable() throws Exception {
    URI free;
    try (var gone = FakeDlv.odd("", Optional.empty())) {
      free = gone.endpoint();
    }
    try (var gateway = new DlvGateway(free)) {
      assertThatThrownBy(
              () ->
                  gateway
                      .targets()
                      .open(
                          gateway.grant(
                              "S-1", VIEW, StreamLimits.NONE_NAMED, StreamObligations.NONE),
                          new DebugClient()))
          .isInstanceOfSatisfying(
              TargetUnavailable.class,
              unavailable ->
                  assertThat(unavailable.code())
                      .isEqualTo(TargetUnavailable.Code.TARGET_UNREACHABLE));
    }
  }

  @Test
  void target_thatIsNoDebugger_isAProtocolError() throws Exception {
    try (var fake = FakeDlv.odd("SetApiVersion", Optional.of("!HTTP/1.1 400 Bad Request\r\n\r\n"));
        var gateway = new DlvGateway(fake.endpoint())) {
      assertThatThrownBy(() -> gateway.session("S-1", VIEW))
          .hasCauseInstanceOf(TargetUnavailable.class)
          .hasMessageContaining("TargetUnavailable");
    }
  }

  @Test
  void target_thatClosesInTheMiddle_endsTheSession() throws Exception {
    try (var fake = FakeDlv.odd("Stacktrace", Optional.of(FakeDlv.HANG_UP));
        var gateway = new DlvGateway(fake.endpoint())) {
      DebugClient client = gateway.session("S-1", VIEW);
      var _ = client.send("Stacktrace", "{\"Id\":1,\"Depth\":5}");
      assertThat(client.awaitEnd()).contains(EndReason.TARGET_GONE);
    }
  }

  @Test
  void target_thatStallsInARead_isBusyInFiveSeconds_andTheSessionGoesOn() throws Exception {
    try (var fake = FakeDlv.odd("Ancestors", Optional.empty());
        var gateway = new DlvGateway(fake.endpoint())) {
      DebugClient client = gateway.session("S-1", CONTROL);
      client.result("Command", "{\"name\":\"halt\"}");
      assertThat(client.error("Ancestors", "{\"GoroutineID\":1,\"NumAncestors\":1,\"Depth\":1}"))
          .isEqualTo("postern: target busy: Ancestors takes longer than 5s");
      assertThat(client.error("Stacktrace", "{\"Id\":1,\"Depth\":5}"))
          .isEqualTo("postern: target busy: an earlier request is not answered yet");
      assertThat(client.awaitEnd()).contains(EndReason.TARGET_UNREACHABLE);
    }
  }

  @Test
  void target_thatAnswersWhatNobodyAsked_endsTheSession() throws Exception {
    try (var fake =
            FakeDlv.odd("Stacktrace", Optional.of("!{\"id\":999,\"result\":{},\"error\":null}\n"));
        var gateway = new DlvGateway(fake.endpoint())) {
      DebugClient client = gateway.session("S-1", VIEW);
      var _ = client.send("Stacktrace", "{\"Id\":1,\"Depth\":5}");
      assertThat(client.awaitEnd()).contains(EndReason.TARGET_PROTOCOL);
    }
  }

  @Test
  void target_thatSaysHaltedAndRunsOn_isGivenUp() throws Exception {
    try (var fake =
            new FakeDlv(
                (method, _) ->
                    method.equals("State") || method.equals("Command{halt}")
                        ? Optional.of(FakeDlv.RUNNING)
                        : FakeDlv.honest(method));
        var gateway = new DlvGateway(fake.endpoint())) {
      DebugClient client = gateway.session("S-1", VIEW);
      var _ = client.send("Stacktrace", "{\"Id\":1,\"Depth\":5}");
      assertThat(client.awaitEnd()).contains(EndReason.TARGET_PROTOCOL);
    }
  }

  @Test
  void denied_neverReachesTheTarget() throws Exception {
    try (var fake = FakeDlv.odd("", Optional.empty());
        var gateway = new DlvGateway(fake.endpoint())) {
      DebugClient client = gateway.session("S-1", VIEW);
      for (String[] request :
          new String[][] {
            {"Set", "{\"Scope\":{\"GoroutineID\":1},\"Symbol\":\"x\",\"Value\":\"1\"}"},
            {"Command", "{\"name\":\"continue\"}"},
            {"Command", "{\"name\":\"call\",\"expr\":\"f()\"}"},
            {"Command", "{\"name\":\"somethingNew\"}"},
            {"CreateBreakpoint", "{\"Breakpoint\":{\"functionName\":\"main.main\"}}"},
            {"Restart", "{}"},
            {"DumpStart", "{\"Destination\":\"/etc/passwd\"}"},
            {"Detach", "{\"Kill\":true}"},
            {"DownloadLibraryDebugInfo", "{\"N\":0}"},
            {"Stacktrace", "{\"Id\":1,\"Depth\":5,\"NewField\":1}"},
          }) {
        assertThat(client.error(request[0], request[1])).startsWith("postern: ");
      }
      assertThat(fake.asked())
          .allMatch(
              method ->
                  method.equals("SetApiVersion")
                      || method.equals("IsMulticlient")
                      || method.equals("State")
                      || method.equals("Command{continue}"));
    }
  }

  @Test
  void client_thatSpeaksDap_isRefusedInItsOwnForm() throws Exception {
    try (var fake = FakeDlv.odd("", Optional.empty());
        var gateway = new DlvGateway(fake.endpoint())) {
      var received = new CompletableFuture<String>();
      DebugClient client = gateway.session("S-1", VIEW);
      client.onBytes(received::complete);
      client.raw("Content-Length: 2\r\n\r\n{}");
      assertThat(received.get(5, TimeUnit.SECONDS)).startsWith("Content-Length: ").contains("DAP");
      assertThat(client.awaitEnd()).contains(EndReason.MESSAGE_MALFORMED);
    }
  }

  @Test
  void client_thatSendsGarbage_isEnded_othersGoOn() throws Exception {
    try (var fake = FakeDlv.odd("", Optional.empty());
        var gateway = new DlvGateway(fake.endpoint())) {
      DebugClient good = gateway.session("S-1", VIEW);
      DebugClient bad = gateway.session("S-2", CONTROL);
      bad.raw("[1,2,3]");
      assertThat(bad.awaitEnd()).contains(EndReason.MESSAGE_MALFORMED);
      DebugClient huge = gateway.session("S-3", VIEW);
      huge.raw("{\"method\":\"" + "x".repeat(1024 * 1024));
      assertThat(huge.awaitEnd()).contains(EndReason.MESSAGE_TOO_LARGE);
      assertThat(good.result("Stacktrace", "{\"Id\":1,\"Depth\":5}")).isNotNull();
    }
  }
}
