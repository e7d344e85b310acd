package dev.postern.gateway;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** Time that moves when the test says so: the wall clock and the ticker apart from each other. */
final class MovableClock implements InstantSource {
  static final Instant START = Instant.parse("2026-11-23T12:00:00Z");

  private final AtomicLong wallMs = new AtomicLong(START.toEpochMilli());
  private final AtomicLong nanos = new AtomicLong(1_000_000_000L);

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(wallMs.get());
  }

  long nanos() {
    return nanos.get();
  }

  /** Time passes. */
  void pass(Duration time) {
    wallMs.addAndGet(time.toMillis());
    nanos.addAndGet(time.toNanos());
  }

  /** The wall clock is set; no time passes. */
  void jump(Duration by) {
    wallMs.addAndGet(by.toMillis());
  }
}
