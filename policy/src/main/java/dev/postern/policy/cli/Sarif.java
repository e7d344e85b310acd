package dev.postern.policy.cli;

import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import dev.postern.policy.source.Issue;
import java.util.LinkedHashMap;
import java.util.List;

/** Issues as a SARIF 2.1.0 log, columns in code points. */
final class Sarif {
  private Sarif() {}

  static JsonObject of(List<Issue> issues) {
    List<JsonValue> rules =
        issues.stream()
            .map(Issue::code)
            .distinct()
            .sorted()
            .map(code -> (JsonValue) object("id", new JsonString(code)))
            .toList();
    JsonObject driver =
        object("name", new JsonString("postern policy check"), "rules", new JsonArray(rules));
    JsonObject run =
        object(
            "tool",
            object("driver", driver),
            "columnKind",
            new JsonString("unicodeCodePoints"),
            "results",
            new JsonArray(issues.stream().map(i -> (JsonValue) result(i)).toList()));
    return object(
        "$schema",
        new JsonString("https://json.schemastore.org/sarif-2.1.0.json"),
        "version",
        new JsonString("2.1.0"),
        "runs",
        new JsonArray(List.of(run)));
  }

  private static JsonObject result(Issue issue) {
    JsonObject physical =
        object(
            "artifactLocation",
            object("uri", new JsonString(issue.place().path().replace('\\', '/'))));
    if (issue.place().line() > 0) {
      physical =
          physical.with(
              "region",
              object(
                  "startLine", JsonNumber.of(issue.place().line()),
                  "startColumn", JsonNumber.of(issue.place().column()),
                  "endLine", JsonNumber.of(issue.place().endLine()),
                  "endColumn", JsonNumber.of(issue.place().endColumn())));
    }
    JsonObject result =
        object(
            "ruleId",
            new JsonString(issue.code()),
            "level",
            new JsonString(issue.severity().word()),
            "message",
            object("text", new JsonString(issue.message())),
            "locations",
            new JsonArray(List.of(object("physicalLocation", physical))));
    if (issue.suggestion().isPresent() && physical.has("region")) {
      JsonObject replacement =
          object(
              "deletedRegion",
              physical.object("region").orElseThrow(),
              "insertedContent",
              object("text", new JsonString(issue.suggestion().get())));
      JsonObject change =
          object(
              "artifactLocation",
              physical.object("artifactLocation").orElseThrow(),
              "replacements",
              new JsonArray(List.of(replacement)));
      result =
          result.with(
              "fixes",
              new JsonArray(
                  List.of(
                      object(
                          "description",
                          object(
                              "text",
                              new JsonString("did you mean " + issue.suggestion().get() + "?")),
                          "artifactChanges",
                          new JsonArray(List.of(change))))));
    }
    return result;
  }

  private static JsonObject object(Object... namesAndValues) {
    var members = new LinkedHashMap<String, JsonValue>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      members.put((String) namesAndValues[i], (JsonValue) namesAndValues[i + 1]);
    }
    return new JsonObject(members);
  }
}
