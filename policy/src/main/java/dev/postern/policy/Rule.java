package dev.postern.policy;

import dev.postern.policy.source.Place;
import java.util.List;
import java.util.Optional;

/** One compiled permit or forbid. Identity is what tells two apart. */
public final class Rule {
  /** What a rule does. */
  public enum Effect {
    PERMIT,
    FORBID;

    public String word() {
      return this == PERMIT ? "permit" : "forbid";
    }
  }

  private final String id;
  private final Effect effect;
  private final boolean shadow;
  private final List<ScopePattern> scopes;
  private final List<Condition> conditions;
  private final Optional<AdmissionCondition.Approvals> unless;
  private final Limits limits;
  private final Obligations obligations;
  private final Place place;
  private final Place scopesPlace;

  /**
   * @param id policy name, slash, the rule's own id
   * @param scopes empty in a forbid stands for every scope
   * @param conditions selectors first
   * @param unless what lifts a forbid
   */
  Rule(
      String id,
      Effect effect,
      boolean shadow,
      List<ScopePattern> scopes,
      List<Condition> conditions,
      Optional<AdmissionCondition.Approvals> unless,
      Limits limits,
      Obligations obligations,
      Place place,
      Place scopesPlace) {
    this.id = id;
    this.effect = effect;
    this.shadow = shadow;
    this.scopes = List.copyOf(scopes);
    this.conditions = List.copyOf(conditions);
    this.unless = unless;
    this.limits = limits;
    this.obligations = obligations;
    this.place = place;
    this.scopesPlace = scopesPlace;
  }

  /** This rule with other conditions, scopes and limits. */
  Rule with(List<Condition> otherConditions, List<ScopePattern> otherScopes, Limits otherLimits) {
    return new Rule(
        id,
        effect,
        shadow,
        otherScopes,
        otherConditions,
        unless,
        otherLimits,
        obligations,
        place,
        scopesPlace);
  }

  /** This rule lifted by something else. */
  Rule withUnless(Optional<AdmissionCondition.Approvals> other) {
    return new Rule(
        id, effect, shadow, scopes, conditions, other, limits, obligations, place, scopesPlace);
  }

  public String id() {
    return id;
  }

  public Effect effect() {
    return effect;
  }

  public boolean isPermit() {
    return effect == Effect.PERMIT;
  }

  public boolean shadow() {
    return shadow;
  }

  public List<ScopePattern> scopes() {
    return scopes;
  }

  public List<Condition> conditions() {
    return conditions;
  }

  /** What lifts this forbid. */
  public Optional<Condition> unless() {
    return unless.map(condition -> condition);
  }

  Optional<AdmissionCondition.Approvals> approvalsThatLift() {
    return unless;
  }

  public Limits limits() {
    return limits;
  }

  public Obligations obligations() {
    return obligations;
  }

  public Place place() {
    return place;
  }

  public Place scopesPlace() {
    return scopesPlace;
  }

  /** Whether one of its scope patterns covers the scope. */
  public boolean covers(Scope scope) {
    if (scopes.isEmpty()) {
      return effect == Effect.FORBID;
    }
    for (ScopePattern pattern : scopes) {
      if (effect == Effect.PERMIT ? pattern.permits(scope) : pattern.forbids(scope)) {
        return true;
      }
    }
    return false;
  }

  /** Whether it speaks of this subject, target and tool. */
  boolean selects(Facts facts) {
    for (Condition condition : conditions) {
      if (condition.selects() && !condition.met(facts)) {
        return false;
      }
    }
    return true;
  }

  /** Whether it speaks of this subject. */
  boolean selectsSubject(Facts facts) {
    for (Condition condition : conditions) {
      if (condition instanceof SubjectCondition && !condition.met(facts)) {
        return false;
      }
    }
    return true;
  }

  /** Whether every condition is met. */
  boolean met(Facts facts) {
    for (Condition condition : conditions) {
      if (!condition.met(facts)) {
        return false;
      }
    }
    return true;
  }

  /** The conditions that are not met. */
  List<Condition> failed(Facts facts) {
    return conditions.stream().filter(condition -> !condition.met(facts)).toList();
  }

  Optional<Window> window() {
    for (Condition condition : conditions) {
      if (condition instanceof AdmissionCondition.InWindow in) {
        return Optional.of(in.window());
      }
    }
    return Optional.empty();
  }

  @Override
  public String toString() {
    return effect.word() + " " + id;
  }
}
