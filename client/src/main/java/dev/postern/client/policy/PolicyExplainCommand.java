package dev.postern.client.policy;

import dev.postern.client.command.CommandFailure;
import dev.postern.client.command.Surroundings;
import dev.postern.policy.cli.Explain;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern policy explain}. */
@Command(
    name = "explain",
    description = "Decides one request offline and says why.",
    mixinStandardHelpOptions = true)
public final class PolicyExplainCommand implements Callable<Integer> {
  private final Surroundings around;

  @Parameters(
      paramLabel = "REQUEST",
      description = "A file with the request, in the form that PolicyTest documents use.")
  private Path request = Path.of("");

  @Option(
      names = "--policies",
      paramLabel = "PATH",
      description = "Files and folders of policies. Default: the folder one is in.")
  private List<Path> policies = List.of();

  @Option(
      names = "--now",
      paramLabel = "TIME",
      description = "Decide as of this time, such as 2026-11-23T14:00:00Z. Default: now.")
  private @Nullable String now;

  @Option(names = "--json", description = "As JSON.")
  private boolean json;

  @Option(names = "--exit-decision", description = "Exit 4 if the decision is a denial.")
  private boolean exitDecision;

  public PolicyExplainCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws CommandFailure {
    Instant at;
    try {
      at = now == null ? around.clock().instant() : Instant.parse(now);
    } catch (DateTimeParseException e) {
      throw CommandFailure.usage("--now: expected a time such as 2026-11-23T14:00:00Z");
    }
    var args = new Explain.Args(policies, request, Optional.of(at), json, exitDecision);
    int status = Explain.run(args, around.out(), around.err());
    around.out().flush();
    return status;
  }
}
