package dev.postern.gateway.dlv;

import java.time.Duration;
import java.util.ArrayDeque;

/** How many halts a session may cause in any minute. Guarded by the lock of its {@link Motion}. */
final class HaltRate {
  private static final long MINUTE_NANOS = Duration.ofMinutes(1).toNanos();

  private final int limit;
  private final ArrayDeque<Long> halts = new ArrayDeque<>();

  HaltRate(int limit) {
    this.limit = limit;
  }

  int limit() {
    return limit;
  }

  void count(long now) {
    halts.addLast(now);
  }

  /** How long until another halt is free; 0 if one is. */
  long waitNanos(long now) {
    while (!halts.isEmpty() && now - halts.peekFirst() >= MINUTE_NANOS) {
      halts.removeFirst();
    }
    return halts.size() < limit ? 0 : halts.peekFirst() + MINUTE_NANOS - now;
  }
}
