package dev.postern.gateway.dlv;

import static dev.postern.gateway.dlv.DlvGateway.VIEW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.gateway.stream.EndReason;
import dev.postern.gateway.stream.StreamLimits;
import dev.postern.gateway.stream.StreamObligations;
import dev.postern.gateway.stream.TargetUnavailable;
import java.util.List;
import java.util.Optional;
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
}
