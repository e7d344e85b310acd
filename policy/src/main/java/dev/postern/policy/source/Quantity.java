package dev.postern.policy.source;

import java.time.Duration;
import java.util.Optional;

/** Durations and sizes as people write them: {@code 10m}, {@code 1h30m}, {@code 256MiB}. */
public final class Quantity {
  private static final int MAX_DIGITS = 12;

  private Quantity() {}

  /**
   * A duration of one or more parts, each a whole number and one of {@code d h m s ms}, largest
   * first: {@code 90s}, {@code 1h30m}, {@code 500ms}. Empty if the text is not of the form.
   */
  public static Optional<Duration> duration(String text) {
    Duration sum = Duration.ZERO;
    long lastUnit = Long.MAX_VALUE;
    int at = 0;
    if (text.isEmpty()) {
      return Optional.empty();
    }
    while (at < text.length()) {
      int digits = digitsFrom(text, at);
      if (digits == at || digits - at > MAX_DIGITS) {
        return Optional.empty();
      }
      long amount = Long.parseLong(text.substring(at, digits));
      int end = digits;
      while (end < text.length() && Character.isLetter(text.charAt(end))) {
        end++;
      }
      long unitMs =
          switch (text.substring(digits, end)) {
            case "ms" -> 1;
            case "s" -> 1000;
            case "m" -> 60_000;
            case "h" -> 3_600_000;
            case "d" -> 86_400_000;
            default -> 0;
          };
      if (unitMs == 0 || unitMs >= lastUnit || amount > MAX_MS / unitMs) {
        return Optional.empty();
      }
      lastUnit = unitMs;
      sum = sum.plusMillis(amount * unitMs);
      at = end;
    }
    return Optional.of(sum);
  }

  /** Largest amount of one part: a hundred years. */
  private static final long MAX_MS = 36_525L * 86_400_000;

  /**
   * A size in bytes: a whole number and one of {@code B KiB MiB GiB TiB}. Empty if the text is not
   * of the form or does not fit a long.
   */
  public static Optional<Long> bytes(String text) {
    int digits = digitsFrom(text, 0);
    if (digits == 0 || digits > MAX_DIGITS) {
      return Optional.empty();
    }
    long amount = Long.parseLong(text.substring(0, digits));
    long unit =
        switch (text.substring(digits)) {
          case "B" -> 1;
          case "KiB" -> 1L << 10;
          case "MiB" -> 1L << 20;
          case "GiB" -> 1L << 30;
          case "TiB" -> 1L << 40;
          default -> 0;
        };
    if (unit == 0 || amount > Long.MAX_VALUE / unit) {
      return Optional.empty();
    }
    return Optional.of(amount * unit);
  }

  /** A duration as {@link #duration} reads it, shortest form; whole milliseconds. */
  public static String print(Duration duration) {
    long ms = duration.toMillis();
    if (ms == 0) {
      return "0s";
    }
    var out = new StringBuilder();
    long[] units = {86_400_000, 3_600_000, 60_000, 1000, 1};
    String[] names = {"d", "h", "m", "s", "ms"};
    for (int i = 0; i < units.length; i++) {
      if (ms >= units[i]) {
        out.append(ms / units[i]).append(names[i]);
        ms %= units[i];
      }
    }
    return out.toString();
  }

  /** A size as {@link #bytes} reads it, in the largest unit that keeps it whole. */
  public static String printBytes(long bytes) {
    String[] names = {"B", "KiB", "MiB", "GiB", "TiB"};
    int unit = 0;
    while (unit < names.length - 1 && bytes != 0 && bytes % 1024 == 0) {
      bytes /= 1024;
      unit++;
    }
    return bytes + names[unit];
  }

  private static int digitsFrom(String text, int from) {
    int at = from;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    return at;
  }
}
