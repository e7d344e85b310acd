package dev.postern.policy.source;

/** The decoded text of one file, and its lines, found when an issue needs them. */
final class SourceText {
  private final String path;
  private final String text;

  SourceText(String path, String text) {
    this.path = path;
    this.text = text;
  }

  String path() {
    return path;
  }

  String text() {
    return text;
  }

  /** Line {@code number}, counted from 1, without its line break; empty beyond the end. */
  String line(int number) {
    int from = 0;
    for (int line = 1; line < number; line++) {
      int next = text.indexOf('\n', from);
      if (next < 0) {
        return "";
      }
      from = next + 1;
    }
    int to = text.indexOf('\n', from);
    if (to < 0) {
      to = text.length();
    }
    if (to > from && text.charAt(to - 1) == '\r') {
      to--;
    }
    return text.substring(from, to);
  }
}
