package dev.postern.policy.cli;

import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonBool;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import dev.postern.json.JsonWriter;
import dev.postern.policy.Decision;
import dev.postern.policy.PolicyRequest;
import dev.postern.policy.PolicySet;
import dev.postern.policy.record.RecordedDecision;
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
import java.util.LinkedHashMap;
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
    return loaded.set().isEmpty() ? loaded.status() : run(loaded.set().get(), args, out, err);
  }

  /** Explains by policies that were loaded before. */
  public static int run(PolicySet set, Args args, PrintStream out, PrintStream err) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(args.request());
    } catch (IOException e) {
      err.println(args.request() + ": cannot be read");
      return ExitStatus.USAGE;
    }
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
    return report(set, request.get(), Optional.empty(), args.json(), args.exitDecision(), out);
  }

  /** Policies, or the exit status of a command that has none. */
  public record Policies(Optional<PolicySet> set, int status) {}

  /** Loads policies for another command; what is wrong is written to {@code err}. */
  public static Policies load(List<Path> paths, PrintStream err) {
    LoadedPolicies.Outcome loaded = LoadedPolicies.load(paths, err);
    return new Policies(loaded.set(), loaded.status());
  }

  /**
   * A decision on record.
   *
   * @param policies digest of the policies that made it
   */
  public record Recorded(String id, String time, RecordedDecision decision, String policies) {
    private String words() {
      String word = decision.permitted() ? "ALLOW" : "DENY " + decision.reason();
      return decision.rules().isEmpty()
          ? word
          : word + " by " + String.join(", ", decision.rules());
    }
  }

  /**
   * Explains a request that another command has put together: from a verified token, or from the
   * record.
   *
   * @param recorded what was decided then
   * @return the exit status: 1 where the policies of the record do not decide as recorded
   */
  public static int report(
      PolicySet set,
      PolicyRequest request,
      Optional<Recorded> recorded,
      boolean json,
      boolean exitDecision,
      PrintStream out) {
    Explanation explanation = Explanation.of(set, request);
    boolean samePolicies = recorded.filter(r -> r.policies().equals(set.digest())).isPresent();
    boolean same =
        recorded
            .filter(r -> r.decision().equals(RecordedDecision.of(explanation.decision())))
            .isPresent();
    if (json) {
      JsonObject tree = explanation.toJson();
      out.println(
          JsonWriter.write(
              recorded.map(r -> tree.with("recorded", json(r, samePolicies, same))).orElse(tree)));
    } else {
      out.print(explanation.render());
      recorded.ifPresent(
          r -> {
            out.println(
                "recorded: %s   decision %s at %s, by %s"
                    .formatted(
                        r.words(),
                        r.id(),
                        r.time(),
                        samePolicies
                            ? "these policies"
                            : "other policies (sha256:%.12s)".formatted(r.policies())));
            out.println(same ? "decided the same now" : "decided otherwise now");
          });
    }
    if (recorded.isPresent() && samePolicies && !same) {
      return ExitStatus.FOUND;
    }
    boolean denied = explanation.decision() instanceof Decision.Deny;
    return exitDecision && denied ? ExitStatus.DENIED : ExitStatus.OK;
  }

  private static JsonObject json(Recorded recorded, boolean samePolicies, boolean same) {
    var members = new LinkedHashMap<String, JsonValue>();
    members.put("id", new JsonString(recorded.id()));
    members.put("time", new JsonString(recorded.time()));
    members.put("decision", recorded.decision().toJson());
    members.put("policies", new JsonString("sha256:" + recorded.policies()));
    members.put("samePolicies", JsonBool.of(samePolicies));
    members.put("same", JsonBool.of(same));
    return new JsonObject(members);
  }
}
