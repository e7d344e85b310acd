package dev.postern.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonBool;
import dev.postern.json.JsonValue.JsonNull;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Writes JSON: compact in member order, or canonical (RFC 8785: members sorted by UTF-16 code
 * units, shortest escapes).
 *
 * <p>Canonical form takes integers of at most 2^53 in magnitude only; nothing that Postern signs or
 * logs has other numbers.
 */
public final class JsonWriter {
  private static final long MAX_EXACT_INTEGER = 1L << 53;
  private static final int CANONICAL_CHARS = 2048;
  private static final char[] HEX = "0123456789abcdef".toCharArray();

  private JsonWriter() {}

  /** Compact JSON, members in their order. */
  public static String write(JsonValue value) {
    var out = new StringBuilder();
    append(value, out, false);
    return out.toString();
  }

  /** Compact JSON as UTF-8. */
  public static byte[] writeBytes(JsonValue value) {
    return write(value).getBytes(UTF_8);
  }

  /**
   * RFC 8785 canonical JSON as UTF-8.
   *
   * @throws IllegalArgumentException if a number is not a plain integer within ±2^53
   */
  public static byte[] canonical(JsonValue value) {
    var out = new StringBuilder(CANONICAL_CHARS);
    append(value, out, true);
    return out.toString().getBytes(UTF_8);
  }

  private static void append(JsonValue value, StringBuilder out, boolean canonical) {
    switch (value) {
      case JsonObject(Map<String, JsonValue> members) -> {
        out.append('{');
        String separator = "";
        for (var member : canonical ? sorted(members) : members.entrySet()) {
          out.append(separator);
          appendString(member.getKey(), out);
          out.append(':');
          append(member.getValue(), out, canonical);
          separator = ",";
        }
        out.append('}');
      }
      case JsonArray(List<JsonValue> elements) -> {
        out.append('[');
        String separator = "";
        for (JsonValue element : elements) {
          out.append(separator);
          append(element, out, canonical);
          separator = ",";
        }
        out.append(']');
      }
      case JsonString(String text) -> appendString(text, out);
      case JsonNumber number -> out.append(canonical ? canonicalNumber(number) : number.text());
      case JsonBool(boolean bool) -> out.append(bool);
      case JsonNull nothing -> out.append("null");
    }
  }

  private static Iterable<Map.Entry<String, JsonValue>> sorted(Map<String, JsonValue> members) {
    if (members.size() < 2) {
      return members.entrySet();
    }
    var sorted = new ArrayList<>(members.entrySet());
    sorted.sort(Map.Entry.comparingByKey());
    return sorted;
  }

  private static String canonicalNumber(JsonNumber number) {
    long value =
        number
            .integer()
            .filter(n -> n >= -MAX_EXACT_INTEGER && n <= MAX_EXACT_INTEGER)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "not an integer within 2^53: canonical form is not defined for it"));
    return Long.toString(value);
  }

  /** Appends a JSON string with the shortest escapes (RFC 8785 §3.2.2.2). */
  private static void appendString(String text, StringBuilder out) {
    out.append('"');
    int plain = plainChars(text);
    out.append(text, 0, plain);
    for (int i = plain; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < 0x20 || (Character.isSurrogate(c) && !paired(text, i))) {
            out.append("\\u")
                .append(HEX[c >> 12])
                .append(HEX[(c >> 8) & 15])
                .append(HEX[(c >> 4) & 15])
                .append(HEX[c & 15]);
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  /** How many characters at the start stand for themselves: nearly always all. */
  private static int plainChars(String text) {
    int i = 0;
    while (i < text.length()) {
      char c = text.charAt(i);
      if (c < 0x20 || c == '"' || c == '\\' || Character.isSurrogate(c)) {
        break;
      }
      i++;
    }
    return i;
  }

  private static boolean paired(String text, int i) {
    char c = text.charAt(i);
    if (Character.isHighSurrogate(c)) {
      return i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1));
    }
    return i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
  }
}
