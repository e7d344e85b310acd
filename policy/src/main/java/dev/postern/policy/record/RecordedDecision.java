package dev.postern.policy.record;

import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import dev.postern.policy.Decision;
import dev.postern.policy.Limits;
import dev.postern.policy.Obligations;
import dev.postern.policy.Scope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A decision as an audit log keeps it, in words: two are the same if a session under them is.
 *
 * @param permitted whether it is a permit
 * @param reason of a denial; empty in a permit
 * @param rules the permits used, the forbids that matched, or the permits that came nearest
 * @param scopes granted
 * @param limits by their names in the language, as they are written there
 * @param obligations by their names in the language, what is not asked for left out
 */
public record RecordedDecision(
    boolean permitted,
    String reason,
    List<String> rules,
    List<String> scopes,
    Map<String, String> limits,
    Map<String, String> obligations) {
  public RecordedDecision {
    rules = List.copyOf(rules);
    scopes = List.copyOf(scopes);
    limits = Map.copyOf(limits);
    obligations = Map.copyOf(obligations);
  }

  /** A decision in words. */
  public static RecordedDecision of(Decision decision) {
    return switch (decision) {
      case Decision.Permit permit ->
          new RecordedDecision(
              true,
              "",
              permit.rules(),
              permit.scopes().stream().map(Scope::text).toList(),
              words(permit.limits()),
              words(permit.obligations()));
      case Decision.Deny deny ->
          new RecordedDecision(
              false, deny.reason().name(), deny.rules(), List.of(), Map.of(), Map.of());
    };
  }

  private static Map<String, String> words(Limits limits) {
    return limits.words();
  }

  private static Map<String, String> words(Obligations obligations) {
    var words = new TreeMap<String, String>();
    if (obligations.record() != Obligations.Recording.NONE) {
      words.put("record", obligations.record().word());
    }
    if (!obligations.redact().isEmpty()) {
      words.put("redact", String.join(" ", obligations.redact()));
    }
    if (!obligations.goroutines().isEmpty()) {
      words.put("goroutines", String.join(" ", obligations.goroutines()));
    }
    if (obligations.observers() > 0) {
      words.put("observers", Integer.toString(obligations.observers()));
    }
    return words;
  }

  /** As the log keeps it. */
  public JsonObject toJson() {
    var json = new LinkedHashMap<String, JsonValue>();
    json.put("decision", new JsonString(word()));
    if (!permitted) {
      json.put("reason", new JsonString(reason));
    }
    json.put("rules", JsonArray.ofStrings(rules));
    if (permitted) {
      json.put("scopes", JsonArray.ofStrings(scopes));
      json.put("limits", object(limits));
      json.put("obligations", object(obligations));
    }
    return new JsonObject(json);
  }

  /** {@code allow} or {@code deny}. */
  public String word() {
    return permitted ? "allow" : "deny";
  }

  private static JsonObject object(Map<String, String> words) {
    var json = new LinkedHashMap<String, JsonValue>();
    new TreeMap<>(words).forEach((name, value) -> json.put(name, new JsonString(value)));
    return new JsonObject(json);
  }

  /** Reads what {@link #toJson} wrote; empty if it is anything else. */
  public static Optional<RecordedDecision> read(JsonObject json) {
    Optional<String> word = json.string("decision");
    Optional<List<String>> rules = json.array("rules").flatMap(JsonArray::strings);
    if (rules.isEmpty()) {
      return Optional.empty();
    }
    return switch (word.orElse("")) {
      case "allow" ->
          Optional.of(
              new RecordedDecision(
                  true,
                  "",
                  rules.get(),
                  json.array("scopes").flatMap(JsonArray::strings).orElse(List.of()),
                  strings(json, "limits"),
                  strings(json, "obligations")));
      case "deny" ->
          Optional.of(
              new RecordedDecision(
                  false,
                  json.string("reason").orElse(""),
                  rules.get(),
                  List.of(),
                  Map.of(),
                  Map.of()));
      default -> Optional.empty();
    };
  }

  private static Map<String, String> strings(JsonObject json, String name) {
    var words = new TreeMap<String, String>();
    json.object(name)
        .ifPresent(
            object ->
                object
                    .members()
                    .forEach(
                        (key, value) -> {
                          if (value instanceof JsonString(String text)) {
                            words.put(key, text);
                          }
                        }));
    return words;
  }
}
