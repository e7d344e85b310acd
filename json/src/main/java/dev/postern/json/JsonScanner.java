package dev.postern.json;

import static dev.postern.json.JsonException.Kind.LIMIT;
import static dev.postern.json.JsonException.Kind.SYNTAX;

/**
 * Checks the grammar of a JSON value without building a tree: for large values that are passed on
 * as the bytes they came in.
 *
 * <p>Takes what {@link JsonReader} takes, but for two things that need the decoded names and
 * strings: duplicate names and lone surrogates in escapes are not seen. Never read a value that was
 * only scanned.
 */
public final class JsonScanner {
  private final byte[] text;
  private final int end;
  private final JsonLimits limits;
  private int at;

  private JsonScanner(byte[] text, int from, int end, JsonLimits limits) {
    this.text = text;
    this.at = from;
    this.end = end;
    this.limits = limits;
  }

  /**
   * Scans the one value that starts at {@code from}.
   *
   * @return the offset just behind it
   * @throws JsonException if no value within the bounds stands there
   */
  public static int skip(byte[] text, int from, int to, JsonLimits limits) throws JsonException {
    var scanner = new JsonScanner(text, from, to, limits);
    scanner.value(1);
    return scanner.at;
  }

  /** The offset of the first byte at or after {@code from} that is not white space. */
  public static int skipSpace(byte[] text, int from, int to) {
    int at = from;
    while (at < to
        && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t')) {
      at++;
    }
    return at;
  }

  private void value(int depth) throws JsonException {
    if (at == end) {
      throw syntax("text ends where a value should be");
    }
    switch (text[at]) {
      case '{' -> container(depth, (byte) '}', limits.members());
      case '[' -> container(depth, (byte) ']', limits.elements());
      case '"' -> string();
      case 't' -> literal("true");
      case 'f' -> literal("false");
      case 'n' -> literal("null");
      default -> number();
    }
  }

  private void container(int depth, byte close, int most) throws JsonException {
    if (depth > limits.depth()) {
      throw new JsonException(LIMIT, at, "deeper than " + limits.depth());
    }
    at++;
    space();
    if (at < end && text[at] == close) {
      at++;
      return;
    }
    for (int count = 1; ; count++) {
      if (count > most) {
        throw new JsonException(LIMIT, at, "more than " + most + " entries");
      }
      if (close == '}') {
        if (at == end || text[at] != '"') {
          throw syntax("a member name should be here");
        }
        string();
        space();
        expect(':');
        space();
      }
      value(depth + 1);
      space();
      if (at < end && text[at] == close) {
        at++;
        return;
      }
      expect(',');
      space();
    }
  }

  private void string() throws JsonException {
    int open = at++;
    while (at < end) {
      if (at - open > limits.stringBytes()) {
        throw new JsonException(
            LIMIT, open, "string longer than " + limits.stringBytes() + " bytes");
      }
      byte b = text[at];
      if (b == '"') {
        at++;
        return;
      }
      if (b == '\\') {
        escape();
      } else if (b >= 0x20) {
        at++;
      } else if (b >= 0) {
        throw syntax("control character in a string");
      } else {
        utf8();
      }
    }
    throw syntax("text ends in a string");
  }

  private void escape() throws JsonException {
    if (at + 1 >= end) {
      throw syntax("text ends in a string");
    }
    switch (text[at + 1]) {
      case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> at += 2;
      case 'u' -> {
        if (at + 6 > end) {
          throw syntax("short escape");
        }
        for (int k = at + 2; k < at + 6; k++) {
          if (Character.digit(text[k], 16) < 0) {
            throw new JsonException(SYNTAX, k, "not a hex digit");
          }
        }
        at += 6;
      }
      default -> throw syntax("unknown escape");
    }
  }

  /** One multi-byte sequence (RFC 3629: shortest form, no surrogates, at most U+10FFFF). */
  private void utf8() throws JsonException {
    int b = text[at] & 0xff;
    int length = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : 2;
    if (b < 0xc2 || b > 0xf4 || at + length > end) {
      throw syntax("not UTF-8");
    }
    int point = b & (0xff >> (length + 1));
    for (int k = at + 1; k < at + length; k++) {
      int next = text[k] & 0xff;
      if ((next & 0xc0) != 0x80) {
        throw syntax("not UTF-8");
      }
      point = point << 6 | (next & 0x3f);
    }
    boolean tooShort = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
    if (tooShort || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
      throw syntax("not UTF-8");
    }
    at += length;
  }

  /** RFC 8259 §6. */
  private void number() throws JsonException {
    int from = at;
    take('-');
    if (!take('0') && digits() == 0) {
      throw syntax("a value should be here");
    }
    if (take('.') && digits() == 0) {
      throw syntax("a digit should be here");
    }
    if (take('e') || take('E')) {
      if (!take('+')) {
        take('-');
      }
      if (digits() == 0) {
        throw syntax("a digit should be here");
      }
    }
    if (at - from > limits.numberDigits()) {
      throw new JsonException(
          LIMIT, from, "number longer than " + limits.numberDigits() + " characters");
    }
  }

  private int digits() {
    int from = at;
    while (at < end && text[at] >= '0' && text[at] <= '9') {
      at++;
    }
    return at - from;
  }

  private void literal(String word) throws JsonException {
    if (at + word.length() > end) {
      throw syntax("a value should be here");
    }
    for (int i = 0; i < word.length(); i++) {
      if (text[at + i] != word.charAt(i)) {
        throw syntax("a value should be here");
      }
    }
    at += word.length();
  }

  private void space() {
    at = skipSpace(text, at, end);
  }

  private boolean take(char c) {
    if (at < end && text[at] == c) {
      at++;
      return true;
    }
    return false;
  }

  private void expect(char c) throws JsonException {
    if (!take(c)) {
      throw syntax("`" + c + "` should be here");
    }
  }

  private JsonException syntax(String message) {
    return new JsonException(SYNTAX, at, message);
  }
}
