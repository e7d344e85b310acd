package dev.postern.policy.cli;

import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import dev.postern.policy.Condition;
import dev.postern.policy.Decision;
import dev.postern.policy.Facts;
import dev.postern.policy.PolicyRequest;
import dev.postern.policy.PolicySet;
import dev.postern.policy.Rule;
import dev.postern.policy.Scope;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** A decision and, for each rule, what of it is met and what is not. */
final class Explanation {
  private static final int MAX_RULES_SHOWN = 20;

  /** One condition that is not met. */
  record Miss(String field, String expected, String got, String where) {}

  /**
   * One rule.
   *
   * @param covered how many of the scopes asked for it covers
   * @param unless what would lift a forbid that matches
   */
  record Trace(
      Rule rule,
      int covered,
      int conditions,
      List<Miss> misses,
      Optional<Miss> unless,
      boolean lifted) {
    boolean matches() {
      return misses.isEmpty() && covered > 0;
    }

    int distance() {
      return misses.size();
    }
  }

  private final PolicyRequest request;
  private final Decision decision;
  private final Optional<Decision> shadow;
  private final String digest;
  private final List<Trace> traces;

  private Explanation(
      PolicyRequest request,
      Decision decision,
      Optional<Decision> shadow,
      String digest,
      List<Trace> traces) {
    this.request = request;
    this.decision = decision;
    this.shadow = shadow;
    this.digest = digest;
    this.traces = traces;
  }

  /** Decides and listens. */
  static Explanation of(PolicySet set, PolicyRequest request) {
    var traces = new ArrayList<Trace>();
    Decision decision =
        set.explain(request, (rule, covered, facts) -> traces.add(trace(rule, covered, facts)));
    traces.sort(
        Comparator.comparing((Trace trace) -> trace.rule().isPermit())
            .thenComparingInt(Trace::distance)
            .thenComparing(trace -> trace.rule().id()));
    return new Explanation(request, decision, set.shadow(request), set.digest(), traces);
  }

  private static Trace trace(Rule rule, List<Scope> covered, Facts facts) {
    var misses = new ArrayList<Miss>();
    if (covered.isEmpty()) {
      misses.add(
          new Miss(
              "scopes",
              "scope in " + rule.scopes(),
              scopes(facts.request()),
              rule.scopesPlace().shortForm()));
    }
    for (Condition condition : rule.conditions()) {
      if (!condition.met(facts)) {
        misses.add(miss(condition, facts));
      }
    }
    Optional<Condition> unless = rule.unless();
    return new Trace(
        rule,
        covered.size(),
        rule.conditions().size() + 1,
        List.copyOf(misses),
        unless.map(condition -> miss(condition, facts)),
        unless.map(condition -> condition.met(facts)).orElse(false));
  }

  private static Miss miss(Condition condition, Facts facts) {
    return new Miss(
        condition.field(),
        condition.expected(),
        condition.got(facts),
        condition.place().shortForm());
  }

  private static String scopes(PolicyRequest request) {
    return String.join(", ", request.asked().isEmpty() ? request.tokenScopes() : request.asked());
  }

  Decision decision() {
    return decision;
  }

  /** The nearest permit that does not match: fewest conditions failed, then its id. */
  Optional<Trace> nearest() {
    return traces.stream()
        .filter(trace -> trace.rule().isPermit() && !trace.matches() && !trace.rule().shadow())
        .findFirst();
  }

  /** Answer first, then each rule, then the nearest way to a permit. */
  String render() {
    var out = new StringBuilder();
    switch (decision) {
      case Decision.Permit permit -> {
        out.append("ALLOW  by ").append(String.join(", ", permit.rules()));
        out.append("   policies sha256:").append(digest, 0, 12).append('\n');
      }
      case Decision.Deny deny -> {
        out.append("DENY  ").append(deny.reason());
        out.append("   policies sha256:").append(digest, 0, 12).append('\n');
      }
    }
    out.append(
        "%s (%s)  ->  %s  on  %s %s  at %s%n"
            .formatted(
                request.subject().text(),
                request.debuggerId(),
                scopes(request),
                request.target().name(),
                new TreeMap<>(request.target().labels()),
                request.now()));
    int shown = 0;
    for (Trace trace : traces) {
      if (!trace.rule().isPermit() && !trace.matches()) {
        continue;
      }
      if (shown++ == MAX_RULES_SHOWN) {
        out.append("  … and further permits that do not match\n");
        break;
      }
      append(trace, out);
    }
    if (decision instanceof Decision.Permit permit) {
      append(permit, out);
    } else if (decision instanceof Decision.Deny deny) {
      out.append("why: ").append(deny.detail()).append('\n');
      nearest()
          .filter(trace -> traces.stream().noneMatch(t -> t.rule().isPermit() && t.matches()))
          .ifPresent(
              trace ->
                  out.append("nearest: ")
                      .append(trace.rule().id())
                      .append(", which lacks ")
                      .append(
                          String.join("; ", trace.misses().stream().map(Miss::expected).toList()))
                      .append('\n'));
    }
    shadow.ifPresent(
        other ->
            out.append("with shadow policies enforced: ")
                .append(
                    switch (other) {
                      case Decision.Permit permit -> "ALLOW by " + permit.rules();
                      case Decision.Deny deny -> "DENY " + deny.reason() + " " + deny.rules();
                    })
                .append('\n'));
    return out.toString();
  }

  private static void append(Trace trace, StringBuilder out) {
    String rule =
        "  %s  %s%s  "
            .formatted(
                trace.rule().effect().word(),
                trace.rule().id(),
                trace.rule().shadow() ? " (shadow)" : "");
    out.append(rule);
    if (trace.matches()) {
      if (trace.unless().isEmpty()) {
        out.append("matches all ").append(trace.conditions()).append(" conditions\n");
        return;
      }
      Miss unless = trace.unless().get();
      out.append(
          "matches, and its unless is %s: %s, got %s   %s%n"
              .formatted(
                  trace.lifted() ? "met" : "not met",
                  unless.expected(),
                  unless.got(),
                  unless.where()));
      return;
    }
    String margin = "";
    for (Miss miss : trace.misses()) {
      out.append(
          "%sno: %s: expected %s, got %s   %s%n"
              .formatted(margin, miss.field(), miss.expected(), miss.got(), miss.where()));
      margin = " ".repeat(rule.length());
    }
  }

  private static void append(Decision.Permit permit, StringBuilder out) {
    out.append("grants ")
        .append(String.join(", ", permit.scopes().stream().map(Scope::text).toList()))
        .append('\n');
    permit
        .limits()
        .words()
        .forEach(
            (name, value) ->
                out.append(
                    "  %s %s   from %s%n"
                        .formatted(
                            name, value, permit.limits().origins().getOrDefault(name, "?"))));
    permit.notAfter().ifPresent(end -> out.append("  until ").append(end).append('\n'));
  }

  /** The same tree for programs. */
  JsonObject toJson() {
    var members = new LinkedHashMap<String, JsonValue>();
    members.put("schema", new JsonString("postern/explain/v1"));
    switch (decision) {
      case Decision.Permit permit -> {
        members.put("decision", new JsonString("allow"));
        members.put(
            "scopes", JsonArray.ofStrings(permit.scopes().stream().map(Scope::text).toList()));
        var limits = new LinkedHashMap<String, JsonValue>();
        permit
            .limits()
            .words()
            .forEach(
                (name, value) ->
                    limits.put(
                        name,
                        object(
                            "value",
                            value,
                            "from",
                            permit.limits().origins().getOrDefault(name, ""))));
        members.put("limits", new JsonObject(limits));
        permit.notAfter().ifPresent(end -> members.put("notAfter", new JsonString(end.toString())));
      }
      case Decision.Deny deny -> {
        members.put("decision", new JsonString("deny"));
        members.put("reason", new JsonString(deny.reason().name()));
        members.put("detail", new JsonString(deny.detail()));
      }
    }
    members.put("rules", JsonArray.ofStrings(decision.rules()));
    members.put("policies", new JsonString("sha256:" + digest));
    members.put("trace", new JsonArray(traces.stream().map(t -> (JsonValue) json(t)).toList()));
    nearest().ifPresent(trace -> members.put("nearest", new JsonString(trace.rule().id())));
    return new JsonObject(members);
  }

  private static JsonObject json(Trace trace) {
    var members = new LinkedHashMap<String, JsonValue>();
    members.put("rule", new JsonString(trace.rule().id()));
    members.put("effect", new JsonString(trace.rule().effect().word()));
    members.put("matches", trace.matches() ? JsonValue.JsonBool.TRUE : JsonValue.JsonBool.FALSE);
    members.put("conditions", JsonNumber.of(trace.conditions()));
    members.put(
        "failed",
        new JsonArray(
            trace.misses().stream()
                .map(
                    m ->
                        (JsonValue)
                            object(
                                "field",
                                m.field(),
                                "expected",
                                m.expected(),
                                "got",
                                m.got(),
                                "where",
                                m.where()))
                .toList()));
    return new JsonObject(members);
  }

  private static JsonObject object(String... namesAndValues) {
    var members = new LinkedHashMap<String, JsonValue>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      members.put(namesAndValues[i], new JsonString(namesAndValues[i + 1]));
    }
    return new JsonObject(members);
  }
}
