package dev.postern.policy.cli;

import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import dev.postern.json.JsonWriter;
import dev.postern.policy.PolicyFiles;
import dev.postern.policy.cli.PolicyTests.Result;
import dev.postern.policy.cli.PolicyTests.Suite;
import dev.postern.policy.source.Issues;
import dev.postern.policy.source.SourceFile;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/** {@code postern policy test}: runs the cases of PolicyTest documents. */
public final class Test {
  private Test() {}

  /** How the result is written. */
  public enum Format {
    HUMAN,
    JSON,
    JUNIT
  }

  /** How coverage is written. */
  public enum CoverageFormat {
    HUMAN,
    JSON,
    LCOV
  }

  /**
   * The arguments.
   *
   * @param paths files and folders with tests, and with policies for tests that name none
   * @param only runs the cases whose name contains it
   * @param coverage counts how often each condition was met and not met
   * @param threshold least percentage of conditions seen both ways, or exit status 1
   * @param mutate changes each rule and condition in turn and lists what no case notices
   */
  public record Args(
      List<Path> paths,
      Format format,
      Optional<String> only,
      Optional<CoverageFormat> coverage,
      Optional<Integer> threshold,
      boolean mutate) {
    public Args {
      paths = paths.isEmpty() ? List.of(Path.of(".")) : List.copyOf(paths);
    }
  }

  /** Runs and reports on {@code out}. Returns the exit status. */
  public static int run(Args args, PrintStream out, PrintStream err) {
    for (Path path : args.paths()) {
      if (!Files.exists(path)) {
        err.println(path + ": no such file or folder");
        return ExitStatus.USAGE;
      }
    }
    var issues = new Issues();
    List<SourceFile> files = PolicyFiles.read(args.paths(), issues);
    var tests = new PolicyTests(issues, err);
    List<Suite> suites = tests.suites(files, args.paths());
    if (issues.hasErrors() || tests.policiesBroken()) {
      issues.sorted().forEach(issue -> err.println(issue.render() + System.lineSeparator()));
      return ExitStatus.INVALID;
    }
    var results = new ArrayList<Result>();
    for (Suite suite : suites) {
      for (PolicyTestReader.Case one : suite.cases()) {
        if (args.only().isEmpty() || one.name().contains(args.only().get())) {
          results.add(PolicyTests.run(suite, one));
        }
      }
    }
    if (results.isEmpty()) {
      err.println("no test cases in " + args.paths());
      return ExitStatus.USAGE;
    }
    switch (args.format()) {
      case HUMAN -> human(results, out);
      case JSON -> out.println(JsonWriter.write(json(results)));
      case JUNIT -> out.print(JUnitXml.of(results));
    }
    boolean found = results.stream().anyMatch(Result::failed);
    if (args.coverage().isPresent() || args.threshold().isPresent()) {
      Coverage coverage = Coverage.of(suites);
      args.coverage().ifPresent(format -> out.print(coverage.print(format)));
      if (args.threshold().isPresent() && coverage.percent() < args.threshold().get()) {
        err.println(
            "coverage %d%% is below %d%%".formatted(coverage.percent(), args.threshold().get()));
        found = true;
      }
    }
    if (args.mutate()) {
      List<String> unnoticed = Mutation.unnoticed(suites);
      unnoticed.forEach(line -> out.println("no test notices: " + line));
      found |= !unnoticed.isEmpty();
    }
    return found ? ExitStatus.FOUND : ExitStatus.OK;
  }

  private static void human(List<Result> results, PrintStream out) {
    for (Result result : results) {
      if (result.failed()) {
        out.println(
            "FAIL  %s  %s".formatted(result.test().name(), result.test().place().shortForm()));
        result.differences().forEach(difference -> out.println("  " + difference));
        out.println(result.explanation().render().indent(2));
      } else if (result.skipped()) {
        out.println(
            "SKIP  %s: %s".formatted(result.test().name(), result.test().skip().orElse("")));
      }
    }
    long failed = results.stream().filter(Result::failed).count();
    long skipped = results.stream().filter(Result::skipped).count();
    out.println(
        "%d passed, %d failed, %d skipped"
            .formatted(results.size() - failed - skipped, failed, skipped));
  }

  private static JsonObject json(List<Result> results) {
    var cases = new ArrayList<JsonValue>();
    for (Result result : results) {
      var members = new LinkedHashMap<String, JsonValue>();
      members.put("name", new JsonString(result.test().name()));
      members.put("file", new JsonString(result.test().place().path()));
      members.put("line", JsonNumber.of(result.test().place().line()));
      members.put("result", new JsonString(word(result)));
      if (result.failed()) {
        members.put("differences", JsonArray.ofStrings(result.differences()));
        members.put("explain", result.explanation().toJson());
      }
      cases.add(new JsonObject(members));
    }
    var members = new LinkedHashMap<String, JsonValue>();
    members.put("schema", new JsonString("postern/test/v1"));
    members.put("failed", JsonNumber.of(results.stream().filter(Result::failed).count()));
    members.put("cases", new JsonArray(cases));
    return new JsonObject(members);
  }

  private static String word(Result result) {
    return result.skipped() ? "skipped" : result.failed() ? "failed" : "passed";
  }
}
