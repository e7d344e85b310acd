package dev.postern.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions that share one connection, as behind a proxy, do not harm each other. */
class SharedConnectionTest {
  private static final int STALLED = 3;
  private static final int MESSAGE_BYTES = 64 * 1024;

  /** More than the window of a stream and the gateway's queue take, on each stream. */
  private static final int MESSAGES = 48;

  private static final String POLICY = TestGateway.POLICY.replace("concurrent: 3", "concurrent: 9");

  @TempDir Path folder;
  private TestGateway gateway;

  @BeforeEach
  void start() {
    gateway = TestGateway.start(folder, "", POLICY);
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void targetsOfSomeTakeNothing_othersOfTheConnectionGoOn() throws Exception {
    AttachClient lively = gateway.attach();
    lively.admitted(gateway);
    stall();

    echo(lively);
    AttachClient late = gateway.attach();
    late.admitted(gateway);
    echo(late);
  }

  @Test
  void stalledStreamsEnd_connectionHasItsWindowAgain() throws Exception {
    for (int round = 0; round < 4; round++) {
      for (AttachClient client : stall()) {
        client.reset();
        gateway.tools.closed.take();
      }
    }

    AttachClient late = gateway.attach();
    late.admitted(gateway);
    echo(late);
  }

  /** Several windows, one message after the other. */
  private static void echo(AttachClient client) throws InterruptedException {
    for (int i = 0; i < MESSAGES; i++) {
      assertThat(client.data("y".repeat(MESSAGE_BYTES)).text()).hasSize(MESSAGE_BYTES);
    }
  }

  private List<AttachClient> stall() throws InterruptedException {
    var stalled = new ArrayList<AttachClient>();
    for (int i = 0; i < STALLED; i++) {
      AttachClient client = gateway.attach();
      client.admitted(gateway);
      client.data(FakeTools.STALL);
      for (int message = 0; message < MESSAGES; message++) {
        client.data("x".repeat(MESSAGE_BYTES));
      }
      stalled.add(client);
    }
    return stalled;
  }
}
