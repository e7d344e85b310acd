package dev.postern.gateway;

import dev.postern.gateway.stream.ClientSide;
import dev.postern.gateway.stream.EndReason;
import dev.postern.gateway.stream.FlowClient;
import dev.postern.gateway.stream.FlowSide;
import dev.postern.gateway.stream.LentBytes;
import dev.postern.gateway.stream.SessionGrant;
import dev.postern.gateway.stream.TargetSide;
import dev.postern.gateway.stream.ToolTargets;
import java.util.ArrayDeque;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Targets on the event loop that send back what they get, and hold it while that is not read. */
final class FlowTools implements ToolTargets {
  final BlockingQueue<EndReason> closed = new LinkedBlockingQueue<>();

  /** The most bytes that one target held at once. */
  final AtomicInteger mostHeld = new AtomicInteger();

  private final CountDownLatch heldBack = new CountDownLatch(1);

  /** Waits until a client does not take more. */
  void awaitHeldBack() throws InterruptedException {
    if (!heldBack.await(20, TimeUnit.SECONDS)) {
      throw new AssertionError("every byte was taken");
    }
  }

  @Override
  public TargetSide open(SessionGrant grant, ClientSide client) {
    return new Echo((FlowClient) client);
  }

  private final class Echo implements FlowSide {
    private final FlowClient client;
    private final ArrayDeque<LentBytes> held = new ArrayDeque<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private boolean begun;
    private boolean takes = true;
    private boolean halfClosed;

    Echo(FlowClient client) {
      this.client = client;
    }

    @Override
    public void begin() {
      begun = true;
    }

    @Override
    public void flow(LentBytes data) {
      if (!begun) {
        throw new IllegalStateException("bytes before the caller was told that it is in");
      }
      held.add(data);
      mostHeld.accumulateAndGet(held.stream().mapToInt(LentBytes::length).sum(), Math::max);
      pass();
    }

    @Override
    public void ready() {
      takes = true;
      pass();
    }

    private void pass() {
      while (takes && !held.isEmpty()) {
        try (LentBytes next = held.remove()) {
          takes = client.flow(next);
        }
        if (!takes) {
          heldBack.countDown();
        }
      }
      if (halfClosed && held.isEmpty()) {
        client.end(EndReason.SESSION_ENDED, "");
      }
    }

    @Override
    public void onHalfClose() {
      client
          .loop()
          .orElseThrow()
          .execute(
              () -> {
                halfClosed = true;
                pass();
              });
    }

    @Override
    public void close(EndReason why) {
      if (over.compareAndSet(false, true)) {
        closed.add(why);
      }
    }
  }
}
