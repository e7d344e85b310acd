package dev.postern.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class PolicyMutantsTest {
  private static final String POLICY =
      """
      apiVersion: postern.dev/v1
      kind: AccessPolicy
      metadata: {name: p}
      permits:
        - id: r
          subjects: {issuers: ["https://sts.example"]}
          targets: {labels: {env: [prod]}}
          scopes: [dlv/observe, dlv/inspect]
          attestation: {maxAge: 10m, anyOf: [{profile: eat, verifiers: ["https://v.example"]}]}
          session: {max: 1h}
      forbids:
        - id: f
          scopes: [dlv/mutate]
          unless: {approvals: {atLeast: 2, from: [leads], boundTo: [target]}}
      caps: {session: 2h}
      """;

  @Test
  void of_everyPartOfAPolicy_isChangedOnce() {
    var changes = new ArrayList<String>();
    PolicyMutants.of(Policies.of(POLICY), (change, place, mutant) -> changes.add(change));

    assertThat(changes)
        .containsExactlyInAnyOrder(
            "permit p/r dropped",
            "subjects.issuers of p/r dropped",
            "targets.labels.env of p/r dropped",
            "attestation.maxAge of p/r dropped",
            "attestation.maxAge of p/r doubled",
            "attestation.anyOf of p/r dropped",
            "attestation.anyOf of p/r way 1: verifiers dropped",
            "session.max of p/r dropped",
            "session.max of p/r doubled",
            "scope dlv/observe of p/r dropped",
            "scope dlv/inspect of p/r dropped",
            "forbid p/f dropped",
            "unless of p/f dropped",
            "unless.approvals of p/f: one approval fewer",
            "unless.approvals of p/f: from dropped",
            "unless.approvals of p/f: notRequester dropped",
            "unless.approvals of p/f: validFor doubled",
            "unless.approvals of p/f: boundTo target dropped",
            "caps.session of p dropped",
            "caps.session of p doubled");
  }
}
