package dev.postern.wire.dlv;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonNull;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.Set;

/**
 * Redacts an answer's strings.
 *
 * <p>Every string goes through the redactor, as its characters (JSON escapes are undone), but those
 * whose member name says they are the program's structure: names of functions, variables, types,
 * files and packages. What Delve encodes is decoded first: {@code StringValueBytes} (base64 of a
 * string that is not UTF-8), and arrays and slices of bytes, runes and 16-bit units, which come as
 * one child an element. Such an array is replaced as a whole if its text changes.
 *
 * <p>Not covered: data that the program itself holds encoded or scattered, and a string read one
 * element at a time.
 */
final class ValueRedaction {
  /** Members whose strings are structure. Everything not listed is treated as data. */
  private static final Set<String> STRUCTURE =
      Set.of(
          "name",
          "type",
          "realType",
          "file",
          "functionName",
          "Name",
          "Type",
          "RealType",
          "Path",
          "ImportPath",
          "DirectoryPath",
          "Files",
          "Funcs",
          "Sources",
          "Types",
          "BuildID",
          "DelveVersion",
          "Backend",
          "TargetGoVersion",
          "MinSupportedVersionOfGo",
          "MaxSupportedVersionOfGo",
          "StopReason",
          "stopReason",
          "SubstituteLocExpr",
          "LocationExpr");

  private static final long KIND_ARRAY = 17;
  private static final long KIND_SLICE = 23;

  /** {@code reflect.Kind} of int8, int16, int32, uint8, uint16, uint32: text, an element each. */
  private static final Set<Long> TEXT_ELEMENTS = Set.of(3L, 4L, 5L, 8L, 9L, 10L);

  private final StringRedactor redactor;

  private ValueRedaction(StringRedactor redactor) {
    this.redactor = redactor;
  }

  static JsonObject redact(JsonObject answer, StringRedactor redactor) {
    return new ValueRedaction(redactor).object(answer);
  }

  private JsonObject object(JsonObject object) {
    JsonObject from = decoded(object);
    var out = new LinkedHashMap<String, JsonValue>();
    for (var member : from.members().entrySet()) {
      // a redactor sees the keys of labels too: they are the program's words
      String name = member.getKey();
      out.put(
          name,
          switch (name) {
            case "labels" -> labels(member.getValue());
            case "Groups" -> groups(member.getValue());
            default -> value(name, member.getValue());
          });
    }
    return new JsonObject(out);
  }

  private JsonValue value(String name, JsonValue value) {
    return switch (value) {
      case JsonObject object -> object(object);
      case JsonArray array -> {
        var elements = new ArrayList<JsonValue>(array.elements().size());
        array.elements().forEach(element -> elements.add(value(name, element)));
        yield new JsonArray(elements);
      }
      case JsonString(String text) when !STRUCTURE.contains(name) ->
          new JsonString(redactor.redact(text));
      default -> value;
    };
  }

  /** Groups of goroutines bear the value that is the same in all of one, say of a label. */
  private JsonValue groups(JsonValue value) {
    if (!(value instanceof JsonArray groups)) {
      return value("Groups", value);
    }
    var out = new ArrayList<JsonValue>();
    for (JsonValue each : groups.elements()) {
      JsonValue group = value("Groups", each);
      out.add(
          group instanceof JsonObject object && object.string("Name").isPresent()
              ? object.with(
                  "Name", new JsonString(redactor.redact(object.string("Name").orElseThrow())))
              : group);
    }
    return new JsonArray(out);
  }

  private JsonValue labels(JsonValue value) {
    if (!(value instanceof JsonObject labels)) {
      return value("labels", value);
    }
    var out = new LinkedHashMap<String, JsonValue>();
    for (var label : labels.members().entrySet()) {
      out.put(redactor.redact(label.getKey()), value("labels", label.getValue()));
    }
    return new JsonObject(out);
  }

  /** The object with its encoded text replaced, if it is a variable and its text changes. */
  private JsonObject decoded(JsonObject object) {
    Optional<String> bytes = object.string("StringValueBytes");
    if (bytes.isPresent()) {
      String text = text(bytes.get());
      String redacted = redactor.redact(text);
      if (!redacted.equals(text)) {
        return object
            .with("StringValueBytes", JsonNull.NULL)
            .with("value", new JsonString(redacted));
      }
    }
    Optional<String> elements = elements(object);
    if (elements.isPresent()) {
      String redacted = redactor.redact(elements.get());
      if (!redacted.equals(elements.get())) {
        return object
            .with("children", JsonArray.EMPTY)
            .with("len", JsonNumber.of(0))
            .with("value", new JsonString(redacted));
      }
    }
    return object;
  }

  private static String text(String base64) {
    try {
      return new String(Base64.getDecoder().decode(base64), UTF_8);
    } catch (IllegalArgumentException notBase64) {
      return base64;
    }
  }

  /** The text that an array or slice of small integers spells. */
  private static Optional<String> elements(JsonObject variable) {
    long kind = variable.integer("kind").orElse(0L);
    Optional<JsonArray> children = variable.array("children");
    if ((kind != KIND_ARRAY && kind != KIND_SLICE) || children.isEmpty()) {
      return Optional.empty();
    }
    var text = new StringBuilder();
    for (JsonValue element : children.get().elements()) {
      if (!(element instanceof JsonObject child)
          || !TEXT_ELEMENTS.contains(child.integer("kind").orElse(0L))) {
        return Optional.empty();
      }
      text.appendCodePoint(codePoint(child.string("value").orElse("")));
    }
    return text.isEmpty() ? Optional.empty() : Optional.of(text.toString());
  }

  /** Delve writes {@code 52}, or {@code 52 '4'}. */
  private static int codePoint(String value) {
    int end = 0;
    while (end < value.length() && end < 7 && Character.isDigit(value.charAt(end))) {
      end++;
    }
    int point = end == 0 ? 0xfffd : Integer.parseInt(value.substring(0, end));
    return Character.isValidCodePoint(point) ? point : 0xfffd;
  }
}
