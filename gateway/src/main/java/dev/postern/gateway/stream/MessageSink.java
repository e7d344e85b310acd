package dev.postern.gateway.stream;

import java.time.Duration;

/**
 * Told of every message of a connection and its fate: denials become audit entries, and everything
 * goes to the recording when policy obliges.
 *
 * <p>Called in the order of each direction, by several threads. May block while the record is slow.
 */
@FunctionalInterface
public interface MessageSink {
  /** Keeps nothing; for tests and for tools without a record. */
  MessageSink NONE = event -> {};

  void message(MessageEvent event);

  /**
   * A halt lasted longer than the session may hold the process: a request inside it could not be
   * interrupted.
   */
  default void haltOverran(Duration took, Duration allowed) {}

  /**
   * The connection has left the target, and held something of it.
   *
   * @param done whether the target is as it should be now; otherwise that is tried again
   * @param what was undone, or stood in the way
   */
  default void leftTarget(boolean done, String what) {}
}
