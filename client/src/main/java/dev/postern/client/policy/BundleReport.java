package dev.postern.client.policy;

import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import dev.postern.json.JsonWriter;
import dev.postern.policy.bundle.BundleManifest;
import dev.postern.policy.bundle.PolicyBundle;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Set;

/** What a bundle holds, for a person or a program. */
final class BundleReport {
  private BundleReport() {}

  static int print(PolicyBundle bundle, String what, boolean json, PrintStream out) {
    return print(bundle, what, Set.of(), json, out);
  }

  /**
   * Prints.
   *
   * @param what became of it
   * @param trusted the keys that vouch for it
   */
  static int print(
      PolicyBundle bundle, String what, Set<String> trusted, boolean json, PrintStream out) {
    if (json) {
      out.println(JsonWriter.write(toJson(bundle, what, trusted)));
      return 0;
    }
    BundleManifest manifest = bundle.manifest();
    out.println("%s: revision %d, sha256:%s".formatted(what, manifest.revision(), bundle.digest()));
    out.println("  created    " + manifest.created());
    out.println("  not after  " + manifest.notAfter());
    out.println("  gateways   " + String.join(", ", manifest.gateways()));
    if (bundle.signatures().isEmpty()) {
      out.println("  signed by  nobody");
    }
    for (String signature : bundle.signatures()) {
      String key = BundleCommand.keyNamed(signature);
      out.println("  signed by  " + key + (trusted.contains(key) ? "  (trusted)" : ""));
    }
    for (BundleManifest.Entry file : manifest.files()) {
      out.println(
          "  %s  %7d  %s"
              .formatted(
                  file.sha256().substring(0, 12), bundle.size(file.path()).orElse(0), file.path()));
    }
    return 0;
  }

  private static JsonObject toJson(PolicyBundle bundle, String what, Set<String> trusted) {
    BundleManifest manifest = bundle.manifest();
    var json = new LinkedHashMap<String, JsonValue>();
    json.put("schema", new JsonString("postern/bundle/v1"));
    json.put("result", new JsonString(what));
    json.put("revision", JsonNumber.of(manifest.revision()));
    json.put("sha256", new JsonString(bundle.digest()));
    json.put("created", new JsonString(manifest.created().toString()));
    json.put("notAfter", new JsonString(manifest.notAfter().toString()));
    json.put("gateways", JsonArray.ofStrings(manifest.gateways()));
    json.put(
        "signedBy",
        JsonArray.ofStrings(bundle.signatures().stream().map(BundleCommand::keyNamed).toList()));
    json.put("trusted", JsonArray.ofStrings(new java.util.TreeSet<>(trusted)));
    var files = new ArrayList<JsonValue>();
    for (BundleManifest.Entry file : manifest.files()) {
      var entry = new LinkedHashMap<String, JsonValue>();
      entry.put("path", new JsonString(file.path()));
      entry.put("sha256", new JsonString(file.sha256()));
      entry.put("bytes", JsonNumber.of(bundle.size(file.path()).orElse(0)));
      files.add(new JsonObject(entry));
    }
    json.put("files", new JsonArray(files));
    return new JsonObject(json);
  }
}
