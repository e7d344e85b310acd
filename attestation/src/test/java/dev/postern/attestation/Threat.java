package dev.postern.attestation;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * One bad token of the catalogue.
 *
 * @param row its row there
 * @param what how this one is bad
 * @param expected its reason; empty if the token is good and has to be taken
 */
record Threat(int row, String what, Supplier<Verification> attempt, Optional<Reason> expected) {
  @Override
  public String toString() {
    return "row " + row + ": " + what;
  }

  static Threat of(int row, String what, String token, Reason expected) {
    return new Threat(row, what, () -> Workshop.verifier().verify(token), Optional.of(expected));
  }

  static Threat of(int row, String what, Reason expected, Supplier<Verification> attempt) {
    return new Threat(row, what, attempt, Optional.of(expected));
  }

  static Threat accepted(int row, String what, String token) {
    return new Threat(row, what, () -> Workshop.verifier().verify(token), Optional.empty());
  }

  /** The same fault in one claim, by several raw JSON values. */
  static Stream<Threat> claim(int row, String name, Reason expected, String... rawValues) {
    return Arrays.stream(rawValues)
        .map(
            raw ->
                of(
                    row,
                    name + " " + (raw.length() > 40 ? raw.length() + " chars" : raw),
                    Workshop.withClaim(name, raw),
                    expected));
  }

  /** The same fault in one claim of the nested result. */
  static Stream<Threat> resultClaim(int row, String name, Reason expected, String... rawValues) {
    return Arrays.stream(rawValues)
        .map(
            raw ->
                of(
                    row,
                    "result's " + name + " " + raw,
                    Workshop.withResultClaim(name, raw),
                    expected));
  }

  static Stream<Threat> header(int row, String name, Reason expected, String... rawValues) {
    return Arrays.stream(rawValues)
        .map(
            raw ->
                of(
                    row,
                    "header " + name + " " + (raw.length() > 40 ? raw.length() + " chars" : raw),
                    Workshop.withHeader(name, raw),
                    expected));
  }

  static String outcome(Verification verification) {
    return switch (verification) {
      case Verification.Verified verified -> "verified";
      case Verification.Denied(Reason reason, String detail) -> reason + " (" + detail + ")";
    };
  }
}
