package dev.postern.attestation;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * One row of the catalogue of bad tokens.
 *
 * @param where what refuses it: {@code attestation}, or {@code gateway} with its stores and policy
 * @param codes what it may be refused with; {@code ACCEPTED} where it is to be taken
 */
record ThreatRow(int row, String where, Set<String> codes) {
  /** The whole catalogue, in order. */
  static List<ThreatRow> catalogue() {
    try (InputStream in = ThreatRow.class.getResourceAsStream("token-threats.txt")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(ThreatRow::of)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ThreatRow of(String line) {
    List<String> words = List.of(line.split(" ", -1));
    return new ThreatRow(
        Integer.parseInt(words.getFirst()),
        words.get(1),
        Set.copyOf(words.subList(2, words.size())));
  }
}
