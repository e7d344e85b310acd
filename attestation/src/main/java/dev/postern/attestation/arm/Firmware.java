package dev.postern.attestation.arm;

import dev.postern.attestation.evidence.Claims;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Measured components as named measurements and as a claim: {@code BL} its digest, {@code
 * signer:BL} who signed it. The second component of one type is {@code BL#2}; one without a type is
 * {@code component}. Colons and hashes in a type become underscores, so that no name is two things.
 */
final class Firmware {
  private Firmware() {}

  static void addTo(
      Map<String, String> measurements, String prefix, List<SoftwareComponent> components) {
    for (SoftwareComponent component : components) {
      String type = component.type().orElse("component").replace(':', '_').replace('#', '_');
      String name = type;
      for (int count = 2; measurements.containsKey(prefix + name); count++) {
        name = type + "#" + count;
      }
      measurements.put(prefix + name, component.value().hex());
      measurements.put(prefix + "signer:" + name, component.signer().hex());
    }
  }

  static JsonArray claim(List<SoftwareComponent> components) {
    var all = new ArrayList<JsonValue>();
    for (SoftwareComponent component : components) {
      var one = new Claims();
      component.type().ifPresent(type -> one.put("type", type));
      one.put("value", component.value());
      component.version().ifPresent(version -> one.put("version", version));
      one.put("signer", component.signer());
      component.digestName().ifPresent(digest -> one.put("digest", digest));
      all.add(one.toJson());
    }
    return new JsonArray(all);
  }
}
