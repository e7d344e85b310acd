package dev.postern.client.policy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.client.command.CommandFailure;
import dev.postern.client.command.Surroundings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a report goes and in which form; the same options for every policy command. */
final class ReportOptions {
  @Option(names = "--json", description = "The same as --format json.")
  private boolean json;

  @Option(names = "--format", paramLabel = "F", description = "human or json. Default: human.")
  private @Nullable String format;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "Write the report there. Default: standard output.")
  private @Nullable Path output;

  @Option(
      names = "--now",
      paramLabel = "TIME",
      description = "As of this time, such as 2026-11-23T14:00:00Z. Default: now.")
  private @Nullable String now;

  /** What writes a report and has an exit status. */
  @FunctionalInterface
  interface Report {
    int write(PrintStream out) throws CommandFailure;
  }

  /** Whether the report is JSON. */
  boolean json() throws CommandFailure {
    if (json && format != null) {
      throw CommandFailure.usage("--json and --format exclude each other");
    }
    return switch (format == null ? "human" : format) {
      case "human" -> json;
      case "json" -> true;
      default ->
          throw CommandFailure.usage(
              "unknown format `" + format + "`, expected one of human, json");
    };
  }

  Instant now(Surroundings around) throws CommandFailure {
    return now == null ? around.clock().instant() : time(now, "--now");
  }

  static Instant time(String text, String option) throws CommandFailure {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw CommandFailure.usage(
          option + ": expected a time such as 2026-11-23T14:00:00Z, got `" + text + "`");
    }
  }

  /** Writes the report, to the file whole or not at all. */
  int write(Surroundings around, Report report) throws CommandFailure {
    if (output == null) {
      int status = report.write(around.out());
      around.out().flush();
      return status;
    }
    var text = new ByteArrayOutputStream();
    int status = report.write(new PrintStream(text, true, UTF_8));
    try {
      Files.write(output, text.toByteArray());
    } catch (IOException e) {
      throw CommandFailure.unreachable("cannot write `" + output + "`: " + e.getMessage());
    }
    return status;
  }
}
