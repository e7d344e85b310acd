package dev.postern.client.token;

import dev.postern.attestation.AttestationFacts;
import dev.postern.attestation.Confirmation;
import dev.postern.attestation.DebugStatus;
import dev.postern.attestation.Subject;
import dev.postern.attestation.VerifiedToken;
import dev.postern.config.PosternConfig;
import dev.postern.policy.PolicyRequest;
import dev.postern.policy.Target;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What policies are asked for a token that verified, as a gateway would ask it. */
public final class TokenRequest {
  private TokenRequest() {}

  /** A target of the configuration; one that it does not know is unknown. */
  public static Target target(PosternConfig config, String name) {
    return config.targets().stream()
        .filter(known -> known.name().equals(name))
        .findFirst()
        .map(known -> Target.direct(name, known.labels()))
        .orElseGet(() -> Target.unknown(name));
  }

  /**
   * The request.
   *
   * @param scopes none asks for what is permitted of the token's
   * @param reason the caller's, if it gives one
   */
  public static PolicyRequest of(
      VerifiedToken token,
      Target target,
      String tool,
      List<String> scopes,
      Optional<String> reason,
      Instant now) {
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
        scopes,
        token.scopes(),
        token.issuedAt(),
        token.expiresAt(),
        token.confirmation().kind() == Confirmation.Kind.X5T_S256
            ? PolicyRequest.Binding.CLIENT_CERTIFICATE
            : PolicyRequest.Binding.PROOF,
        reason,
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
