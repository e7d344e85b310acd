package dev.postern.gateway;

import dev.postern.gateway.stream.ClientGone;
import dev.postern.gateway.stream.ClientSide;
import dev.postern.gateway.stream.EndReason;
import dev.postern.gateway.stream.MessageEvent;
import dev.postern.gateway.stream.SessionGrant;
import dev.postern.gateway.stream.TargetSide;
import dev.postern.gateway.stream.TargetUnavailable;
import dev.postern.gateway.stream.ToolTargets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** A tool whose targets send back what they get, and remember how they were opened and closed. */
final class FakeTools implements ToolTargets {
  final List<SessionGrant> opened = new CopyOnWriteArrayList<>();
  final BlockingQueue<EndReason> closed = new LinkedBlockingQueue<>();
  volatile boolean unreachable;
  volatile boolean broken;

  /** Taken before each echo: with no permits the target stalls. */
  final Semaphore turns = new Semaphore(1_000_000);

  /** A message that begins so is sent back without end. */
  static final String FLOOD = "flood";

  /** A target that gets a message that begins so takes nothing more. */
  static final String STALL = "stall";

  /** What opens targets in place of this, if there is something. */
  volatile @Nullable ToolTargets instead;

  /** How often each message is sent back. */
  volatile int echoes = 1;

  private static String text(byte[] data) {
    return new String(data, java.nio.charset.StandardCharsets.ISO_8859_1);
  }

  private static MessageEvent passed(byte[] data) {
    return new MessageEvent(
        MessageEvent.Direction.CLIENT,
        MessageEvent.Action.PASSED,
        "Echo",
        "",
        "dlv/observe",
        data.length,
        text(data));
  }

  private final List<ClientSide> clients = new CopyOnWriteArrayList<>();

  /** Every target says something of its own accord. */
  void sayToAll(String text) throws InterruptedException, ClientGone {
    for (ClientSide client : clients) {
      client.send(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
  }

  @Override
  public TargetSide open(SessionGrant grant, ClientSide client)
      throws TargetUnavailable, InterruptedException {
    ToolTargets other = instead;
    if (other != null) {
      return other.open(grant, client);
    }
    if (unreachable) {
      throw new TargetUnavailable(TargetUnavailable.Code.TARGET_UNREACHABLE, "switched off");
    }
    if (broken) {
      throw new IllegalStateException("a bug");
    }
    opened.add(grant);
    clients.add(client);
    return new TargetSide() {
      private final CountDownLatch end = new CountDownLatch(1);
      private volatile boolean over;

      @Override
      public void onData(byte[] data) throws InterruptedException {
        if (text(data).startsWith(STALL)) {
          end.await();
          return;
        }
        turns.acquire();
        grant.sink().message(passed(data));
        int times = text(data).startsWith(FLOOD) ? Integer.MAX_VALUE : echoes;
        try {
          for (int i = 0; i < times && !over; i++) {
            client.send(data);
          }
        } catch (ClientGone gone) {
          client.end(EndReason.CLIENT_SLOW, "" + gone.getMessage());
        }
      }

      @Override
      public void onHalfClose() {
        client.end(EndReason.SESSION_ENDED, "");
      }

      @Override
      public void close(EndReason why) {
        if (!over) {
          over = true;
          end.countDown();
          closed.add(why);
        }
      }
    };
  }
}
