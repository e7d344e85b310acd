package dev.postern.json;

import static dev.postern.json.JsonException.Kind.DUPLICATE;
import static dev.postern.json.JsonException.Kind.LIMIT;
import static dev.postern.json.JsonException.Kind.SYNTAX;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonBool;
import dev.postern.json.JsonValue.JsonNull;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.util.ArrayList;
import java.util.LinkedHashMap;

/**
 * Reads one complete JSON text, strictly.
 *
 * <p>RFC 8259 grammar with I-JSON's rules (RFC 7493): UTF-8 only, no byte order mark, no duplicate
 * names after unescaping, no lone surrogates, nothing after the value. Recursion is bounded by
 * {@link JsonLimits#depth}; every other bound is checked before the work it bounds.
 */
public final class JsonReader {
  private final byte[] text;
  private final int end;
  private final JsonLimits limits;
  private int at;

  private JsonReader(byte[] text, int from, int end, JsonLimits limits) {
    this.text = text;
    this.at = from;
    this.end = end;
    this.limits = limits;
  }

  /**
   * Reads the one value in {@code text}.
   *
   * @throws JsonException if the text is not exactly one JSON value within the bounds
   */
  public static JsonValue read(byte[] text, JsonLimits limits) throws JsonException {
    return read(text, 0, text.length, limits);
  }

  /**
   * Reads the one value in {@code text[from, to)}.
   *
   * @throws JsonException if the range is not exactly one JSON value within the bounds
   */
  public static JsonValue read(byte[] text, int from, int to, JsonLimits limits)
      throws JsonException {
    if (to - from > limits.bytes()) {
      throw new JsonException(LIMIT, limits.bytes(), "longer than " + limits.bytes() + " bytes");
    }
    var reader = new JsonReader(text, from, to, limits);
    reader.skipSpace();
    JsonValue value = reader.value(1);
    reader.skipSpace();
    if (reader.at != reader.end) {
      throw reader.syntax("text after the value");
    }
    return value;
  }

  /**
   * Reads a text that must be an object.
   *
   * @throws JsonException if it is not exactly one JSON object within the bounds
   */
  public static JsonObject readObject(byte[] text, JsonLimits limits) throws JsonException {
    if (read(text, limits) instanceof JsonObject object) {
      return object;
    }
    throw new JsonException(SYNTAX, 0, "not an object");
  }

  private JsonValue value(int depth) throws JsonException {
    if (at == end) {
      throw syntax("text ends where a value should be");
    }
    return switch (text[at]) {
      case '{' -> object(depth);
      case '[' -> array(depth);
      case '"' -> new JsonString(string());
      case 't' -> literal("true", JsonBool.TRUE);
      case 'f' -> literal("false", JsonBool.FALSE);
      case 'n' -> literal("null", JsonNull.NULL);
      default -> number();
    };
  }

  private JsonObject object(int depth) throws JsonException {
    enter(depth);
    var members = new LinkedHashMap<String, JsonValue>();
    skipSpace();
    if (take('}')) {
      return JsonObject.EMPTY;
    }
    while (true) {
      int nameAt = at;
      if (at == end || text[at] != '"') {
        throw syntax("a member name should be here");
      }
      String name = string();
      if (limits.asciiNames() && !isAscii(name)) {
        throw new JsonException(SYNTAX, nameAt, "a member name is not ASCII");
      }
      skipSpace();
      expect(':');
      skipSpace();
      if (members.size() == limits.members()) {
        throw new JsonException(LIMIT, nameAt, "more than " + limits.members() + " members");
      }
      if (members.put(name, value(depth + 1)) != null) {
        throw new JsonException(DUPLICATE, nameAt, "a member name stands twice");
      }
      skipSpace();
      if (take('}')) {
        return new JsonObject(members);
      }
      expect(',');
      skipSpace();
    }
  }

  private JsonArray array(int depth) throws JsonException {
    enter(depth);
    var elements = new ArrayList<JsonValue>();
    skipSpace();
    if (take(']')) {
      return JsonArray.EMPTY;
    }
    while (true) {
      if (elements.size() == limits.elements()) {
        throw new JsonException(LIMIT, at, "more than " + limits.elements() + " elements");
      }
      elements.add(value(depth + 1));
      skipSpace();
      if (take(']')) {
        return new JsonArray(elements);
      }
      expect(',');
      skipSpace();
    }
  }

  private void enter(int depth) throws JsonException {
    if (depth > limits.depth()) {
      throw new JsonException(LIMIT, at, "deeper than " + limits.depth());
    }
    at++;
  }

  private String string() throws JsonException {
    int open = at;
    int from = ++at;
    boolean plain = true;
    while (true) {
      if (at == end) {
        throw syntax("text ends in a string");
      }
      if (at - from > limits.stringBytes()) {
        throw new JsonException(
            LIMIT, open, "string longer than " + limits.stringBytes() + " bytes");
      }
      byte b = text[at];
      if (b == '"') {
        break;
      }
      if (b >= 0 && b < 0x20) {
        throw syntax("control character in a string");
      }
      if (b == '\\') {
        plain = false;
        at++;
        if (at == end) {
          throw syntax("text ends in a string");
        }
      } else if (b < 0) {
        plain = false;
      }
      at++;
    }
    int to = at++;
    return plain ? new String(text, from, to - from, ISO_8859_1) : decode(from, to);
  }

  /**
   * Unescapes and decodes {@code text[from, to)}, which holds no raw control character and no
   * unescaped quote.
   */
  private String decode(int from, int to) throws JsonException {
    var out = new StringBuilder(to - from);
    int i = from;
    while (i < to) {
      byte b = text[i];
      if (b == '\\') {
        i = unescape(i, to, out);
      } else if (b >= 0) {
        out.append((char) b);
        i++;
      } else {
        i = utf8(i, to, out);
      }
    }
    return out.toString();
  }

  private int unescape(int i, int to, StringBuilder out) throws JsonException {
    char c =
        switch (text[i + 1]) {
          case '"' -> '"';
          case '\\' -> '\\';
          case '/' -> '/';
          case 'b' -> '\b';
          case 'f' -> '\f';
          case 'n' -> '\n';
          case 'r' -> '\r';
          case 't' -> '\t';
          case 'u' -> hex4(i + 2, to);
          default -> throw new JsonException(SYNTAX, i, "unknown escape");
        };
    if (text[i + 1] != 'u') {
      out.append(c);
      return i + 2;
    }
    if (Character.isLowSurrogate(c)) {
      throw new JsonException(SYNTAX, i, "lone surrogate");
    }
    out.append(c);
    if (!Character.isHighSurrogate(c)) {
      return i + 6;
    }
    if (i + 12 > to || text[i + 6] != '\\' || text[i + 7] != 'u') {
      throw new JsonException(SYNTAX, i, "lone surrogate");
    }
    char low = hex4(i + 8, to);
    if (!Character.isLowSurrogate(low)) {
      throw new JsonException(SYNTAX, i, "lone surrogate");
    }
    out.append(low);
    return i + 12;
  }

  private char hex4(int i, int to) throws JsonException {
    if (i + 4 > to) {
      throw new JsonException(SYNTAX, i, "short escape");
    }
    int value = 0;
    for (int k = i; k < i + 4; k++) {
      byte b = text[k];
      int digit;
      if (b >= '0' && b <= '9') {
        digit = b - '0';
      } else if (b >= 'a' && b <= 'f') {
        digit = b - 'a' + 10;
      } else if (b >= 'A' && b <= 'F') {
        digit = b - 'A' + 10;
      } else {
        throw new JsonException(SYNTAX, k, "not a hex digit");
      }
      value = value << 4 | digit;
    }
    return (char) value;
  }

  /**
   * Decodes one multi-byte sequence (RFC 3629: shortest form only, no surrogates, at most
   * U+10FFFF).
   */
  private int utf8(int i, int to, StringBuilder out) throws JsonException {
    int b = text[i] & 0xff;
    int length = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : 2;
    if (b < 0xc2 || b > 0xf4 || i + length > to) {
      throw new JsonException(SYNTAX, i, "not UTF-8");
    }
    int point = b & (0xff >> (length + 1));
    for (int k = 1; k < length; k++) {
      int next = text[i + k] & 0xff;
      if ((next & 0xc0) != 0x80) {
        throw new JsonException(SYNTAX, i, "not UTF-8");
      }
      point = point << 6 | (next & 0x3f);
    }
    int least = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
    if (point < least || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
      throw new JsonException(SYNTAX, i, "not UTF-8");
    }
    out.appendCodePoint(point);
    return i + length;
  }

  private JsonNumber number() throws JsonException {
    int from = at;
    if (at < end && text[at] == '-') {
      at++;
    }
    if (at < end && text[at] == '0') {
      at++;
    } else {
      digits();
    }
    if (at < end && text[at] == '.') {
      at++;
      digits();
    }
    if (at < end && (text[at] == 'e' || text[at] == 'E')) {
      at++;
      if (at < end && (text[at] == '+' || text[at] == '-')) {
        at++;
      }
      digits();
    }
    if (at - from > limits.numberDigits()) {
      throw new JsonException(
          LIMIT, from, "number longer than " + limits.numberDigits() + " characters");
    }
    return new JsonNumber(new String(text, from, at - from, ISO_8859_1));
  }

  private void digits() throws JsonException {
    int from = at;
    while (at < end && text[at] >= '0' && text[at] <= '9') {
      at++;
    }
    if (at == from) {
      throw syntax("not a value");
    }
  }

  private JsonValue literal(String word, JsonValue value) throws JsonException {
    if (end - at < word.length()) {
      throw syntax("not a value");
    }
    for (int i = 0; i < word.length(); i++) {
      if (text[at + i] != word.charAt(i)) {
        throw syntax("not a value");
      }
    }
    at += word.length();
    return value;
  }

  private void skipSpace() {
    while (at < end
        && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r')) {
      at++;
    }
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

  private static boolean isAscii(String name) {
    for (int i = 0; i < name.length(); i++) {
      if (name.charAt(i) > 0x7e || name.charAt(i) < 0x20) {
        return false;
      }
    }
    return true;
  }

  private JsonException syntax(String message) {
    return new JsonException(SYNTAX, at, message);
  }
}
