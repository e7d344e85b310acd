package dev.postern.client.explain;

import dev.postern.client.command.CommandFailure;
import dev.postern.client.command.ConfigurationFile;
import dev.postern.client.command.Surroundings;
import dev.postern.client.policy.ConfiguredPolicies;
import dev.postern.config.ConfigLoader;
import dev.postern.config.PosternConfig;
import dev.postern.policy.PolicySet;
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
    description = "Decides one request offline and says why: a file, an audited decision, a token.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class PolicyExplainCommand implements Callable<Integer> {
  private final Surroundings around;

  @Parameters(
      paramLabel = "REQUEST",
      arity = "0..1",
      description = "A file with the request, in the form that PolicyTest documents use.")
  private @Nullable Path request;

  @Option(
      names = "--decision",
      paramLabel = "ID",
      description = "Instead: this decision of the audit log, and whether it is decided the same.")
  private @Nullable String decision;

  @Option(
      names = "--token",
      paramLabel = "FILE",
      description = "Instead: the debug token in this file (- is standard input), verified first.")
  private @Nullable String token;

  @Option(
      names = "--policies",
      paramLabel = "PATH",
      description = "Files and folders of policies. Default: those of --config, or this folder.")
  private List<Path> policies = List.of();

  @Option(
      names = "--config",
      paramLabel = "C",
      description = "postern.yaml: whom to trust, the targets, the policies, where the log is.")
  private @Nullable Path config;

  @Option(
      names = "--log",
      paramLabel = "DIR",
      description = "With --decision: the log's folder, or a copy. Default: that of --config.")
  private @Nullable Path log;

  @Option(
      names = "--key",
      paramLabel = "VKEY",
      description = "With --log: its verifier key, as `postern audit key` prints it.")
  private @Nullable String key;

  @Option(names = "--target", paramLabel = "T", description = "With --token: what it would debug.")
  private @Nullable String target;

  @Option(names = "--tool", paramLabel = "TOOL", description = "With --token. Default: dlv.")
  private String tool = "dlv";

  @Option(
      names = "--scope",
      paramLabel = "S",
      description = "With --token: a scope it asks for. Default: those of the token.")
  private List<String> scopes = List.of();

  @Option(names = "--reason", paramLabel = "TEXT", description = "With --token: the one it gives.")
  private @Nullable String reason;

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
  public Integer call() throws CommandFailure, InterruptedException {
    int status = explain();
    around.out().flush();
    return status;
  }

  private int explain() throws CommandFailure, InterruptedException {
    int asked = (request == null ? 0 : 1) + (decision == null ? 0 : 1) + (token == null ? 0 : 1);
    if (asked != 1) {
      throw CommandFailure.usage("explain what? one of REQUEST, --decision ID, --token FILE");
    }
    Optional<PosternConfig> loaded =
        config == null
            ? Optional.empty()
            : Optional.of(ConfigurationFile.usable(ConfigLoader.load(config)));
    if (token != null && (loaded.isEmpty() || target == null)) {
      throw CommandFailure.usage(
          "--token needs --config, which says whom to trust, and --target, what it would debug");
    }
    Explain.Policies found = policies(loaded);
    if (found.set().isEmpty()) {
      return found.status();
    }
    PolicySet set = found.set().get();
    if (decision != null) {
      var audited =
          AuditedDecision.find(
              decision, Optional.ofNullable(log), Optional.ofNullable(key), loaded, around);
      return audited.report(set, json, exitDecision, around.out());
    }
    if (token != null && loaded.isPresent() && target != null) {
      var asking =
          new PresentedToken.Asking(target, tool, scopes, Optional.ofNullable(reason), now());
      return new PresentedToken(around, json, exitDecision)
          .explain(token, loaded.get(), set, asking);
    }
    Path file = request == null ? Path.of("") : request;
    var args = new Explain.Args(policies, file, Optional.of(now()), json, exitDecision);
    return Explain.run(set, args, around.out(), around.err());
  }

  private Explain.Policies policies(Optional<PosternConfig> loaded) throws CommandFailure {
    if (policies.isEmpty() && loaded.isPresent()) {
      return new Explain.Policies(Optional.of(ConfiguredPolicies.load(loaded.get(), now())), 0);
    }
    return Explain.load(policies.isEmpty() ? List.of(Path.of(".")) : policies, around.err());
  }

  private Instant now() throws CommandFailure {
    try {
      return now == null ? around.clock().instant() : Instant.parse(now);
    } catch (DateTimeParseException e) {
      throw CommandFailure.usage("--now: expected a time such as 2026-11-23T14:00:00Z");
    }
  }
}
