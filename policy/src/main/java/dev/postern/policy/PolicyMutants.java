package dev.postern.policy;

import dev.postern.policy.source.Place;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Policy sets that differ from a given one in one place: what a good test suite tells apart. */
public final class PolicyMutants {
  private final CompiledPolicies policies;
  private final Visitor visitor;

  private PolicyMutants(CompiledPolicies policies, Visitor visitor) {
    this.policies = policies;
    this.visitor = visitor;
  }

  /** Takes one changed set. */
  @FunctionalInterface
  public interface Visitor {
    /**
     * One changed set.
     *
     * @param change what was done, for a person
     */
    void visit(String change, Place place, PolicySet mutant);
  }

  /**
   * Visits each set with one enforced rule, condition, part of a condition, scope or {@code unless}
   * dropped, or one limit or age doubled, or one cap dropped or doubled.
   */
  public static void of(PolicySet set, Visitor visitor) {
    if (!(set instanceof CompiledPolicies policies)) {
      throw new IllegalArgumentException("not made by PolicyLoader");
    }
    var mutants = new PolicyMutants(policies, visitor);
    for (Rule rule : policies.rules()) {
      if (!rule.shadow()) {
        mutants.rule(rule);
      }
    }
    mutants.caps();
  }

  private void rule(Rule rule) {
    visitor.visit(
        "%s %s dropped".formatted(rule.effect().word(), rule.id()),
        rule.place(),
        policies.without(rule, Optional.empty()));
    for (Condition condition : rule.conditions()) {
      if (condition.stated()) {
        replace(rule, condition, "dropped", Optional.empty());
        for (ConditionMutants.Change change : ConditionMutants.of(condition)) {
          replace(rule, condition, change.what(), Optional.of(change.changed()));
        }
      }
    }
    for (ScopePattern scope : rule.scopes()) {
      if (rule.scopes().size() > 1) {
        var fewer = new ArrayList<>(rule.scopes());
        fewer.remove(scope);
        visit(
            "scope %s of %s dropped".formatted(scope, rule.id()),
            rule.scopesPlace(),
            rule,
            rule.with(rule.conditions(), fewer, rule.limits()));
      }
    }
    for (String limit : rule.limits().words().keySet()) {
      visit(
          "%s of %s doubled".formatted(limit, rule.id()),
          rule.place(),
          rule,
          rule.with(
              ConditionMutants.loosened(rule.conditions(), limit),
              rule.scopes(),
              doubled(rule.limits(), limit)));
    }
    rule.approvalsThatLift()
        .ifPresent(
            unless -> {
              visit(
                  "unless of %s dropped".formatted(rule.id()),
                  unless.place(),
                  rule,
                  rule.withUnless(Optional.empty()));
              for (ConditionMutants.Change change : ConditionMutants.of(unless)) {
                if (change.changed() instanceof AdmissionCondition.Approvals other) {
                  visit(
                      "%s of %s: %s".formatted(unless.field(), rule.id(), change.what()),
                      unless.place(),
                      rule,
                      rule.withUnless(Optional.of(other)));
                }
              }
            });
  }

  private void replace(Rule rule, Condition condition, String what, Optional<Condition> changed) {
    var conditions = new ArrayList<>(rule.conditions());
    int at = conditions.indexOf(condition);
    conditions.remove(at);
    changed.ifPresent(other -> conditions.add(at, other));
    visit(
        "%s of %s %s".formatted(condition.field(), rule.id(), what),
        condition.place(),
        rule,
        rule.with(conditions, rule.scopes(), rule.limits()));
  }

  private void visit(String change, Place place, Rule rule, Rule instead) {
    visitor.visit(change, place, policies.without(rule, Optional.of(instead)));
  }

  private void caps() {
    for (Caps caps : policies.caps()) {
      caps("session", caps, caps.session(), (c, d) -> c.with(d, c.tokenLifetime(), c.haltBudget()));
      caps(
          "tokenLifetime",
          caps,
          caps.tokenLifetime(),
          (c, d) -> c.with(c.session(), d, c.haltBudget()));
      caps(
          "haltBudget",
          caps,
          caps.haltBudget(),
          (c, d) -> c.with(c.session(), c.tokenLifetime(), d));
    }
  }

  /** Puts another bound into caps. */
  private interface Bound {
    Caps set(Caps caps, Optional<Duration> bound);
  }

  private void caps(String field, Caps caps, Optional<Duration> is, Bound bound) {
    if (is.isEmpty()) {
      return;
    }
    String name = "caps." + field + " of " + caps.policy();
    visitor.visit(name + " dropped", caps.place(), with(caps, bound.set(caps, Optional.empty())));
    visitor.visit(
        name + " doubled",
        caps.place(),
        with(caps, bound.set(caps, is.map(d -> d.multipliedBy(2)))));
  }

  private PolicySet with(Caps caps, Caps instead) {
    List<Caps> all = new ArrayList<>(policies.caps());
    all.set(all.indexOf(caps), instead);
    return policies.withCaps(all);
  }

  private static Limits doubled(Limits limits, String name) {
    return new Limits(
        time(limits.session(), name, "session.max"),
        time(limits.idle(), name, "session.idle"),
        number(limits.concurrent(), name, "session.concurrent"),
        time(limits.tokenLifetime(), name, "token.maxLifetime"),
        time(limits.haltBudget(), name, "limits.haltBudget"),
        limits.targetHaltBudget(),
        time(limits.singleHalt(), name, "limits.singleHalt"),
        number(limits.haltsPerMinute(), name, "limits.haltsPerMinute"),
        name.equals("limits.streamBytes")
            ? limits.streamBytes().map(bytes -> 2 * bytes)
            : limits.streamBytes(),
        number(limits.requestsPerSecond(), name, "limits.requestsPerSecond"),
        limits.origins());
  }

  private static Optional<Duration> time(Optional<Duration> limit, String name, String own) {
    return name.equals(own) ? limit.map(d -> d.multipliedBy(2)) : limit;
  }

  private static Optional<Integer> number(Optional<Integer> limit, String name, String own) {
    return name.equals(own) ? limit.map(n -> 2 * n) : limit;
  }
}
