package dev.postern.policy;

import dev.postern.policy.source.Issue;
import dev.postern.policy.source.Issues;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Warns of rules that make no difference: another covers them, a forbid always wins, or nothing is
 * left of their targets. Rules are compared with those that share a value with them, not with all.
 */
final class CoverLint {
  private static final int MOST_COMPARED = 1_000;
  private static final Value ANY = new Value("", "");

  private record Value(String field, String text) {}

  private final Issues issues;
  private final Map<Value, List<Rule>> byValue = new HashMap<>();

  CoverLint(Issues issues) {
    this.issues = issues;
  }

  void run(Collection<Rule> rules) {
    var shared = new HashMap<Value, Integer>();
    for (Rule rule : rules) {
      choices(rule).values().forEach(vs -> vs.forEach(v -> shared.merge(v, 1, Integer::sum)));
    }
    for (Rule rule : rules) {
      Set<Value> rarest =
          choices(rule).values().stream()
              .min(
                  Comparator.comparingInt(
                      values -> values.stream().mapToInt(v -> shared.getOrDefault(v, 0)).sum()))
              .orElse(Set.of(ANY));
      rarest.forEach(v -> byValue.computeIfAbsent(v, k -> new ArrayList<>(1)).add(rule));
    }
    for (Rule rule : rules) {
      nothingLeft(rule);
      compare(rule);
    }
  }

  /** By field the values that a rule takes there; what covers it takes each of them. */
  private static Map<String, Set<Value>> choices(Rule rule) {
    var choices = new LinkedHashMap<String, Set<Value>>();
    for (Condition condition : rule.conditions()) {
      Set<String> words =
          switch (condition) {
            case SubjectCondition.Issuers is -> is.issuers();
            case SubjectCondition.Users is -> is.users();
            case SubjectCondition.Groups is -> is.groups();
            case SubjectCondition.Debuggers is -> is.debuggers();
            case TargetCondition.Names is -> is.names();
            case TargetCondition.Label is -> is.values();
            default -> Set.of();
          };
      if (!words.isEmpty()) {
        var values = new LinkedHashSet<Value>();
        words.forEach(word -> values.add(new Value(condition.field(), word)));
        choices.put(condition.field(), values);
      }
    }
    return choices;
  }

  private void compare(Rule rule) {
    var others = new LinkedHashSet<Rule>(byValue.getOrDefault(ANY, List.of()));
    for (Set<Value> values : choices(rule).values()) {
      others.addAll(byValue.getOrDefault(values.iterator().next(), List.of()));
    }
    int compared = 0;
    for (Rule other : others) {
      if (other != rule && compared++ < MOST_COMPARED && compare(rule, other)) {
        return;
      }
    }
  }

  private boolean compare(Rule rule, Rule other) {
    if (rule.effect() != other.effect()) {
      return rule.isPermit() && !other.shadow() && alwaysForbidden(rule, other);
    }
    if (rule.shadow() != other.shadow()
        || !covers(other, rule)
        || (covers(rule, other) && rule.id().compareTo(other.id()) < 0)) {
      return false;
    }
    boolean tightens =
        rule.isPermit()
            && (!rule.limits().words().isEmpty() || !rule.obligations().equals(Obligations.NONE));
    String message =
        tightens
            ? "permit `%s` permits nothing that `%s` does not: it only tightens that one"
            : rule.effect().word() + " `%s` makes no difference: `%s` covers all of it";
    issues.add(
        Issue.warning("P202", rule.place(), message.formatted(rule.id(), other.id()))
            .relatedTo("covered by", other.place()));
    return true;
  }

  private static boolean covers(Rule wide, Rule narrow) {
    return coversScopes(wide, narrow)
        && wide.conditions().stream().allMatch(c -> Implication.holds(narrow.conditions(), c))
        && (wide.approvalsThatLift().isEmpty()
            || (narrow.approvalsThatLift().isPresent()
                && Implication.holds(
                    wide.approvalsThatLift().get(), narrow.approvalsThatLift().get())));
  }

  private static boolean coversScopes(Rule wide, Rule narrow) {
    if (!wide.isPermit() && wide.scopes().isEmpty()) {
      return true;
    }
    return !narrow.scopes().isEmpty()
        && narrow.scopes().stream()
            .allMatch(scope -> wide.scopes().stream().anyMatch(w -> covers(w, scope, wide)));
  }

  private static boolean covers(ScopePattern wide, ScopePattern narrow, Rule of) {
    if (wide.text().equals(narrow.text())) {
      return true;
    }
    return !narrow.hasStar()
        && Scope.parse(narrow.text())
            .filter(scope -> of.isPermit() ? wide.permits(scope) : wide.forbids(scope))
            .isPresent();
  }

  private boolean alwaysForbidden(Rule permit, Rule forbid) {
    if (forbid.approvalsThatLift().isPresent()
        || !forbid.conditions().stream().allMatch(c -> Implication.holds(permit.conditions(), c))) {
      return false;
    }
    List<ScopePattern> lost =
        permit.scopes().stream()
            .filter(
                scope ->
                    forbid.scopes().isEmpty()
                        || forbid.scopes().stream().anyMatch(wide -> covers(wide, scope, forbid)))
            .toList();
    if (lost.isEmpty()) {
      return false;
    }
    String what =
        lost.size() == permit.scopes().size()
            ? "permit `%s` permits nothing".formatted(permit.id())
            : "permit `%s` never permits %s"
                .formatted(
                    permit.id(), String.join(", ", lost.stream().map(s -> "`" + s + "`").toList()));
    issues.add(
        Issue.warning(
                "P201", permit.scopesPlace(), what + ": `" + forbid.id() + "` always forbids it")
            .relatedTo("forbidden by", forbid.place()));
    return lost.size() == permit.scopes().size();
  }

  private void nothingLeft(Rule rule) {
    for (Condition condition : rule.conditions()) {
      if (condition instanceof TargetCondition.Except except
          && except.excepted().stream()
              .allMatch(out -> Implication.holds(rule.conditions(), out))) {
        issues.warning(
            "P201",
            except.place(),
            "no request can match `%s`: `except` leaves out every target it names"
                .formatted(rule.id()));
      }
    }
  }
}
