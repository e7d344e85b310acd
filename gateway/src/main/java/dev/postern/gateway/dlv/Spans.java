package dev.postern.gateway.dlv;

import java.time.Duration;

/** Spans of time as a person reads them: {@code 300ms}, {@code 42s}, {@code 10m}. */
final class Spans {
  private Spans() {}

  static String text(Duration span) {
    long ms = span.toMillis();
    if (ms < 1000) {
      return Math.max(1, ms) + "ms";
    }
    if (ms % 60_000 == 0) {
      return ms / 60_000 + "m";
    }
    long seconds = (ms + 999) / 1000;
    return seconds < 120 ? seconds + "s" : seconds / 60 + "m" + seconds % 60 + "s";
  }
}
