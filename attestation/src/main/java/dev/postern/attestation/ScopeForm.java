package dev.postern.attestation;

/**
 * The form of a plain scope (design §6): 2 to 8 segments {@code [a-z0-9][a-z0-9_.-]{0,31}} between
 * slashes. Nothing is normalised or folded. Policy has its own, richer grammar; this module does
 * not know policy.
 */
final class ScopeForm {
  private static final int MIN_SEGMENTS = 2;
  private static final int MAX_SEGMENTS = 8;
  private static final int MAX_SEGMENT_CHARS = 32;

  private ScopeForm() {}

  static boolean isPlainScope(String text) {
    if (text.length() > MAX_SEGMENTS * (MAX_SEGMENT_CHARS + 1)) {
      return false;
    }
    int segments = 1;
    int segmentChars = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '/') {
        if (segmentChars == 0) {
          return false;
        }
        segments++;
        segmentChars = 0;
      } else {
        boolean first = segmentChars == 0;
        boolean plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!plain && (first || (c != '_' && c != '.' && c != '-'))) {
          return false;
        }
        if (++segmentChars > MAX_SEGMENT_CHARS) {
          return false;
        }
      }
    }
    return segmentChars > 0 && segments >= MIN_SEGMENTS && segments <= MAX_SEGMENTS;
  }
}
