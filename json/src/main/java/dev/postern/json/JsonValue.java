package dev.postern.json;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A JSON value. Immutable; member order is that of the text. */
public sealed interface JsonValue {
  /** An object. Names are unique. */
  record JsonObject(Map<String, JsonValue> members) implements JsonValue {
    public static final JsonObject EMPTY = new JsonObject(Map.of());

    public JsonObject {
      members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
    }

    public Optional<JsonValue> get(String name) {
      return Optional.ofNullable(members.get(name));
    }

    public boolean has(String name) {
      return members.containsKey(name);
    }

    /** The member if it is a string; empty if absent or of another type. */
    public Optional<String> string(String name) {
      return members.get(name) instanceof JsonString(String value)
          ? Optional.of(value)
          : Optional.empty();
    }

    /** The member if it is an integer that fits a long; empty if absent or anything else. */
    public Optional<Long> integer(String name) {
      return members.get(name) instanceof JsonNumber number ? number.integer() : Optional.empty();
    }

    /** The member if it is an object; empty if absent or of another type. */
    public Optional<JsonObject> object(String name) {
      return members.get(name) instanceof JsonObject object
          ? Optional.of(object)
          : Optional.empty();
    }

    /** The member if it is an array; empty if absent or of another type. */
    public Optional<JsonArray> array(String name) {
      return members.get(name) instanceof JsonArray array ? Optional.of(array) : Optional.empty();
    }

    /** This object with one member set or replaced. */
    public JsonObject with(String name, JsonValue value) {
      var copy = new LinkedHashMap<>(members);
      copy.put(name, value);
      return new JsonObject(copy);
    }

    /** This object without one member. */
    public JsonObject without(String name) {
      if (!members.containsKey(name)) {
        return this;
      }
      var copy = new LinkedHashMap<>(members);
      copy.remove(name);
      return new JsonObject(copy);
    }

    @Override
    public String toString() {
      return JsonWriter.write(this);
    }
  }

  /** An array. */
  record JsonArray(List<JsonValue> elements) implements JsonValue {
    public static final JsonArray EMPTY = new JsonArray(List.of());

    public JsonArray {
      elements = List.copyOf(elements);
    }

    /** An array of strings. */
    public static JsonArray ofStrings(Iterable<String> values) {
      var elements = new ArrayList<JsonValue>();
      values.forEach(value -> elements.add(new JsonString(value)));
      return new JsonArray(elements);
    }

    /** The elements if every one is a string; empty otherwise. */
    public Optional<List<String>> strings() {
      var strings = new ArrayList<String>(elements.size());
      for (JsonValue element : elements) {
        if (!(element instanceof JsonString(String value))) {
          return Optional.empty();
        }
        strings.add(value);
      }
      return Optional.of(List.copyOf(strings));
    }

    @Override
    public String toString() {
      return JsonWriter.write(this);
    }
  }

  /** A string. Never holds a lone surrogate when it came from {@link JsonReader}. */
  record JsonString(String value) implements JsonValue {}

  /**
   * A number, kept as its text: nothing is rounded, and no huge exponent is ever expanded.
   *
   * @param text as it stood, by the grammar of RFC 8259 §6
   */
  record JsonNumber(String text) implements JsonValue {
    public static JsonNumber of(long value) {
      return new JsonNumber(Long.toString(value));
    }

    /**
     * The value if it is written as a plain integer (no fraction, no exponent) that fits a long.
     */
    public Optional<Long> integer() {
      if (text.length() > 20 || !isPlainInteger(text) || text.equals("-0")) {
        return Optional.empty();
      }
      try {
        return Optional.of(Long.parseLong(text));
      } catch (NumberFormatException tooLarge) {
        return Optional.empty();
      }
    }

    private static boolean isPlainInteger(String text) {
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        if ((c < '0' || c > '9') && !(i == 0 && c == '-')) {
          return false;
        }
      }
      return true;
    }
  }

  /** {@code true} or {@code false}. */
  record JsonBool(boolean value) implements JsonValue {
    public static final JsonBool TRUE = new JsonBool(true);
    public static final JsonBool FALSE = new JsonBool(false);

    public static JsonBool of(boolean value) {
      return value ? TRUE : FALSE;
    }
  }

  /** {@code null}. */
  enum JsonNull implements JsonValue {
    NULL
  }
}
