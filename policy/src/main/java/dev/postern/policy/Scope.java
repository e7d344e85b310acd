package dev.postern.policy;

import java.util.Optional;

/**
 * What a caller may do: a path such as {@code dlv/inspect}.
 *
 * <p>{@code segment("/"segment){1,7}}, a segment {@code [a-z0-9][a-z0-9_.-]{0,31}}. Compared whole,
 * by code point; never normalised, never folded. Plain: {@code *} is not in it, see {@link
 * ScopePattern}.
 */
public record Scope(String text) implements Comparable<Scope> {
  static final int MAX_SEGMENTS = 8;
  static final int MAX_SEGMENT_LENGTH = 32;

  /**
   * The scope that the text spells.
   *
   * @throws IllegalArgumentException if it is not of the form; {@link #parse} answers instead
   */
  public Scope {
    if (!wellFormed(text, false)) {
      throw new IllegalArgumentException("not a scope");
    }
  }

  /** The scope that the text spells; empty if it is not of the form. */
  public static Optional<Scope> parse(String text) {
    return wellFormed(text, false) ? Optional.of(new Scope(text)) : Optional.empty();
  }

  /** The first segment. */
  public String family() {
    return text.substring(0, text.indexOf('/'));
  }

  /** The last segment. */
  public String last() {
    return text.substring(text.lastIndexOf('/') + 1);
  }

  /** All segments but the last, with their final slash. */
  String parent() {
    return text.substring(0, text.lastIndexOf('/') + 1);
  }

  @Override
  public int compareTo(Scope other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }

  /** Whether the text is a scope, or with {@code starEnds} one whose last segment may be a star. */
  static boolean wellFormed(String text, boolean starEnds) {
    int segments = 1;
    int length = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '/') {
        if (length == 0) {
          return false;
        }
        segments++;
        length = 0;
      } else if (starEnds && c == '*' && length == 0 && i == text.length() - 1) {
        length = 1;
      } else {
        boolean first = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        boolean later = c == '_' || c == '.' || c == '-';
        if (!first && (length == 0 || !later)) {
          return false;
        }
        length++;
      }
      // MAX_SEGMENTS segments of MAX_SEGMENT_LENGTH characters each are still a scope
      if (segments > MAX_SEGMENTS || length > MAX_SEGMENT_LENGTH) {
        return false;
      }
    }
    return segments >= 2 && length > 0;
  }
}
