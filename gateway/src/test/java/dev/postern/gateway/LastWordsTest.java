package dev.postern.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.gateway.AttachClient.Ended;
import dev.postern.gateway.stream.EndReason;
import io.grpc.Status;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The end of a stream comes after what was sent on it. */
class LastWordsTest {
  /** One alone is more than gRPC holds without a sender waiting; all of them exceed the window. */
  private static final int MESSAGE_BYTES = 300 * 1024;

  private static final int MESSAGES = 20;

  @TempDir Path folder;
  private TestGateway gateway;

  @BeforeEach
  void start() {
    gateway = TestGateway.start(folder);
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void targetEnds_clientIsBehindWithReading_getsEverythingAndThenTheStatus() throws Exception {
    gateway.tools.echoes = MESSAGES;
    AttachClient client = gateway.attach();
    client.admitted(gateway);
    client.data("x".repeat(MESSAGE_BYTES)).halfClose();

    for (int i = 0; i < MESSAGES; i++) {
      assertThat(client.text()).hasSize(MESSAGE_BYTES);
    }
    Ended ended = client.end();
    assertThat(ended.status().getCode()).isEqualTo(Status.Code.OK);
    assertThat(gateway.tools.closed.poll(10, TimeUnit.SECONDS)).isEqualTo(EndReason.SESSION_ENDED);
  }
}
