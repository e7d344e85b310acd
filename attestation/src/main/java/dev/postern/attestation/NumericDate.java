package dev.postern.attestation;

import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonNumber;
import java.time.Instant;
import java.util.Optional;

/** NumericDate (RFC 7519 §2) as it is taken here: a plain integer of 0 to 2^53. */
final class NumericDate {
  private static final long MAX = 1L << 53;

  private NumericDate() {}

  /** Empty for fractions, exponents, negatives, anything over 2^53, and anything but a number. */
  static Optional<Instant> read(JsonValue value) {
    return value instanceof JsonNumber number
        ? number.integer().filter(n -> n >= 0 && n <= MAX).map(Instant::ofEpochSecond)
        : Optional.empty();
  }
}
