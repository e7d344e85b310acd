package dev.postern.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Policies of a bundle: they count until its term ends, and from then on everything is denied.
 *
 * @param name what the audit calls the bundle
 * @param notAfter first instant at which they count no longer
 */
record TermedPolicies(PolicySet policies, String name, Instant notAfter) implements PolicySet {
  @Override
  public Decision decide(PolicyRequest request) {
    return withinTerm(request, policies.decide(request));
  }

  @Override
  public Optional<Decision> shadow(PolicyRequest request) {
    return policies.shadow(request).map(decision -> withinTerm(request, decision));
  }

  @Override
  public Decision explain(PolicyRequest request, Listener listener) {
    return withinTerm(request, policies.explain(request, listener));
  }

  @Override
  public boolean countsAt(Instant now) {
    return now.isBefore(notAfter);
  }

  private Decision withinTerm(PolicyRequest request, Decision decision) {
    if (!countsAt(request.now())) {
      return new Decision.Deny(
          Reason.INTERNAL_POLICY_UNAVAILABLE,
          "the term of policy bundle %s ended at %s".formatted(name, notAfter),
          List.of());
    }
    return switch (decision) {
      case Decision.Deny deny -> deny;
      case Decision.Permit permit ->
          new Decision.Permit(
              permit.rules(),
              permit.scopes(),
              permit.limits(),
              permit.obligations(),
              Optional.of(
                  permit.notAfter().filter(end -> end.isBefore(notAfter)).orElse(notAfter)));
    };
  }

  @Override
  public List<Rule> rules() {
    return policies.rules();
  }

  @Override
  public Map<String, ReferenceValues> referenceValues() {
    return policies.referenceValues();
  }

  @Override
  public Set<String> issuers() {
    return policies.issuers();
  }

  @Override
  public Optional<Duration> tokenLifetimeCap() {
    return policies.tokenLifetimeCap();
  }

  @Override
  public String digest() {
    return policies.digest();
  }

  @Override
  public int ruleCount() {
    return policies.ruleCount();
  }

  @Override
  public Optional<String> bundle() {
    return Optional.of(name);
  }
}
