package dev.postern.audit;

import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonBool;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What to look for in a log: every condition must hold, and none is every entry. Immutable.
 *
 * <p>A value matches a string, number or truth value written the same, or a list that has it. A
 * subject also matches by what stands after its issuer, {@code alice} for {@code
 * https://sts.example#alice}; a type also by its first part, {@code admission} for {@code
 * admission.denied}.
 */
public final class LogQuery {
  /** Every entry. */
  public static final LogQuery ALL = new LogQuery(Map.of(), Optional.empty(), Optional.empty());

  private final Map<String, String> fields;
  private final Optional<Instant> since;
  private final Optional<Instant> until;

  private LogQuery(Map<String, String> fields, Optional<Instant> since, Optional<Instant> until) {
    this.fields = fields;
    this.since = since;
    this.until = until;
  }

  /** This query and a field's value; any field an entry can have, by the name it has there. */
  public LogQuery where(String field, String value) {
    var more = new LinkedHashMap<>(fields);
    more.put(field, value);
    return new LogQuery(Map.copyOf(more), since, until);
  }

  /** This query and a field's value. */
  public LogQuery where(AuditField field, String value) {
    return where(field.key(), value);
  }

  /** This query from a time on (inclusive). */
  public LogQuery since(Instant time) {
    return new LogQuery(fields, Optional.of(time), until);
  }

  /** This query before a time (exclusive). */
  public LogQuery until(Instant time) {
    return new LogQuery(fields, since, Optional.of(time));
  }

  /** Whether an entry fits. */
  public boolean matches(JsonObject entry) {
    Instant time = Instant.parse(entry.string("time").orElse("1970-01-01T00:00:00Z"));
    return since.map(from -> !time.isBefore(from)).orElse(true)
        && until.map(time::isBefore).orElse(true)
        && fields.entrySet().stream()
            .allMatch(
                field ->
                    entry
                        .get(field.getKey())
                        .map(value -> has(field.getKey(), value, field.getValue()))
                        .orElse(false));
  }

  private static boolean has(String field, JsonValue value, String wanted) {
    return switch (value) {
      case JsonString(String text) ->
          text.equals(wanted)
              || (field.equals("subject") && text.endsWith("#" + wanted))
              || (field.equals("type") && text.startsWith(wanted + "."));
      case JsonNumber(String text) -> text.equals(wanted);
      case JsonBool(boolean bool) -> Boolean.toString(bool).equals(wanted);
      case JsonArray(var elements) ->
          elements.stream().anyMatch(element -> has("", element, wanted));
      case JsonObject object -> object.toString().equals(wanted);
      case JsonValue.JsonNull nothing -> wanted.equals("null");
    };
  }
}
