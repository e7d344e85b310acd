package dev.postern.policy;

import dev.postern.policy.source.Place;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Policy sets that differ from a given one in one place: what a good test suite tells apart. */
public final class PolicyMutants {
  private PolicyMutants() {}

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
   * Visits each set with one enforced rule dropped, one condition dropped, one scope dropped, or
   * its session limit doubled.
   */
  public static void of(PolicySet set, Visitor visitor) {
    if (!(set instanceof CompiledPolicies policies)) {
      throw new IllegalArgumentException("not made by PolicyLoader");
    }
    for (Rule rule : policies.rules()) {
      if (rule.shadow()) {
        continue;
      }
      visitor.visit(
          "%s %s dropped".formatted(rule.effect().word(), rule.id()),
          rule.place(),
          policies.without(rule, Optional.empty()));
      for (Condition condition : rule.conditions()) {
        if (!condition.stated()) {
          continue;
        }
        var fewer = new ArrayList<>(rule.conditions());
        fewer.remove(condition);
        visitor.visit(
            "%s of %s dropped".formatted(condition.field(), rule.id()),
            condition.place(),
            policies.without(rule, Optional.of(rule.with(fewer, rule.scopes(), rule.limits()))));
      }
      for (ScopePattern scope : rule.scopes()) {
        if (rule.scopes().size() > 1) {
          var fewer = new ArrayList<>(rule.scopes());
          fewer.remove(scope);
          visitor.visit(
              "scope %s of %s dropped".formatted(scope, rule.id()),
              rule.scopesPlace(),
              policies.without(
                  rule, Optional.of(rule.with(rule.conditions(), fewer, rule.limits()))));
        }
      }
      doubled(rule.limits())
          .ifPresent(
              limits ->
                  visitor.visit(
                      "session.max of %s doubled".formatted(rule.id()),
                      rule.place(),
                      policies.without(
                          rule, Optional.of(rule.with(longer(rule), rule.scopes(), limits)))));
    }
  }

  private static Optional<Limits> doubled(Limits limits) {
    return limits
        .session()
        .map(
            session ->
                new Limits(
                    Optional.of(session.multipliedBy(2)),
                    limits.idle(),
                    limits.concurrent(),
                    limits.tokenLifetime(),
                    limits.haltBudget(),
                    limits.targetHaltBudget(),
                    limits.singleHalt(),
                    limits.haltsPerMinute(),
                    limits.streamBytes(),
                    limits.requestsPerSecond(),
                    limits.origins()));
  }

  private static List<Condition> longer(Rule rule) {
    return rule.conditions().stream()
        .map(
            condition ->
                condition instanceof AdmissionCondition.SessionMax(Duration most, Place place)
                    ? new AdmissionCondition.SessionMax(most.multipliedBy(2), place)
                    : condition)
        .toList();
  }
}
