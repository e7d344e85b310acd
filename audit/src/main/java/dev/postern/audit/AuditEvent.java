package dev.postern.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.audit.tlog.Sha256;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonBool;
import dev.postern.json.JsonValue.JsonNull;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import dev.postern.json.JsonWriter;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One event for the audit log: a type, a time and fields of {@link AuditField}. Immutable; each
 * {@code with} returns a new event. Absent fields are left out of the entry.
 *
 * <p>Strings are cut at {@link #MAX_STRING_BYTES}, lists at {@link #MAX_ELEMENTS}, and where that
 * is not enough, all of them much shorter: an event made of a caller's input always fits an entry.
 */
public final class AuditEvent {
  /** The longest string in an entry, in bytes of UTF-8; what is longer ends in an ellipsis. */
  public static final int MAX_STRING_BYTES = 2048;

  /** The most elements of a list in an entry. */
  public static final int MAX_ELEMENTS = 64;

  /** Bytes of a string where an entry would be too large; each may be written as six. */
  private static final int SHORT_STRING_BYTES = 128;

  /** Elements of a list where an entry would be too large. */
  private static final int SHORT_ELEMENTS = 4;

  /** The longest number of canonical JSON has 25 characters. */
  private static final int MAX_NUMBER_BYTES = 25;

  /** A control character is written as six. */
  private static final int MAX_BYTES_OF_CHAR = 6;

  /** The largest object in an entry, in bytes. */
  public static final int MAX_OBJECT_BYTES = 16 * 1024;

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private final Map<AuditField, JsonValue> fields;

  private AuditEvent(Map<AuditField, JsonValue> fields) {
    this.fields = fields;
  }

  /** An event of this type at this time. */
  public static AuditEvent of(EventType type, Instant time) {
    var fields = new EnumMap<AuditField, JsonValue>(AuditField.class);
    fields.put(AuditField.TIME, new JsonString(TIME.format(time)));
    fields.put(AuditField.TYPE, new JsonString(type.key()));
    return new AuditEvent(fields);
  }

  /** This event with a string; a secret field gets the string's SHA-256. */
  public AuditEvent with(AuditField field, String value) {
    boolean secret = field.sensitivity() == AuditField.Sensitivity.SECRET;
    return put(field, new JsonString(secret ? Sha256.of(value.getBytes(UTF_8)).hex() : cut(value)));
  }

  /** This event with a string if there is one. */
  public AuditEvent with(AuditField field, Optional<String> value) {
    return value.map(present -> with(field, present)).orElse(this);
  }

  /** This event with a number. */
  public AuditEvent with(AuditField field, long value) {
    return plain(field, JsonNumber.of(value));
  }

  /** This event with a truth value. */
  public AuditEvent with(AuditField field, boolean value) {
    return plain(field, JsonBool.of(value));
  }

  /** This event with a moment. */
  public AuditEvent with(AuditField field, Instant value) {
    return plain(field, new JsonString(TIME.format(value)));
  }

  /** This event with a list of strings; an empty list is left out. */
  public AuditEvent with(AuditField field, Iterable<String> values) {
    var cut = new ArrayList<String>();
    for (String value : values) {
      if (cut.size() == MAX_ELEMENTS) {
        break;
      }
      cut.add(cut(value));
    }
    return cut.isEmpty() ? this : plain(field, JsonArray.ofStrings(cut));
  }

  /** This event with names and values, such as limits; an empty map is left out. */
  public AuditEvent with(AuditField field, Map<String, String> values) {
    var members = new LinkedHashMap<String, JsonValue>();
    values.forEach(
        (name, value) -> {
          if (members.size() < MAX_ELEMENTS) {
            members.put(cut(name), new JsonString(cut(value)));
          }
        });
    return members.isEmpty() ? this : plain(field, new JsonObject(members));
  }

  /**
   * This event with an object as it is. One of more than {@link #MAX_OBJECT_BYTES} is not written:
   * {@code omitted_bytes} stands in its stead.
   */
  public AuditEvent with(AuditField field, JsonObject value) {
    if (mostBytes(value) <= MAX_OBJECT_BYTES) {
      return plain(field, value);
    }
    int bytes = JsonWriter.canonical(value).length;
    return plain(
        field,
        bytes <= MAX_OBJECT_BYTES
            ? value
            : new JsonObject(Map.of("omitted_bytes", JsonNumber.of(bytes))));
  }

  /** The entry's JSON. */
  public JsonObject toJson() {
    var members = new LinkedHashMap<String, JsonValue>();
    fields.forEach((field, value) -> members.put(field.key(), value));
    var whole = new JsonObject(members);
    if (mostBytes(whole) <= AuditLog.MAX_ENTRY_BYTES
        || JsonWriter.canonical(whole).length <= AuditLog.MAX_ENTRY_BYTES) {
      return whole;
    }
    members.replaceAll((name, value) -> shortened(value));
    return new JsonObject(members);
  }

  /** The most bytes that a value can take: told without writing it, as nearly all are far off. */
  private static long mostBytes(JsonValue value) {
    return switch (value) {
      case JsonString(String text) -> mostBytes(text);
      case JsonArray(var elements) -> {
        long sum = 2;
        for (JsonValue element : elements) {
          sum += 1 + mostBytes(element);
        }
        yield sum;
      }
      case JsonObject(var members) -> {
        long sum = 2;
        for (var member : members.entrySet()) {
          sum += 2 + mostBytes(member.getKey()) + mostBytes(member.getValue());
        }
        yield sum;
      }
      case JsonNumber number -> MAX_NUMBER_BYTES;
      case JsonBool bool -> MAX_NUMBER_BYTES;
      case JsonNull none -> MAX_NUMBER_BYTES;
    };
  }

  private static long mostBytes(String text) {
    return 2 + (long) MAX_BYTES_OF_CHAR * text.length();
  }

  private static JsonValue shortened(JsonValue value) {
    return switch (value) {
      case JsonString(String text) -> new JsonString(cut(text, SHORT_STRING_BYTES));
      case JsonArray(var elements) ->
          new JsonArray(
              elements.stream().limit(SHORT_ELEMENTS).map(AuditEvent::shortened).toList());
      case JsonObject object -> {
        var members = new LinkedHashMap<String, JsonValue>();
        object.members().entrySet().stream()
            .limit(SHORT_ELEMENTS)
            .forEach(
                member ->
                    members.put(
                        cut(member.getKey(), SHORT_STRING_BYTES), shortened(member.getValue())));
        yield new JsonObject(members);
      }
      default -> value;
    };
  }

  /** A moment as entries write it: RFC 3339, UTC, milliseconds. */
  public static String time(Instant instant) {
    return TIME.format(instant);
  }

  private AuditEvent plain(AuditField field, JsonValue value) {
    if (field.sensitivity() == AuditField.Sensitivity.SECRET) {
      throw new IllegalArgumentException(field.key() + " is secret and takes a string only");
    }
    return put(field, value);
  }

  private AuditEvent put(AuditField field, JsonValue value) {
    if (field == AuditField.TIME || field == AuditField.TYPE) {
      throw new IllegalArgumentException(field.key() + " is set once");
    }
    var copy = new EnumMap<>(fields);
    copy.put(field, value);
    return new AuditEvent(copy);
  }

  private static String cut(String text) {
    return cut(text, MAX_STRING_BYTES);
  }

  private static String cut(String text, int most) {
    if (text.length() <= most / 4) {
      return text;
    }
    int bytes = 0;
    for (int i = 0; i < text.length(); ) {
      int point = text.codePointAt(i);
      bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
      if (bytes > most - 3) {
        return text.substring(0, i) + "…";
      }
      i += Character.charCount(point);
    }
    return text;
  }

  @Override
  public String toString() {
    return toJson().toString();
  }
}
