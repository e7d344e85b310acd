package dev.postern.client.explain;

import dev.postern.audit.LogQuery;
import dev.postern.audit.LogSearch;
import dev.postern.audit.tlog.VerifierKey;
import dev.postern.client.command.CommandFailure;
import dev.postern.client.command.ExitStatus;
import dev.postern.client.command.Surroundings;
import dev.postern.client.record.ConfiguredLog;
import dev.postern.config.PosternConfig;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.policy.PolicySet;
import dev.postern.policy.cli.Explain;
import dev.postern.policy.record.RecordedDecision;
import dev.postern.policy.record.RecordedRequest;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One decision of an audit log. */
final class AuditedDecision {
  private final String id;
  private final JsonObject entry;
  private final boolean holds;

  private AuditedDecision(String id, JsonObject entry, boolean holds) {
    this.id = id;
    this.entry = entry;
    this.holds = holds;
  }

  /** Looks it up; a log that does not hold is said, and makes the exit status 6. */
  static AuditedDecision find(
      String id,
      Optional<Path> log,
      Optional<String> key,
      Optional<PosternConfig> config,
      Surroundings around)
      throws CommandFailure {
    Path folder =
        log.or(() -> config.map(ConfiguredLog::folder))
            .orElseThrow(
                () -> CommandFailure.usage("--decision: of which log? give --config, or --log"));
    List<JsonObject> found = new ArrayList<>();
    LogSearch.Result result;
    try {
      result =
          LogSearch.search(
              folder,
              verifier(log, key, config),
              LogQuery.ALL.where("decision", id),
              (index, entry, published) -> found.add(entry));
    } catch (IOException e) {
      throw CommandFailure.input(String.valueOf(e.getMessage()));
    }
    result.problem().ifPresent(what -> around.say("the audit log does not hold: " + what));
    JsonObject entry =
        found.stream()
            .filter(one -> one.has("policy_decision"))
            .findFirst()
            .or(() -> found.stream().findFirst())
            .orElseThrow(
                () ->
                    CommandFailure.input(
                        "no decision `%s` among %d entries of `%s`"
                            .formatted(id, result.looked(), folder)));
    return new AuditedDecision(id, entry, result.problem().isEmpty());
  }

  private static Optional<VerifierKey> verifier(
      Optional<Path> log, Optional<String> key, Optional<PosternConfig> config)
      throws CommandFailure {
    if (key.isPresent()) {
      try {
        return Optional.of(VerifierKey.parse(key.get()));
      } catch (IllegalArgumentException e) {
        throw CommandFailure.usage("--key is no verifier key: " + e.getMessage());
      }
    }
    return log.isEmpty() && config.isPresent()
        ? Optional.of(ConfiguredLog.key(config.get()))
        : Optional.empty();
  }

  /** Explains it by a set of policies; the exit status. */
  int report(PolicySet set, boolean json, boolean exitDecision, PrintStream out)
      throws CommandFailure {
    Optional<JsonObject> request = entry.object("policy_request");
    Optional<RecordedDecision> decision =
        entry.object("policy_decision").flatMap(RecordedDecision::read);
    if (request.isEmpty() || decision.isEmpty()) {
      throw CommandFailure.input(
          "decision `%s` was made before policies were asked: %s"
              .formatted(id, entry.string("reason").orElse("it says no reason")));
    }
    try {
      int status =
          Explain.report(
              set,
              RecordedRequest.read(request.get()).request(),
              Optional.of(
                  new Explain.Recorded(
                      id,
                      entry.string("time").orElse("?"),
                      decision.get(),
                      entry.string("policy_set").orElse(""))),
              json,
              exitDecision,
              out);
      return holds ? status : ExitStatus.PROOF;
    } catch (RecordedRequest.TooThin e) {
      throw CommandFailure.input(
          "the record of decision `%s` is too thin to decide again: %s"
              .formatted(id, e.getMessage()));
    }
  }
}
