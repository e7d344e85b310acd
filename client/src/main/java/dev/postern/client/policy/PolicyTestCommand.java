package dev.postern.client.policy;

import dev.postern.client.command.CommandFailure;
import dev.postern.client.command.Surroundings;
import dev.postern.policy.cli.Test;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern policy test}. */
@Command(
    name = "test",
    description = "Runs the cases of PolicyTest documents.",
    mixinStandardHelpOptions = true)
public final class PolicyTestCommand implements Callable<Integer> {
  private final Surroundings around;

  @Parameters(
      paramLabel = "PATH",
      arity = "0..*",
      description = "Files and folders. Default: the folder one is in.")
  private List<Path> paths = List.of();

  @Option(names = "--json", description = "The same as --format json.")
  private boolean json;

  @Option(
      names = "--format",
      paramLabel = "F",
      description = "human, json or junit. Default: human.")
  private @Nullable String format;

  @Option(
      names = "--only",
      paramLabel = "NAME",
      description = "Only the cases whose name contains it.")
  private @Nullable String only;

  @Option(
      names = "--coverage",
      arity = "0..1",
      fallbackValue = "human",
      paramLabel = "F",
      description = "How often each condition was met and not: human, json or lcov.")
  private @Nullable String coverage;

  @Option(
      names = "--threshold",
      paramLabel = "N",
      description = "Exit 1 where less than N %% of the conditions were seen both ways.")
  private @Nullable Integer threshold;

  @Option(
      names = "--mutate",
      description = "Drop each rule and condition in turn; list what no case notices.")
  private boolean mutate;

  public PolicyTestCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws CommandFailure {
    if (json && format != null) {
      throw CommandFailure.usage("--json and --format exclude each other");
    }
    Test.Format how =
        switch (json ? "json" : format == null ? "human" : format) {
          case "human" -> Test.Format.HUMAN;
          case "json" -> Test.Format.JSON;
          case "junit" -> Test.Format.JUNIT;
          default ->
              throw CommandFailure.usage("unknown format, expected one of human, json, junit");
        };
    Optional<Test.CoverageFormat> covered =
        switch (coverage == null ? "" : coverage) {
          case "" -> Optional.empty();
          case "human" -> Optional.of(Test.CoverageFormat.HUMAN);
          case "json" -> Optional.of(Test.CoverageFormat.JSON);
          case "lcov" -> Optional.of(Test.CoverageFormat.LCOV);
          default ->
              throw CommandFailure.usage(
                  "unknown coverage format, expected one of human, json, lcov");
        };
    var args =
        new Test.Args(
            paths, how, Optional.ofNullable(only), covered, Optional.ofNullable(threshold), mutate);
    int status = Test.run(args, around.out(), around.err());
    around.out().flush();
    return status;
  }
}
