package dev.postern.audit;

import dev.postern.json.JsonException;
import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonWriter;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Optional;

/** The form of an entry on disk: canonical JSON, bounded, with a time and a type. */
final class EntryForm {
  private EntryForm() {}

  /**
   * The bytes of an entry.
   *
   * @throws IllegalArgumentException if it has no canonical form, is too large or lacks a member
   */
  static byte[] encode(JsonObject entry) {
    if (entry.string("type").isEmpty() || entry.string("time").isEmpty()) {
      throw new IllegalArgumentException("an audit entry needs the strings `time` and `type`");
    }
    try {
      Instant.parse(entry.string("time").get());
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException("`time` is not an RFC 3339 time in UTC", e);
    }
    byte[] bytes = JsonWriter.canonical(entry);
    if (bytes.length > AuditLog.MAX_ENTRY_BYTES) {
      throw new IllegalArgumentException(
          "an audit entry has at most " + AuditLog.MAX_ENTRY_BYTES + " bytes, not " + bytes.length);
    }
    return bytes;
  }

  /**
   * Reads an entry, strictly.
   *
   * @throws Malformed if the bytes are not what {@link #encode} would write
   */
  static JsonObject decode(byte[] bytes) throws Malformed {
    JsonObject entry;
    try {
      entry = JsonReader.readObject(bytes, JsonLimits.DOCUMENT);
    } catch (JsonException e) {
      throw new Malformed("not JSON: " + e.getMessage());
    }
    byte[] canonical;
    try {
      canonical = encode(entry);
    } catch (IllegalArgumentException e) {
      throw new Malformed(String.valueOf(e.getMessage()));
    }
    if (!Arrays.equals(canonical, bytes)) {
      throw new Malformed("not in canonical form (RFC 8785)");
    }
    return entry;
  }

  /** The time of an entry; empty if the bytes are none. */
  static Optional<Instant> time(byte[] bytes) {
    try {
      return Optional.of(Instant.parse(decode(bytes).string("time").orElseThrow()));
    } catch (Malformed e) {
      return Optional.empty();
    }
  }

  /** Why bytes are no entry. */
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed(String message) {
      super(message, null, false, false);
    }
  }
}
