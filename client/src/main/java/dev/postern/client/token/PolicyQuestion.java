package dev.postern.client.token;

import dev.postern.attestation.AttestationFacts;
import dev.postern.attestation.Confirmation;
import dev.postern.attestation.DebugStatus;
import dev.postern.attestation.Subject;
import dev.postern.attestation.VerifiedToken;
import dev.postern.client.command.CommandFailure;
import dev.postern.client.policy.ConfiguredPolicies;
import dev.postern.config.PosternConfig;
import dev.postern.policy.Decision;
import dev.postern.policy.PolicyRequest;
import dev.postern.policy.PolicySet;
import dev.postern.policy.Target;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Whether the configured policies would let a token attach to one target with one tool. */
final class PolicyQuestion {
  private final PolicySet policies;
  private final Target target;
  private final String tool;

  private PolicyQuestion(PolicySet policies, Target target, String tool) {
    this.policies = policies;
    this.target = target;
    this.tool = tool;
  }

  /**
   * Reads the policies of a configuration.
   *
   * @param targetAndTool {@code TARGET:TOOL}
   */
  static PolicyQuestion load(PosternConfig config, String targetAndTool, Instant now)
      throws CommandFailure {
    int colon = targetAndTool.lastIndexOf(':');
    if (colon < 1 || colon == targetAndTool.length() - 1) {
      throw CommandFailure.usage(
          "--policy takes TARGET:TOOL, such as shop/app:dlv, and not `" + targetAndTool + "`");
    }
    String name = targetAndTool.substring(0, colon);
    PolicySet policies = ConfiguredPolicies.load(config, now);
    Target target =
        config.targets().stream()
            .filter(known -> known.name().equals(name))
            .findFirst()
            .map(known -> Target.direct(name, known.labels()))
            .orElseGet(() -> Target.unknown(name));
    return new PolicyQuestion(policies, target, targetAndTool.substring(colon + 1));
  }

  /** The reason of a denial; empty for a permit. */
  Optional<String> denial(VerifiedToken token, Instant now) {
    return switch (policies.decide(request(token, now))) {
      case Decision.Permit permit -> Optional.empty();
      case Decision.Deny deny -> Optional.of(deny.reason().name());
    };
  }

  private PolicyRequest request(VerifiedToken token, Instant now) {
    return new PolicyRequest(
        switch (token.subject()) {
          case Subject.Known(String issuer, String sub) ->
              new dev.postern.policy.Subject.Named(issuer, sub);
          case Subject.SelfAttested(var key) -> new dev.postern.policy.Subject.Key(key.toString());
        },
        Set.copyOf(token.groups()),
        token.debuggerId(),
        facts(token.attestation()),
        target,
        tool,
        List.of(),
        token.scopes(),
        token.issuedAt(),
        token.expiresAt(),
        token.confirmation().kind() == Confirmation.Kind.X5T_S256
            ? PolicyRequest.Binding.CLIENT_CERTIFICATE
            : PolicyRequest.Binding.PROOF,
        Optional.of("postern token verify"),
        Optional.empty(),
        List.of(),
        0,
        now,
        now);
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
