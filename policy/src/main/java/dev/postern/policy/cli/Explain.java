package dev.postern.policy.cli;

import dev.postern.json.JsonWriter;
import dev.postern.policy.Decision;
import dev.postern.policy.PolicyRequest;
import dev.postern.policy.PolicySet;
import dev.postern.policy.source.Issues;
import dev.postern.policy.source.SourceFile;
import dev.postern.policy.source.YamlMapping;
import dev.postern.policy.source.YamlNode;
import dev.postern.policy.source.YamlReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** {@code postern policy explain}: one request, decided offline, with the reasons. */
public final class Explain {
  private Explain() {}

  /**
   * The arguments.
   *
   * @param policies files and folders
   * @param request a file that holds one request; JSON is YAML too
   * @param now the time to decide at, where the request says none
   * @param exitDecision whether a denial is exit status 4
   */
  public record Args(
      List<Path> policies,
      Path request,
      Optional<Instant> now,
      boolean json,
      boolean exitDecision) {
    public Args {
      policies = policies.isEmpty() ? List.of(Path.of(".")) : List.copyOf(policies);
    }
  }

  /** Explains on {@code out}. Returns the exit status. */
  public static int run(Args args, PrintStream out, PrintStream err) {
    LoadedPolicies.Outcome loaded = LoadedPolicies.load(args.policies(), err);
    if (loaded.set().isEmpty()) {
      return loaded.status();
    }
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(args.request());
    } catch (IOException e) {
      err.println(args.request() + ": cannot be read");
      return ExitStatus.USAGE;
    }
    PolicySet set = loaded.set().get();
    var issues = new Issues();
    Optional<YamlNode> node =
        YamlReader.readOne(SourceFile.copyOf(args.request().toString(), bytes), issues);
    Optional<PolicyRequest> request =
        node.filter(YamlNode.Mapping.class::isInstance)
            .map(n -> (YamlNode) NodeMerge.undotted((YamlNode.Mapping) n))
            .or(() -> node)
            .flatMap(n -> YamlMapping.of(n, issues))
            .flatMap(yaml -> new RequestReader(issues, set).read(yaml, args.now()));
    if (request.isEmpty()) {
      issues.sorted().forEach(issue -> err.println(issue.render() + System.lineSeparator()));
      return ExitStatus.INVALID;
    }
    return report(set, request.get(), args.json(), args.exitDecision(), out);
  }

  /** Explains a request that another command has put together, such as from a verified token. */
  public static int report(
      PolicySet set, PolicyRequest request, boolean json, boolean exitDecision, PrintStream out) {
    Explanation explanation = Explanation.of(set, request);
    if (json) {
      out.println(JsonWriter.write(explanation.toJson()));
    } else {
      out.print(explanation.render());
    }
    boolean denied = explanation.decision() instanceof Decision.Deny;
    return exitDecision && denied ? ExitStatus.DENIED : ExitStatus.OK;
  }
}
