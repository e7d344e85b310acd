package dev.postern.gateway.session;

import dev.postern.gateway.stream.ClientGone;
import dev.postern.gateway.stream.EndReason;
import dev.postern.gateway.stream.LentBytes;
import dev.postern.gateway.stream.NoticeEvent;
import java.util.Optional;
import java.util.concurrent.Executor;

/** The caller's end of one connection, as the transport offers it. Safe for use by many threads. */
public interface CallerLine {
  /**
   * Sends bytes, waiting while the caller does not read, for a bounded time.
   *
   * @throws ClientGone if they do not arrive
   */
  void send(byte[] data) throws InterruptedException, ClientGone;

  /** The event loop of the caller's connection; empty if it is not on one. */
  default Optional<Executor> loop() {
    return Optional.empty();
  }

  /**
   * Sends bytes without waiting, on {@link #loop}; the bytes have been copied when it returns.
   *
   * @return whether the caller takes more at once
   */
  default boolean flow(LentBytes data) {
    throw new IllegalStateException("not on an event loop");
  }

  /** Sends a notice if that needs no waiting, else drops it. */
  void notice(NoticeEvent notice);

  /** Ends the stream and tells the caller why; never waits. Idempotent. */
  void close(EndReason why, String detail);
}
