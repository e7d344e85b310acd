package dev.postern.gateway.dlv;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection's place at a target: what it has selected, whether it holds the process and
 * whether it waits for a stop. What it has selected is guarded by the {@link Exchange}, the rest by
 * the lock of the {@link Motion}.
 */
final class Seat {
  /** Stops kept for a client that is between two {@code continue}s. */
  static final int MAX_UNSEEN_STOPS = 256;

  /** How an end of waiting is told. Called without locks, on a thread of its own. */
  sealed interface Outcome {
    record Stopped(Stop stop) implements Outcome {}

    record Failed(String error) implements Outcome {}
  }

  /** What a seat wants to hear from the execution. Called without locks. */
  interface Listener {
    /** The process was continued although this seat held it. */
    void releasedByLimit(String text);
  }

  private final SessionAccount account;
  private final boolean control;
  private final Listener listener;

  volatile Selection selection = Selection.NONE;
  volatile Optional<Stop> snapshot = Optional.empty();

  /** The stop that {@link #snapshot} was taken in. */
  volatile long snapshotOf = -1;

  /** Whether it started a core dump, which must not outlive it. */
  volatile boolean dumping;

  @Nullable Consumer<Outcome> waiting;
  final ArrayDeque<Stop> unseen = new ArrayDeque<>();

  /** Why this seat no longer holds the process, until it halts or continues it again. */
  Optional<String> releasedBecause = Optional.empty();

  Seat(SessionAccount account, boolean control, Listener listener) {
    this.account = account;
    this.control = control;
    this.listener = listener;
  }

  SessionAccount account() {
    return account;
  }

  /** Whether states and halts are real for this connection. */
  boolean control() {
    return control;
  }

  Listener listener() {
    return listener;
  }
}
