package dev.postern.gateway;

import dev.postern.gateway.stream.ClientGone;
import dev.postern.gateway.stream.ClientSide;
import dev.postern.gateway.stream.EndReason;
import dev.postern.gateway.stream.SessionGrant;
import dev.postern.gateway.stream.TargetSide;
import dev.postern.gateway.stream.TargetUnavailable;
import dev.postern.gateway.stream.ToolTargets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;

/** A tool whose targets send back what they get, and remember how they were opened and closed. */
final class FakeTools implements ToolTargets {
  final List<SessionGrant> opened = new CopyOnWriteArrayList<>();
  final BlockingQueue<EndReason> closed = new LinkedBlockingQueue<>();
  volatile boolean unreachable;

  /** Taken before each echo: with no permits the target stalls. */
  final Semaphore turns = new Semaphore(1_000_000);

  /** How often each message is sent back. */
  volatile int echoes = 1;

  private final List<ClientSide> clients = new CopyOnWriteArrayList<>();

  /** Every target says something of its own accord. */
  void sayToAll(String text) throws InterruptedException, ClientGone {
    for (ClientSide client : clients) {
      client.send(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
  }

  @Override
  public TargetSide open(SessionGrant grant, ClientSide client) throws TargetUnavailable {
    if (unreachable) {
      throw new TargetUnavailable(TargetUnavailable.Code.TARGET_UNREACHABLE, "switched off");
    }
    opened.add(grant);
    clients.add(client);
    return new TargetSide() {
      private volatile boolean over;

      @Override
      public void onData(byte[] data) throws InterruptedException {
        turns.acquire();
        try {
          for (int i = 0; i < echoes && !over; i++) {
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
          closed.add(why);
        }
      }
    };
  }
}
