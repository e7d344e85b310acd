package dev.postern.gateway.session;

import dev.postern.gateway.stream.ClientGone;
import dev.postern.gateway.stream.EndReason;
import dev.postern.gateway.stream.FlowClient;
import dev.postern.gateway.stream.FlowSide;
import dev.postern.gateway.stream.LentBytes;
import dev.postern.gateway.stream.NoticeEvent;
import dev.postern.gateway.stream.TargetSide;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a session: a caller's line on one side, a target side of its own on the other.
 *
 * <p>INVARIANT: the target side is closed, and so the target restored, before the caller is told
 * that the connection is over.
 */
public final class SessionConnection implements FlowClient {
  private final DebugSession session;
  private final int number;
  private final CallerLine line;
  private final CountDownLatch admitted = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final AtomicBoolean endAsked = new AtomicBoolean();
  private final AtomicBoolean ending = new AtomicBoolean();
  private final AtomicLong bytesIn = new AtomicLong();
  private final AtomicLong bytesOut = new AtomicLong();
  private volatile @Nullable TargetSide target;

  SessionConnection(DebugSession session, int number, CallerLine line) {
    this.session = session;
    this.number = number;
    this.line = line;
  }

  public DebugSession session() {
    return session;
  }

  /** Counted from 1 within the session. */
  public int number() {
    return number;
  }

  public long bytesIn() {
    return bytesIn.get();
  }

  public long bytesOut() {
    return bytesOut.get();
  }

  void opened(TargetSide side) {
    target = side;
  }

  /** The caller has been told that it is in: what the target side has to say may follow. */
  public void admitted() {
    admitted.countDown();
  }

  /** Takes bytes of the caller; blocks while the target does not take them. */
  public void fromClient(byte[] data) throws InterruptedException {
    TargetSide side = target;
    if (data.length == 0 || side == null || ending.get()) {
      return; // a keep-alive, or too late
    }
    bytesIn.addAndGet(data.length);
    session.clientSpoke();
    if (session.moved(data.length)) {
      side.onData(data);
    } else {
      end(EndReason.SESSION_STREAM_BYTES, "");
    }
  }

  /** The target side, if it lives on the event loop of the caller's connection. */
  public Optional<FlowSide> flowing() {
    return target instanceof FlowSide side ? Optional.of(side) : Optional.empty();
  }

  /** Gives bytes of the caller to a target side that flows; on the event loop. */
  public void flowFromClient(FlowSide side, LentBytes data) {
    if (data.length() == 0 || ending.get()) {
      data.close();
      return;
    }
    bytesIn.addAndGet(data.length());
    session.clientSpoke();
    if (session.moved(data.length())) {
      side.flow(data);
    } else {
      data.close();
      end(EndReason.SESSION_STREAM_BYTES, "");
    }
  }

  @Override
  public Optional<Executor> loop() {
    return line.loop();
  }

  @Override
  public boolean flow(LentBytes data) {
    if (ending.get()) {
      return false;
    }
    bytesOut.addAndGet(data.length());
    if (!session.moved(data.length())) {
      end(EndReason.SESSION_STREAM_BYTES, "");
      return false;
    }
    return line.flow(data);
  }

  /** The caller will send nothing more. */
  public void halfClosed() {
    TargetSide side = target;
    if (side != null) {
      side.onHalfClose();
    }
  }

  @Override
  public void send(byte[] data) throws InterruptedException, ClientGone {
    if (admitted.getCount() != 0) {
      admitted.await();
    }
    if (ending.get()) {
      throw new ClientGone("the connection is ending");
    }
    bytesOut.addAndGet(data.length);
    if (!session.moved(data.length)) {
      end(EndReason.SESSION_STREAM_BYTES, "");
      throw new ClientGone("the session has moved as many bytes as it may");
    }
    line.send(data);
  }

  @Override
  public void notice(NoticeEvent notice) {
    if (admitted.getCount() == 0) {
      line.notice(notice);
    }
  }

  /** The first reason is the one: others, such as that a send failed then, only follow from it. */
  @Override
  public void end(EndReason why, String detail) {
    if (endAsked.compareAndSet(false, true)) {
      Thread.ofVirtual()
          .name("end-" + session.id())
          .start(() -> session.connectionOver(this, why, detail));
    }
  }

  /**
   * Restores what the connection held, then tells the caller. The first call does it; others wait
   * until it is done. False if it was not the first.
   */
  boolean close(EndReason why, String detail) {
    if (!ending.compareAndSet(false, true)) {
      awaitClosed();
      return false;
    }
    try {
      admitted.countDown();
      TargetSide side = target;
      if (side != null) {
        side.close(why);
      }
    } finally {
      line.close(why, detail);
      closed.countDown();
    }
    return true;
  }

  /** Whether the connection is over or about to be. */
  public boolean isEnding() {
    return ending.get();
  }

  private void awaitClosed() {
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
