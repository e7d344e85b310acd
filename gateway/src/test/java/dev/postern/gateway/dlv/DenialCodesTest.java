package dev.postern.gateway.dlv;

import static dev.postern.gateway.dlv.DlvGateway.CONTROL;
import static dev.postern.gateway.dlv.DlvGateway.VIEW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.gateway.stream.EndReason;
import dev.postern.gateway.stream.StreamLimits;
import dev.postern.gateway.stream.StreamObligations;
import dev.postern.gateway.stream.TargetUnavailable;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Codes that stand in the record where the answer to the debugger has only words. */
class DenialCodesTest {
  @Test
  void dapClient_isRefusedAsAnotherProtocol() throws Exception {
    try (var fake = FakeDlv.odd("", Optional.empty());
        var gateway = new DlvGateway(fake.endpoint())) {
      DebugClient client = gateway.session("S-1", VIEW);
      client.onBytes(text -> {});
      String body = "{\"seq\":1,\"type\":\"request\",\"command\":\"initialize\",\"arguments\":{}}";

      client.raw("Content-Length: " + body.length() + "\r\n\r\n" + body);

      assertThat(client.awaitEnd()).isPresent();
      assertThat(gateway.record()).anyMatch(event -> event.reason().equals("MESSAGE_PROTOCOL"));
      assertThat(client.awaitEnd()).contains(EndReason.MESSAGE_MALFORMED);
    }
  }

  @Test
  void messageOutsideTheScopes_isOnRecordWithItsCode() throws Exception {
    try (var fake = FakeDlv.odd("", Optional.empty());
        var gateway = new DlvGateway(fake.endpoint())) {
      DebugClient client = gateway.session("S-1", VIEW);

      String error = client.error("Detach", "{\"Kill\":true}");

      assertThat(error).contains("dlv/lifecycle");
      assertThat(gateway.record()).anyMatch(event -> event.reason().equals("MESSAGE_SCOPE"));
      assertThat(fake.asked()).doesNotContain("Detach");
    }
  }

  @Test
  void obligation_thatCannotBeKept_opensNothing() throws Exception {
    try (var fake = FakeDlv.odd("", Optional.empty());
        var gateway = new DlvGateway(fake.endpoint())) {
      var unreadable = new StreamObligations(false, List.of(), List.of("label:"));

      assertThatThrownBy(
              () ->
                  gateway
                      .targets()
                      .open(
                          gateway.grant("S-1", VIEW, StreamLimits.NONE_NAMED, unreadable),
                          new DebugClient()))
          .isInstanceOfSatisfying(
              TargetUnavailable.class,
              refused ->
                  assertThat(refused.code()).isEqualTo(TargetUnavailable.Code.TARGET_OBLIGATION));
    }
  }

  private static void assertOnRecord(DlvGateway gateway, String code) {
    assertThat(gateway.record()).anyMatch(event -> event.reason().equals(code));
  }

  /** A target that runs until it is halted, so that a view has to halt it. */
  private static FakeDlv running(String method, String odd) throws IOException {
    return new FakeDlv(
        (asked, args) ->
            asked.equals(method)
                ? Optional.of(odd)
                : asked.equals("State") ? Optional.of(FakeDlv.RUNNING) : FakeDlv.honest(asked));
  }

  @Test
  void haltBudget_spent_isOnRecordAndTheProcessIsNotHeld() throws Exception {
    try (var fake = running("", "");
        var gateway = new DlvGateway(fake.endpoint())) {
      var none = DlvGateway.halts(Duration.ZERO, Duration.ofMillis(100), 60);
      DebugClient client = gateway.session("S-1", VIEW, none, StreamObligations.NONE);
      long before = fake.asked().stream().filter("Command{halt}"::equals).count();

      String error = client.error("Stacktrace", "{\"Id\":1,\"Depth\":5}");

      assertThat(error).contains("halt budget");
      assertOnRecord(gateway, "SESSION_HALT_BUDGET");
      assertThat(fake.asked().stream().filter("Command{halt}"::equals).count()).isEqualTo(before);
    }
  }

  @Test
  void goroutine_thatIsNotShown_isOnRecordAndNotAskedFor() throws Exception {
    try (var fake =
            running(
                "ListGoroutines",
                "{\"Goroutines\":[{\"id\":1,\"labels\":{}}],\"Nextg\":-1,\"Groups\":null}");
        var gateway = new DlvGateway(fake.endpoint())) {
      var some = new StreamObligations(false, List.of(), List.of("id>100"));
      DebugClient client = gateway.session("S-1", VIEW, StreamLimits.NONE_NAMED, some);

      String error = client.error("Stacktrace", "{\"Id\":1,\"Depth\":5}");

      assertThat(error).contains("only some goroutines");
      assertOnRecord(gateway, "MESSAGE_GOROUTINE");
      assertThat(fake.asked()).doesNotContain("Stacktrace");
    }
  }

  /** Waits until the target runs on after it was asked to select. */
  private static void awaitContinued(FakeDlv fake) {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    List<String> asked = fake.asked();
    while (asked.lastIndexOf("Command{continue}") < asked.lastIndexOf("Command{switchGoroutine}")) {
      assertThat(System.nanoTime()).isLessThan(until);
      java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
    }
  }

  @Test
  void goroutine_thatHasExited_isOnRecordAndNoOtherAnswers() throws Exception {
    var exited = new AtomicBoolean();
    try (var fake =
            new FakeDlv(
                (asked, args) ->
                    asked.equals("State")
                        ? Optional.of(FakeDlv.RUNNING)
                        : asked.equals("Command{switchGoroutine}") && exited.get()
                            ? Optional.of(FakeDlv.FAIL + "unknown goroutine 1")
                            : FakeDlv.honest(asked));
        var gateway = new DlvGateway(fake.endpoint())) {
      DebugClient client = gateway.session("S-1", VIEW);
      client.result("Command", "{\"name\":\"switchGoroutine\",\"goroutineID\":1}");
      exited.set(true);
      awaitContinued(fake);

      String error = client.error("Stacktrace", "{\"Id\":-1,\"Depth\":5}");

      assertThat(error).contains("goroutine 1 has exited");
      assertOnRecord(gateway, "TARGET_GOROUTINE_GONE");
      assertThat(fake.asked()).doesNotContain("Stacktrace");
    }
  }

  @Test
  void target_thatAnotherSessionRuns_isBusyForOneThatMustNotHaltIt() throws Exception {
    try (var fake = running("", "");
        var gateway = new DlvGateway(fake.endpoint())) {
      DebugClient client = gateway.session("S-1", CONTROL);
      var _ = client.send("Command", "{\"name\":\"continue\"}");

      String error = client.error("Stacktrace", "{\"Id\":1,\"Depth\":5}");

      assertThat(error).contains("target busy");
      assertOnRecord(gateway, "TARGET_BUSY");
    }
  }
}
