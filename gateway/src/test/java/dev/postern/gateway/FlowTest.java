package dev.postern.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.gateway.AttachClient.Ended;
import dev.postern.gateway.stream.EndReason;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Target sides on the event loop of their caller's connection. */
class FlowTest {
  private static final int MESSAGE_BYTES = 64 * 1024;

  /** More than the windows and buffers of both directions hold. */
  private static final int MESSAGES = 100;

  @TempDir Path folder;
  private TestGateway gateway;
  private final FlowTools flows = new FlowTools();

  @BeforeEach
  void start() {
    gateway = TestGateway.start(folder);
    gateway.tools.instead = flows;
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void bytes_comeBackAsTheyWent() throws Exception {
    AttachClient client = gateway.attach();
    client.admitted(gateway);
    for (int i = 0; i < MESSAGES; i++) {
      assertThat(client.data("message " + i).text()).isEqualTo("message " + i);
    }
  }

  @Test
  void clientIsBehindWithReading_nothingIsLostAndMemoryIsBounded() throws Exception {
    AttachClient client = gateway.attach();
    client.admitted(gateway);
    for (int i = 0; i < MESSAGES; i++) {
      client.data(i % 10 + "x".repeat(MESSAGE_BYTES));
    }
    flows.awaitHeldBack();
    for (int i = 0; i < MESSAGES; i++) {
      assertThat(client.text()).hasSize(MESSAGE_BYTES + 1).startsWith("" + i % 10);
    }
    assertThat(flows.mostHeld.get()).isLessThanOrEqualTo(16 * MESSAGE_BYTES);
  }

  @Test
  void halfClose_endsAfterTheLastBytes() throws Exception {
    AttachClient client = gateway.attach();
    client.admitted(gateway);
    client.data("last").halfClose();
    assertThat(client.text()).isEqualTo("last");
    assertThat(client.end().reason()).isEmpty();
    assertThat(flows.closed.take()).isEqualTo(EndReason.SESSION_ENDED);
  }

  @Test
  void reset_closesTheTargetSide() throws Exception {
    AttachClient client = gateway.attach();
    client.admitted(gateway);
    assertThat(client.data("hello").text()).isEqualTo("hello");
    client.reset();
    assertThat(flows.closed.take()).isEqualTo(EndReason.CLIENT_GONE);
  }

  @Test
  void moreBytesThanPolicyAllows_endsTheSession() throws Exception {
    gateway.close();
    gateway =
        TestGateway.start(
            Files.createDirectory(folder.resolve("limited")),
            "",
            TestGateway.POLICY.replace(
                "concurrent: 3}", "concurrent: 3}\n    limits: {streamBytes: 64KiB}"));
    gateway.tools.instead = flows;
    AttachClient client = gateway.attach();
    client.admitted(gateway);
    client.data("x".repeat(MESSAGE_BYTES));
    Ended ended = client.end();
    assertThat(ended.reason()).isEqualTo("SESSION_STREAM_BYTES");
    assertThat(flows.closed.take()).isEqualTo(EndReason.SESSION_STREAM_BYTES);
  }
}
