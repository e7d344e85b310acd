package dev.postern.gateway.dlv;

import java.time.Duration;
import java.util.ArrayDeque;

/**
 * How long a process may be held, counted over a rolling window.
 *
 * <p>Times are nanoseconds of one ticker. Not safe for use by more than one thread: guarded by the
 * lock of its {@link Motion}.
 */
final class HaltBudget {
  static final Duration WINDOW = Duration.ofMinutes(10);

  /** A stretch of held time, its end exclusive. */
  private record Held(long from, long to) {}

  private volatile long limitNanos;
  private final ArrayDeque<Held> spent = new ArrayDeque<>();

  HaltBudget(Duration limit) {
    limitNanos = limit.toNanos();
  }

  /** What policy says of it now. */
  void limit(Duration limit) {
    limitNanos = limit.toNanos();
  }

  Duration limit() {
    return Duration.ofNanos(limitNanos);
  }

  void charge(long from, long to) {
    if (to > from) {
      spent.addLast(new Held(from, to));
    }
  }

  /** What is left at {@code now}; never negative. */
  long remainingNanos(long now) {
    long start = now - WINDOW.toNanos();
    while (!spent.isEmpty() && spent.peekFirst().to() - start <= 0) {
      spent.removeFirst();
    }
    long used = 0;
    for (Held held : spent) {
      used += held.to() - Math.max(held.from(), start);
    }
    return Math.max(0, limitNanos - used);
  }

  /** How long until some of the budget is free again; 0 if some is. */
  long refillNanos(long now) {
    if (remainingNanos(now) > 0 || spent.isEmpty()) {
      return 0;
    }
    // The window's start must pass the oldest stretch by as much as is overdrawn.
    long used = 0;
    for (Held held : spent) {
      used += held.to() - held.from();
    }
    long overdrawn = used - limitNanos;
    for (Held held : spent) {
      long length = held.to() - held.from();
      if (overdrawn < length) {
        return Math.max(1, held.from() + overdrawn + WINDOW.toNanos() - now);
      }
      overdrawn -= length;
    }
    return WINDOW.toNanos();
  }
}
