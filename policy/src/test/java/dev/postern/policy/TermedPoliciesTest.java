package dev.postern.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Policies of a bundle count until its term ends. */
class TermedPoliciesTest {
  private static final String ANYONE =
      """
      apiVersion: postern.dev/v1
      kind: AccessPolicy
      metadata: {name: p}
      permits:
        - {id: r, subjects: {issuers: ["https://sts.example"]}, scopes: [dlv/observe]}
      """;

  private static Decision at(Instant notAfter) {
    var request = new Asking().tokenScopes("dlv/observe").scopes("dlv/observe").request();
    return Policies.of(ANYONE).inBundle("42", notAfter).decide(request);
  }

  @Test
  void decide_withinTheTerm_permitsUntilItsEnd() {
    Instant end = Asking.NOW.plus(Duration.ofMillis(1));

    assertThat(at(end))
        .isInstanceOfSatisfying(
            Decision.Permit.class, permit -> assertThat(permit.notAfter()).contains(end));
  }

  @Test
  void decide_exactlyAtTheEnd_deniesEverything() {
    assertThat(at(Asking.NOW))
        .isInstanceOfSatisfying(
            Decision.Deny.class,
            deny -> {
              assertThat(deny.reason()).isEqualTo(Reason.INTERNAL_POLICY_UNAVAILABLE);
              assertThat(deny.detail()).startsWith("the term of policy bundle 42 ended at");
            });
  }
}
