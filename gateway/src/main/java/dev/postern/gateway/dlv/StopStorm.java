package dev.postern.gateway.dlv;

import java.time.Duration;

/**
 * Counts the stops that a process comes to by itself, to notice breakpoints so hot that it hardly
 * runs. Guarded by the lock of its {@link Motion}.
 */
final class StopStorm {
  /** How long to wait before a {@code continue} that keeps failing is tried again. */
  static final Duration PAUSE = Duration.ofMillis(250);

  private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();
  private static final int STOPS_PER_SECOND = 200;

  private long fromNanos;
  private int stops;

  StopStorm(long now) {
    fromNanos = now;
  }

  /** Counts one stop; whether there were too many in the last second. */
  boolean count(long now) {
    if (now - fromNanos > SECOND_NANOS) {
      fromNanos = now;
      stops = 0;
    }
    return ++stops > STOPS_PER_SECOND;
  }

  /** What made the storm was dealt with. */
  void over() {
    stops = 0;
  }
}
