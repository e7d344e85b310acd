package dev.postern.attestation.evidence;

import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonBool;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.util.LinkedHashMap;
import java.util.Map;

/** Collects claims in order into a JSON object. */
public final class Claims {
  private final Map<String, JsonValue> members = new LinkedHashMap<>();

  public Claims put(String name, String value) {
    return put(name, new JsonString(value));
  }

  public Claims put(String name, long value) {
    return put(name, JsonNumber.of(value));
  }

  public Claims put(String name, boolean value) {
    return put(name, JsonBool.of(value));
  }

  /** Lower-case hex. */
  public Claims put(String name, Octets value) {
    return put(name, new JsonString(value.hex()));
  }

  public Claims put(String name, JsonValue value) {
    members.put(name, value);
    return this;
  }

  public Claims putAll(String name, Map<String, Long> numbers) {
    var inner = new Claims();
    numbers.forEach(inner::put);
    return put(name, inner.toJson());
  }

  public JsonObject toJson() {
    return new JsonObject(members);
  }
}
