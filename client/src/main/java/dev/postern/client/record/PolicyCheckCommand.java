package dev.postern.client.record;

import dev.postern.client.command.CommandFailure;
import dev.postern.client.command.Surroundings;
import dev.postern.policy.cli.Check;
import dev.postern.policy.source.Quantity;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern policy check}. */
@Command(
    name = "check",
    description = "Reports everything wrong with policy files, at once.",
    mixinStandardHelpOptions = true)
public final class PolicyCheckCommand implements Callable<Integer> {
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
      description = "human, plain, json, sarif or github. Default: human.")
  private @Nullable String format;

  @Option(names = "--deny-warnings", description = "Exit 1 where there are warnings only.")
  private boolean denyWarnings;

  @Option(
      names = "--now",
      paramLabel = "TIME",
      description = "Look at reference values as of this time. Default: now.")
  private @Nullable String now;

  @Option(
      names = "--reference-age",
      paramLabel = "D",
      description = "Warn of reference values older than this, such as 180d. Default: 365d.")
  private String referenceAge = "365d";

  public PolicyCheckCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws CommandFailure {
    if (json && format != null) {
      throw CommandFailure.usage("--json and --format exclude each other");
    }
    String word = json ? "json" : format == null ? "human" : format;
    for (Check.Format known : Check.Format.values()) {
      if (known.name().toLowerCase(Locale.ROOT).equals(word)) {
        int status =
            Check.run(
                new Check.Args(paths, known, denyWarnings, now(), oldAfter()),
                around.out(),
                around.err());
        around.out().flush();
        return status;
      }
    }
    throw CommandFailure.usage(
        "unknown format `" + word + "`, expected one of human, plain, json, sarif, github");
  }

  private Instant now() throws CommandFailure {
    try {
      return now == null ? around.clock().instant() : Instant.parse(now);
    } catch (DateTimeParseException e) {
      throw CommandFailure.usage("--now: expected a time such as 2026-11-23T14:00:00Z");
    }
  }

  private Duration oldAfter() throws CommandFailure {
    return Quantity.duration(referenceAge)
        .orElseThrow(
            () -> CommandFailure.usage("--reference-age: expected a duration such as 180d"));
  }
}
