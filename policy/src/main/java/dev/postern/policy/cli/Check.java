package dev.postern.policy.cli;

import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import dev.postern.json.JsonWriter;
import dev.postern.policy.LoadResult;
import dev.postern.policy.PolicyFiles;
import dev.postern.policy.PolicyLoader;
import dev.postern.policy.PolicySet;
import dev.postern.policy.StaleReferences;
import dev.postern.policy.source.Issue;
import dev.postern.policy.source.Issues;
import dev.postern.policy.source.SourceFile;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/** {@code postern policy check}: everything wrong with policy files, at once. */
public final class Check {
  private Check() {}

  /** How the result is written. */
  public enum Format {
    HUMAN,
    PLAIN,
    JSON,
    SARIF,
    GITHUB
  }

  /**
   * The arguments.
   *
   * @param paths files and folders; empty stands for the folder one is in
   * @param denyWarnings whether warnings alone make the exit status 1
   * @param now as of when reference values are looked at
   * @param oldAfter how old reference values may be without a warning
   */
  public record Args(
      List<Path> paths, Format format, boolean denyWarnings, Instant now, Duration oldAfter) {
    public Args {
      paths = paths.isEmpty() ? List.of(Path.of(".")) : List.copyOf(paths);
    }
  }

  /** Checks and reports on {@code out}; wrong use goes to {@code err}. Returns the exit status. */
  public static int run(Args args, PrintStream out, PrintStream err) {
    for (Path path : args.paths()) {
      if (!Files.exists(path)) {
        err.println(path + ": no such file or folder");
        return ExitStatus.USAGE;
      }
    }
    var reading = new Issues();
    List<SourceFile> files = PolicyFiles.read(args.paths(), reading);
    if (files.isEmpty() && !reading.hasErrors()) {
      err.println("no policy files (*.yaml, *.yml) in " + args.paths());
      return ExitStatus.USAGE;
    }
    LoadResult loaded = PolicyLoader.check(files);
    var all = new Issues();
    all.addAll(reading.sorted());
    all.addAll(loaded.issues());
    loaded.set().ifPresent(set -> StaleReferences.warn(set, args.now(), args.oldAfter(), all));
    List<Issue> issues = all.sorted();
    long errors = issues.stream().filter(Issue::isError).count();
    long warnings = issues.size() - errors;
    int rules = loaded.set().map(PolicySet::ruleCount).orElse(0);
    switch (args.format()) {
      case HUMAN -> {
        issues.forEach(issue -> out.println(issue.render() + System.lineSeparator()));
        out.println(summary(files.size(), rules, errors, warnings));
      }
      case PLAIN -> issues.forEach(issue -> out.println(issue.headline()));
      case JSON ->
          out.println(JsonWriter.write(json(issues, files.size(), rules, errors, warnings)));
      case SARIF -> out.println(JsonWriter.write(Sarif.of(issues)));
      case GITHUB -> issues.forEach(issue -> out.println(github(issue)));
    }
    if (errors > 0) {
      return ExitStatus.INVALID;
    }
    return warnings > 0 && args.denyWarnings() ? ExitStatus.FOUND : ExitStatus.OK;
  }

  private static String summary(int files, int rules, long errors, long warnings) {
    String counted =
        "%s, %s".formatted(count(files, "file"), errors > 0 ? "" : count(rules, "rule"));
    counted = counted.endsWith(", ") ? counted.substring(0, counted.length() - 2) : counted;
    if (errors == 0 && warnings == 0) {
      return counted + ": nothing found";
    }
    var found = new ArrayList<String>();
    if (errors > 0) {
      found.add(count(errors, "error"));
    }
    if (warnings > 0) {
      found.add(count(warnings, "warning"));
    }
    return counted + ": " + String.join(", ", found);
  }

  static String count(long number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }

  private static JsonObject json(
      List<Issue> issues, int files, int rules, long errors, long warnings) {
    var members = new LinkedHashMap<String, JsonValue>();
    members.put("schema", new JsonString("postern/check/v1"));
    members.put("files", JsonNumber.of(files));
    members.put("rules", JsonNumber.of(rules));
    members.put("errors", JsonNumber.of(errors));
    members.put("warnings", JsonNumber.of(warnings));
    members.put("issues", new JsonArray(issues.stream().map(i -> (JsonValue) i.toJson()).toList()));
    return new JsonObject(members);
  }

  private static String github(Issue issue) {
    return "::%s file=%s,line=%d,col=%d,endLine=%d,endColumn=%d,title=%s::%s"
        .formatted(
            issue.severity().word(),
            property(issue.place().path()),
            Math.max(1, issue.place().line()),
            Math.max(1, issue.place().column()),
            Math.max(1, issue.place().endLine()),
            Math.max(1, issue.place().endColumn()),
            issue.code(),
            issue.message().replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"));
  }

  private static String property(String text) {
    return text.replace("%", "%25").replace(":", "%3A").replace(",", "%2C");
  }
}
