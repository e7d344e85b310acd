package dev.postern.policy.cli;

import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import dev.postern.json.JsonWriter;
import dev.postern.policy.AttestationFacts;
import dev.postern.policy.Condition;
import dev.postern.policy.PolicyRequest;
import dev.postern.policy.PolicySet;
import dev.postern.policy.Rule;
import dev.postern.policy.Scope;
import dev.postern.policy.ScopePattern;
import dev.postern.policy.Subject;
import dev.postern.policy.Target;
import dev.postern.policy.Tool;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * {@code postern policy who-can} and {@code what-can}: the inverse questions.
 *
 * <p>The answer is exact and finite: every permit that speaks of the target and scope (or of the
 * subject), with what it asks besides, and every forbid that may still deny it.
 */
public final class WhoCan {
  private static final String PLAIN_SCOPE = "dlv/observe";

  private WhoCan() {}

  /** One rule of an answer: whom or what it speaks of, and what it asks besides. */
  private record Line(Rule rule, List<String> about, List<String> conditions) {}

  /**
   * The arguments of {@code who-can}.
   *
   * @param scope what someone would do
   * @param labels the target's labels; a label that is left out is one that the target lacks
   */
  public record WhoArgs(
      List<Path> policies,
      String scope,
      String target,
      Map<String, String> labels,
      Target.Via via,
      boolean json) {
    public WhoArgs {
      policies = policies.isEmpty() ? List.of(Path.of(".")) : List.copyOf(policies);
      labels = Map.copyOf(labels);
    }
  }

  /** Who may do something to a target. Returns the exit status: 1 if nobody may. */
  public static int who(WhoArgs args, PrintStream out, PrintStream err) {
    Optional<Scope> scope = Scope.parse(args.scope());
    if (scope.isEmpty()) {
      err.println("`" + args.scope() + "` is not a scope");
      return ExitStatus.USAGE;
    }
    LoadedPolicies.Outcome loaded = LoadedPolicies.load(args.policies(), err);
    if (loaded.set().isEmpty()) {
      return loaded.status();
    }
    var target = new Target(args.target(), true, args.labels(), args.via());
    PolicyRequest probe =
        probe(
            new Subject.Named("", ""),
            Set.of(),
            "",
            target,
            scope.get().text(),
            Tool.ofFamily(scope.get().family()).word());
    List<Line> lines =
        lines(
            loaded.set().get(),
            probe,
            condition ->
                condition.field().startsWith("targets.") || condition.field().equals("tools"),
            condition -> condition.field().startsWith("subjects."),
            true);
    return print(
        "postern/who-can/v1",
        lines,
        args.json(),
        "nobody can %s on %s".formatted(args.scope(), args.target()),
        out);
  }

  /**
   * The arguments of {@code what-can}.
   *
   * @param issuer empty for a self-attested key
   * @param subject the {@code sub}, or the thumbprint of a self-attested key
   * @param groups those that the token states
   */
  public record WhatArgs(
      List<Path> policies,
      Optional<String> issuer,
      String subject,
      Set<String> groups,
      String debuggerId,
      boolean json) {
    public WhatArgs {
      policies = policies.isEmpty() ? List.of(Path.of(".")) : List.copyOf(policies);
      groups = Set.copyOf(groups);
    }
  }

  /** What a subject may do. Returns the exit status: 1 if nothing. */
  public static int what(WhatArgs args, PrintStream out, PrintStream err) {
    LoadedPolicies.Outcome loaded = LoadedPolicies.load(args.policies(), err);
    if (loaded.set().isEmpty()) {
      return loaded.status();
    }
    Subject subject =
        args.issuer().isPresent()
            ? new Subject.Named(args.issuer().get(), args.subject())
            : new Subject.Key(args.subject());
    PolicyRequest probe =
        probe(
            subject,
            args.groups(),
            args.debuggerId(),
            Target.direct("", Map.of()),
            PLAIN_SCOPE,
            "dlv");
    List<Line> lines =
        lines(
            loaded.set().get(),
            probe,
            condition -> condition.field().startsWith("subjects."),
            condition ->
                condition.field().startsWith("targets.") || condition.field().equals("tools"),
            false);
    return print(
        "postern/what-can/v1",
        lines,
        args.json(),
        "%s can do nothing".formatted(subject.text()),
        out);
  }

  /** A request that gives conditions something to look at; what it lacks is not asked about. */
  private static PolicyRequest probe(
      Subject subject,
      Set<String> groups,
      String debuggerId,
      Target target,
      String scope,
      String tool) {
    var attestation =
        new AttestationFacts(
            "eat",
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Map.of(),
            Map.of(),
            false,
            false);
    return new PolicyRequest(
        subject,
        groups,
        debuggerId,
        attestation,
        target,
        tool,
        List.of(scope),
        List.of(scope),
        Instant.EPOCH,
        Instant.EPOCH,
        PolicyRequest.Binding.PROOF,
        Optional.empty(),
        Optional.empty(),
        List.of(),
        0,
        Instant.EPOCH,
        Instant.EPOCH);
  }

  /**
   * The enforced rules that match on what is given.
   *
   * @param given conditions that the question answers
   * @param asked conditions that are the answer
   */
  private static List<Line> lines(
      PolicySet set,
      PolicyRequest probe,
      Predicate<Condition> given,
      Predicate<Condition> asked,
      boolean scopeGiven) {
    var lines = new ArrayList<Line>();
    set.explain(
        probe,
        (rule, covered, facts) -> {
          if (rule.shadow() || (scopeGiven && covered.isEmpty())) {
            return;
          }
          var about = new ArrayList<String>();
          var conditions = new ArrayList<String>();
          if (!scopeGiven) {
            about.add(
                rule.scopes().isEmpty()
                    ? "every scope"
                    : String.join(", ", rule.scopes().stream().map(ScopePattern::text).toList()));
          }
          for (Condition condition : rule.conditions()) {
            if (given.test(condition)) {
              if (!condition.met(facts)) {
                return;
              }
            } else if (asked.test(condition)) {
              about.add(condition.expected());
            } else if (condition.stated()) {
              conditions.add(condition.expected());
            }
          }
          rule.unless().ifPresent(unless -> conditions.add("lifted by " + unless.expected()));
          lines.add(new Line(rule, about, conditions));
        });
    return lines;
  }

  private static int print(
      String schema, List<Line> lines, boolean json, String none, PrintStream out) {
    boolean any = lines.stream().anyMatch(line -> line.rule().isPermit());
    if (json) {
      var members = new LinkedHashMap<String, JsonValue>();
      members.put("schema", new JsonString(schema));
      members.put("permits", array(lines, true));
      members.put("forbids", array(lines, false));
      out.println(JsonWriter.write(new JsonObject(members)));
    } else if (!any) {
      out.println(none);
    } else {
      for (Line line : lines) {
        out.println(
            "%s  %s  %s%s"
                .formatted(
                    line.rule().effect().word(),
                    line.rule().id(),
                    line.about().isEmpty() ? "anyone" : String.join(" and ", line.about()),
                    line.conditions().isEmpty()
                        ? ""
                        : "  if " + String.join("; ", line.conditions())));
      }
    }
    return any ? ExitStatus.OK : ExitStatus.FOUND;
  }

  private static JsonArray array(List<Line> lines, boolean permits) {
    var array = new ArrayList<JsonValue>();
    for (Line line : lines) {
      if (line.rule().isPermit() == permits) {
        var members = new LinkedHashMap<String, JsonValue>();
        members.put("rule", new JsonString(line.rule().id()));
        members.put("where", new JsonString(line.rule().place().shortForm()));
        members.put("about", JsonArray.ofStrings(line.about()));
        members.put("conditions", JsonArray.ofStrings(line.conditions()));
        array.add(new JsonObject(members));
      }
    }
    return new JsonArray(array);
  }
}
