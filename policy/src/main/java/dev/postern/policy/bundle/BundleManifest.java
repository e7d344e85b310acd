package dev.postern.policy.bundle;

import dev.postern.json.JsonException;
import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import dev.postern.json.JsonWriter;
import dev.postern.policy.bundle.BundleRefused.Why;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a bundle says of itself: the signed part.
 *
 * @param revision counts up; a gateway takes none that is not above the one in force
 * @param created when it was built
 * @param notAfter first instant at which it counts no longer
 * @param gateways ids of the gateways it is for; {@link #ANY_GATEWAY} is all
 * @param files every file, sorted by path
 */
public record BundleManifest(
    long revision, Instant created, Instant notAfter, Set<String> gateways, List<Entry> files) {
  /** Stands for every gateway. */
  public static final String ANY_GATEWAY = "*";

  private static final String SCHEMA = "postern/policy-bundle/v1";
  private static final Set<String> MEMBERS =
      Set.of("schema", "revision", "created", "notAfter", "gateways", "files");

  /** One file. */
  public record Entry(String path, String sha256) {}

  public BundleManifest {
    gateways = java.util.Collections.unmodifiableSet(new TreeSet<>(gateways));
    files = List.copyOf(files);
  }

  /** The bytes that are signed: one JSON object, the same for the same bundle. */
  public byte[] toBytes() {
    var json = new LinkedHashMap<String, JsonValue>();
    json.put("schema", new JsonString(SCHEMA));
    json.put("revision", JsonNumber.of(revision));
    json.put("created", new JsonString(created.toString()));
    json.put("notAfter", new JsonString(notAfter.toString()));
    json.put("gateways", JsonArray.ofStrings(gateways));
    var entries = new ArrayList<JsonValue>();
    for (Entry file : files) {
      var entry = new LinkedHashMap<String, JsonValue>();
      entry.put("path", new JsonString(file.path()));
      entry.put("sha256", new JsonString(file.sha256()));
      entries.add(new JsonObject(entry));
    }
    json.put("files", new JsonArray(entries));
    return JsonWriter.writeBytes(new JsonObject(json));
  }

  /** Reads a manifest: every member must be there and of its type, and no other. */
  public static BundleManifest read(byte[] bytes) throws BundleRefused {
    JsonObject json;
    try {
      json = JsonReader.readObject(bytes, JsonLimits.DOCUMENT);
    } catch (JsonException e) {
      throw malformed("is not JSON: " + e.getMessage());
    }
    if (!json.string("schema").equals(Optional.of(SCHEMA))) {
      throw malformed("has no `schema` " + SCHEMA);
    }
    for (String name : json.members().keySet()) {
      if (!MEMBERS.contains(name)) {
        throw malformed("has a member `" + name + "` that is not known");
      }
    }
    long revision =
        json.integer("revision")
            .filter(n -> n > 0)
            .orElseThrow(() -> malformed("has no `revision` above 0"));
    List<String> gateways =
        json.array("gateways")
            .flatMap(JsonArray::strings)
            .filter(list -> !list.isEmpty())
            .orElseThrow(() -> malformed("has no `gateways`"));
    var files = new ArrayList<Entry>();
    for (JsonValue value :
        json.array("files").orElseThrow(() -> malformed("has no `files`")).elements()) {
      if (!(value instanceof JsonObject entry)
          || entry.string("path").isEmpty()
          || !entry.string("sha256").orElse("").matches("[0-9a-f]{64}")
          || entry.members().size() != 2) {
        throw malformed("has an entry of `files` that is not `path` and `sha256`");
      }
      files.add(new Entry(entry.string("path").get(), entry.string("sha256").get()));
    }
    if (files.stream().map(Entry::path).distinct().count() < files.size()) {
      throw new BundleRefused(Why.DUPLICATE, "the manifest lists a path twice");
    }
    return new BundleManifest(
        revision,
        instant(json, "created"),
        instant(json, "notAfter"),
        new TreeSet<>(gateways),
        files);
  }

  private static Instant instant(JsonObject json, String name) throws BundleRefused {
    try {
      return Instant.parse(json.string(name).orElse(""));
    } catch (DateTimeParseException e) {
      throw malformed("has no time `" + name + "`");
    }
  }

  private static BundleRefused malformed(String what) {
    return new BundleRefused(Why.MALFORMED, "the manifest " + what);
  }
}
