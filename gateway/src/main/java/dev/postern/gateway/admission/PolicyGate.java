package dev.postern.gateway.admission;

import dev.postern.attestation.AttestationFacts;
import dev.postern.attestation.Confirmation;
import dev.postern.attestation.DebugStatus;
import dev.postern.attestation.Subject;
import dev.postern.attestation.VerifiedToken;
import dev.postern.policy.Decision;
import dev.postern.policy.PolicyRequest;
import dev.postern.policy.PolicySet;
import dev.postern.policy.Reason;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Puts verified tokens to the policy set in force: translates what was verified, decides nothing.
 */
public final class PolicyGate {
  private final Supplier<Optional<PolicySet>> policies;
  private final TargetCatalog targets;

  public PolicyGate(Supplier<Optional<PolicySet>> policies, TargetCatalog targets) {
    this.policies = policies;
    this.targets = targets;
  }

  /**
   * What is asked for.
   *
   * @param scopes none asks for what is permitted of the token's
   */
  record Wanted(String target, String tool, List<String> scopes, Optional<String> reason) {}

  /**
   * A decision, what shadow policies would have made of it, and the set that made it.
   *
   * @param request what was decided on; empty if there was no set to decide by
   * @param digest of the policy set; empty if there is none
   * @param bundle that the set came in, if it did
   */
  record Answer(
      Decision decision,
      Optional<Decision> shadow,
      Optional<PolicyRequest> request,
      String digest,
      Optional<String> bundle) {}

  /** Decides. Windows are judged at {@code now}, ages and lifetimes at {@code admittedAt}. */
  Answer decide(VerifiedToken token, Wanted wanted, Instant now, Instant admittedAt) {
    Optional<PolicySet> set = policies.get();
    if (set.isEmpty()) {
      return new Answer(
          new Decision.Deny(
              Reason.INTERNAL_POLICY_UNAVAILABLE, "no policy set was ever loaded", List.of()),
          Optional.empty(),
          Optional.empty(),
          "",
          Optional.empty());
    }
    PolicyRequest request = request(token, wanted, now, admittedAt);
    Decision decision = set.get().decide(request);
    return new Answer(
        decision,
        set.get().shadow(request),
        Optional.of(request),
        set.get().digest(),
        set.get().bundle());
  }

  private PolicyRequest request(
      VerifiedToken token, Wanted wanted, Instant now, Instant admittedAt) {
    return new PolicyRequest(
        switch (token.subject()) {
          case Subject.Known(String issuer, String sub) ->
              new dev.postern.policy.Subject.Named(issuer, sub);
          case Subject.SelfAttested(var key) -> new dev.postern.policy.Subject.Key(key.toString());
        },
        Set.copyOf(token.groups()),
        token.debuggerId(),
        facts(token.attestation()),
        targets.forPolicy(wanted.target()),
        wanted.tool(),
        wanted.scopes(),
        token.scopes(),
        token.issuedAt(),
        token.expiresAt(),
        token.confirmation().kind() == Confirmation.Kind.X5T_S256
            ? PolicyRequest.Binding.CLIENT_CERTIFICATE
            : PolicyRequest.Binding.PROOF,
        wanted.reason(),
        Optional.empty(),
        List.of(),
        0, // the store counts them, in the transaction that claims the token
        now,
        admittedAt);
  }

  private static dev.postern.policy.AttestationFacts facts(AttestationFacts facts) {
    Map<String, Set<String>> measurements = new HashMap<>();
    facts.measurements().forEach((name, values) -> measurements.put(name, Set.copyOf(values)));
    return new dev.postern.policy.AttestationFacts(
        facts.profile(),
        facts.verifier().isEmpty() ? Optional.empty() : Optional.of(facts.verifier()),
        Optional.of(facts.issuedAt()),
        facts.eatProfile(),
        facts.status(),
        facts.debugStatus() == DebugStatus.NOT_REPORTED
            ? Optional.empty()
            : Optional.of(facts.debugStatus().wireName()),
        measurements,
        facts.tcb(),
        facts.simulated(),
        facts.fresh());
  }
}
