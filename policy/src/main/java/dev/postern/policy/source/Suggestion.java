package dev.postern.policy.source;

import java.util.Collection;
import java.util.Optional;

/** Finds the declared word that a person most likely meant. */
public final class Suggestion {
  private static final int MAX_LENGTH = 128;

  private Suggestion() {}

  /**
   * The nearest of the declared words, at an edit distance of at most 2 or a third of the written
   * word's length; empty if none is so near, or two are as near.
   */
  public static Optional<String> nearest(String written, Collection<String> declared) {
    if (written.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    int best = Math.max(2, written.length() / 3) + 1;
    if (written.length() <= 2) {
      best = 2;
    }
    Optional<String> found = Optional.empty();
    for (String word : declared) {
      if (word.length() > MAX_LENGTH || Math.abs(word.length() - written.length()) > best) {
        continue;
      }
      int distance = distance(written, word);
      if (distance < best) {
        best = distance;
        found = Optional.of(word);
      } else if (distance == best && found.isPresent() && !found.get().equals(word)) {
        found = Optional.empty();
      }
    }
    return found;
  }

  /** Edit distance where two neighbours swapped count as one edit (optimal string alignment). */
  static int distance(String a, String b) {
    int[] beforeLast = new int[b.length() + 1];
    int[] last = new int[b.length() + 1];
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        row[j] = Math.min(Math.min(row[j - 1], last[j]) + 1, last[j - 1] + change);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
        }
      }
      int[] spare = beforeLast;
      beforeLast = last;
      last = row;
      row = spare;
    }
    return last[b.length()];
  }
}
