package dev.postern.gateway.stream;

import java.util.Optional;
import java.util.concurrent.Executor;

/** Where a {@link FlowSide} speaks to the caller. */
public interface FlowClient extends ClientSide {
  /** The event loop of the caller's connection; empty if it is not on one. */
  Optional<Executor> loop();

  /**
   * Sends bytes without waiting, on the event loop; they have been copied and may be given back
   * when this returns.
   *
   * @return whether the caller takes more at once; if not, {@link FlowSide#ready} says when, or the
   *     connection ends
   */
  boolean flow(LentBytes data);
}
