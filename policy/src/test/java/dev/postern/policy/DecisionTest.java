package dev.postern.policy;

import static dev.postern.policy.Asking.NOW;
import static dev.postern.policy.Asking.STS;
import static dev.postern.policy.Policies.permit;
import static dev.postern.policy.Policies.permitText;
import static dev.postern.policy.Policies.policy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.policy.Decision.Deny;
import dev.postern.policy.Decision.Permit;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Each reason that policy can give, and each edge of what it compares. */
class DecisionTest {
  private static final String THUMBPRINT = "A".repeat(43);
  private static final String VALUES =
      """
      apiVersion: postern.dev/v1
      kind: ReferenceValues
      metadata: {name: ws}
      sets:
        - id: old
          notAfter: "2026-11-01T00:00:00Z"
          measurements: [{name: firmware, digest: %s}]
        - id: new
          measurements:
            - {name: firmware, algorithm: sha-256, digest: %s}
            - {name: kernel, digest: %s}
      """
          .formatted("0c".repeat(32), "ab".repeat(32), "cd".repeat(32));

  private static Reason reason(PolicySet set, Asking asking) {
    return switch (set.decide(asking.request())) {
      case Deny(var reason, var detail, var rules) -> reason;
      case Permit permit -> throw new AssertionError("permitted by " + permit.rules());
    };
  }

  private static Permit permitted(PolicySet set, Asking asking) {
    return switch (set.decide(asking.request())) {
      case Permit permit -> permit;
      case Deny deny -> throw new AssertionError(deny.toString());
    };
  }

  @Test
  void decide_onePermitMatches_isPermittedByItsRule() {
    Permit permit = permitted(permit(""), new Asking());

    assertThat(permit.rules()).containsExactly("p/r");
    assertThat(permit.scopes()).containsExactly(new Scope("dlv/observe"));
    assertThat(permit.notAfter()).isEmpty();
  }

  @Test
  void decide_scopeNotInToken_isScopeNotGranted() {
    assertThat(reason(permit(""), new Asking().scopes("dlv/observe", "dlv/control")))
        .isEqualTo(Reason.SCOPE_NOT_GRANTED);
  }

  @Test
  void decide_scopeInTokenButNoPermit_isNoMatchForTheWholeRequest() {
    assertThat(reason(permit(""), new Asking().scopes("dlv/observe", "dlv/mutate")))
        .isEqualTo(Reason.POLICY_NO_MATCH);
  }

  @Test
  void decide_malformedScope_isScopeMalformed() {
    assertThat(reason(permit(""), new Asking().scopes("dlv/Observe")))
        .isEqualTo(Reason.SCOPE_MALFORMED);
  }

  @Test
  void decide_noScopeAnywhere_isScopeEmpty() {
    assertThat(reason(permit(""), new Asking().scopes().tokenScopes()))
        .isEqualTo(Reason.SCOPE_EMPTY);
  }

  @Test
  void decide_noScopeNamed_grantsThoseOfTheTokenThatPolicyPermits() {
    Permit permit = permitted(permit(""), new Asking().scopes());

    assertThat(permit.scopes()).containsExactly(new Scope("dlv/inspect"), new Scope("dlv/observe"));
  }

  @Test
  void decide_noScopeNamed_leavesOutForbiddenOnes() {
    PolicySet set =
        Policies.of(
            policy("p", "permits", permitText("r", "")),
            policy("f", "forbids", "  - {id: n, scopes: [dlv/inspect]}\n"));

    assertThat(permitted(set, new Asking().scopes()).scopes())
        .containsExactly(new Scope("dlv/observe"));
  }

  @Test
  void decide_noScopeNamedAndNonePermitted_isDenied() {
    assertThat(reason(permit(""), new Asking().scopes().tokenScopes("dlv/mutate")))
        .isEqualTo(Reason.POLICY_NO_MATCH);
    assertThat(reason(permit(""), new Asking().scopes().tokenScopes("gdb/observe")))
        .isEqualTo(Reason.SCOPE_NOT_GRANTED);
  }

  @Test
  void decide_scopeOfAnotherTool_isNoMatch() {
    assertThat(
            reason(
                permit("scopes: [dlv/observe, gdb/observe]"),
                new Asking().scopes("gdb/observe").tokenScopes("gdb/observe")))
        .isEqualTo(Reason.POLICY_NO_MATCH);
  }

  @Test
  void decide_unknownTarget_isTargetUnknownAndCallersAreToldNoMatch() {
    Reason reason = reason(permit(""), new Asking().target(Target.unknown("x")));

    assertThat(reason).isEqualTo(Reason.POLICY_TARGET_UNKNOWN);
    assertThat(reason.forCaller()).isEqualTo(Reason.POLICY_NO_MATCH);
  }

  @Test
  void decide_targetReachedAnotherWay_isTargetMismatch() {
    assertThat(reason(permit("targets: {via: agent}"), new Asking()))
        .isEqualTo(Reason.POLICY_TARGET_MISMATCH);
  }

  @Test
  void decide_subjectThatNoPermitSpeaksOf_isSubjectUnknown() {
    PolicySet set = permit("subjects: {issuers: [\"%s\"], users: [bob]}".formatted(STS));

    assertThat(reason(set, new Asking())).isEqualTo(Reason.SUBJECT_UNKNOWN);
    assertThat(permitted(set, new Asking().user("bob")).rules()).containsExactly("p/r");
  }

  @Test
  void decide_sameUserOfAnotherIssuer_isSubjectUnknown() {
    PolicySet set = permit("subjects: {issuers: [\"%s\"], users: [bob]}".formatted(STS));

    assertThat(reason(set, new Asking().subject(new Subject.Named("https://other.example", "bob"))))
        .isEqualTo(Reason.SUBJECT_UNKNOWN);
  }

  @Test
  void decide_debuggerInAnotherCase_isSubjectUnknown() {
    PolicySet set = permit("subjects: {issuers: [\"%s\"], debuggers: [dbg-1]}".formatted(STS));

    assertThat(permitted(set, new Asking().debugger("dbg-1")).rules()).isNotEmpty();
    assertThat(reason(set, new Asking().debugger("DBG-1"))).isEqualTo(Reason.SUBJECT_UNKNOWN);
  }

  @Test
  void decide_selfAttested_matchesOnlyPermitsForSelfAndNeverByGroups() {
    var key = new Subject.Key(THUMBPRINT);
    PolicySet byKey = permit("subjects: {issuers: [self], keys: [%s]}".formatted(THUMBPRINT));

    assertThat(permitted(byKey, new Asking().subject(key)).rules()).containsExactly("p/r");
    assertThat(reason(byKey, new Asking())).isEqualTo(Reason.SUBJECT_UNKNOWN);
    assertThat(reason(permit(""), new Asking().subject(key))).isEqualTo(Reason.SUBJECT_UNKNOWN);
    assertThat(
            reason(
                permit(
                    "subjects: {issuers: [self, \"%s\"], keys: [%s], groups: [payments-oncall]}"
                        .formatted(STS, THUMBPRINT)),
                new Asking().subject(key)))
        .isEqualTo(Reason.SUBJECT_UNKNOWN);
  }

  @Test
  void decide_forbidMatchesOneScope_deniesTheWholeRequest() {
    PolicySet set =
        Policies.of(
            policy("p", "permits", permitText("r", "scopes: [dlv/*]")),
            policy("f", "forbids", "  - {id: n, scopes: [dlv/mutate]}\n"));

    Decision decision = set.decide(new Asking().scopes("dlv/observe", "dlv/mutate").request());

    assertThat(decision)
        .isEqualTo(new Deny(Reason.POLICY_FORBIDDEN, "forbidden by f/n", List.of("f/n")));
  }

  @Test
  void decide_star_coversHostInForbidsOnly() {
    PolicySet set = permit("scopes: [dlv/*]");
    var host = new Asking().scopes("dlv/host").tokenScopes("dlv/host");

    assertThat(reason(set, host)).isEqualTo(Reason.POLICY_NO_MATCH);
    PolicySet forbidding =
        Policies.of(
            policy("p", "permits", permitText("r", "scopes: [dlv/host]")),
            policy("f", "forbids", "  - {id: n, scopes: [dlv/*]}\n"));
    assertThat(reason(forbidding, host)).isEqualTo(Reason.POLICY_FORBIDDEN);
  }

  @Test
  void decide_labelMissing_permitDoesNotMatchAndForbidDoes() {
    PolicySet permit = permit("targets: {labels: {env: [prod]}}");
    PolicySet forbid =
        Policies.of(
            policy("p", "permits", permitText("r", "")),
            policy(
                "f",
                "forbids",
                "  - {id: n, targets: {labels: {env: [prod]}}, scopes: [dlv/observe]}\n"));

    assertThat(reason(permit, new Asking().noLabels())).isEqualTo(Reason.POLICY_NO_MATCH);
    assertThat(reason(forbid, new Asking().noLabels())).isEqualTo(Reason.POLICY_FORBIDDEN);
    assertThat(permitted(forbid, new Asking().label("env", "dev")).rules()).isNotEmpty();
  }

  @Test
  void decide_groupsNotStated_forbidOnAGroupMatches() {
    PolicySet set =
        Policies.of(
            policy("p", "permits", permitText("r", "")),
            policy(
                "f",
                "forbids",
                "  - {id: n, subjects: {issuers: [\"%s\"], groups: [contractors]}}\n"
                    .formatted(STS)));

    assertThat(reason(set, new Asking().groups())).isEqualTo(Reason.POLICY_FORBIDDEN);
    assertThat(permitted(set, new Asking()).rules()).isNotEmpty();
  }

  @Test
  void decide_exceptedTarget_isNoMatch() {
    PolicySet set = permit("targets: {labels: {env: [prod]}, except: {labels: {tier: [vault]}}}");

    assertThat(permitted(set, new Asking()).rules()).isNotEmpty();
    assertThat(reason(set, new Asking().label("tier", "vault"))).isEqualTo(Reason.POLICY_NO_MATCH);
  }

  @Test
  void decide_attestationOfExactlyMaxAge_isPermittedAndAMillisecondOlderIsStale() {
    PolicySet set = permit("attestation: {maxAge: 10m}");
    Instant edge = NOW.minus(Duration.ofMinutes(10));

    assertThat(permitted(set, new Asking().attestedAt(Optional.of(edge))).rules()).isNotEmpty();
    assertThat(reason(set, new Asking().attestedAt(Optional.of(edge.minusMillis(1)))))
        .isEqualTo(Reason.ATT_STALE);
    assertThat(reason(set, new Asking().attestedAt(Optional.empty()))).isEqualTo(Reason.ATT_STALE);
  }

  @Test
  void decide_challengeAskedForAndNotThere_isNonceMismatch() {
    PolicySet set = permit("attestation: {fresh: true}");

    assertThat(reason(set, new Asking())).isEqualTo(Reason.ATT_NONCE_MISMATCH);
    assertThat(permitted(set, new Asking().fresh()).rules()).isNotEmpty();
  }

  @Test
  void decide_simulated_onlyWhereThePermitSaysSo() {
    assertThat(reason(permit(""), new Asking().simulated())).isEqualTo(Reason.ATT_SIMULATED);
    assertThat(
            permitted(permit("attestation: {simulated: true}"), new Asking().simulated()).rules())
        .isNotEmpty();
  }

  @Test
  void decide_anotherProfile_isProfileUnsupported() {
    PolicySet set = permit("attestation: {anyOf: [{profile: ear}]}");

    assertThat(reason(set, new Asking())).isEqualTo(Reason.ATT_PROFILE_UNSUPPORTED);
    PolicySet eat = permit("attestation: {anyOf: [{profile: eat, eatProfiles: [\"tag:a\"]}]}");
    assertThat(reason(eat, new Asking().eatProfile("tag:b")))
        .isEqualTo(Reason.ATT_PROFILE_UNSUPPORTED);
  }

  @Test
  void decide_anotherVerifier_isVerifierUntrusted() {
    PolicySet set =
        permit("attestation: {anyOf: [{profile: eat, verifiers: [\"https://verifier.example\"]}]}");

    assertThat(reason(set, new Asking().verifier("https://verifier.example/")))
        .isEqualTo(Reason.ATT_VERIFIER_UNTRUSTED);
  }

  @Test
  void decide_anotherVerdict_isStatus() {
    PolicySet set = permit("attestation: {anyOf: [{profile: ear, status: affirming}]}");

    assertThat(reason(set, new Asking().profile("ear").status("warning")))
        .isEqualTo(Reason.ATT_STATUS);
    assertThat(reason(set, new Asking().profile("ear"))).isEqualTo(Reason.ATT_STATUS);
    assertThat(permitted(set, new Asking().profile("ear").status("affirming")).rules())
        .isNotEmpty();
  }

  @Test
  void decide_debugStateBelowTheRung_isDebugEnabled() {
    PolicySet set =
        permit("attestation: {anyOf: [{profile: eat, debugState: disabled-since-boot}]}");

    for (String state : List.of("enabled", "disabled", "DISABLED-PERMANENTLY", "true")) {
      assertThat(reason(set, new Asking().debugState(Optional.of(state))))
          .isEqualTo(Reason.ATT_DEBUG_ENABLED);
    }
    assertThat(reason(set, new Asking().debugState(Optional.empty())))
        .isEqualTo(Reason.ATT_DEBUG_ENABLED);
    for (String state :
        List.of("disabled-since-boot", "disabled-permanently", "disabled-fully-and-permanently")) {
      assertThat(permitted(set, new Asking().debugState(Optional.of(state))).rules()).isNotEmpty();
    }
  }

  @Test
  void decide_measurements_anyOneListedSetMustMatchWhole() {
    PolicySet set =
        Policies.of(
            VALUES,
            policy(
                "p",
                "permits",
                permitText("r", "attestation: {anyOf: [{profile: eat, measurements: ws}]}")));
    Set<String> firmware = Set.of("ab".repeat(32));
    Set<String> kernel = Set.of("cd".repeat(32));

    assertThat(
            permitted(set, new Asking().measured(Map.of("firmware", firmware, "kernel", kernel)))
                .rules())
        .isNotEmpty();
    assertThat(reason(set, new Asking().measured(Map.of("firmware", firmware))))
        .isEqualTo(Reason.ATT_MEASUREMENT_MISSING);
    assertThat(reason(set, new Asking().measured(Map.of("firmware", firmware, "kernel", firmware))))
        .isEqualTo(Reason.ATT_MEASUREMENT_MISMATCH);
    // the old set counts no longer
    assertThat(reason(set, new Asking().measured(Map.of("firmware", Set.of("0c".repeat(32))))))
        .isEqualTo(Reason.ATT_MEASUREMENT_MISSING);
    // a list that holds the right value among others is not the right value
    assertThat(
            reason(
                set,
                new Asking()
                    .measured(
                        Map.of(
                            "firmware",
                            Set.of("ab".repeat(32), "00".repeat(32)),
                            "kernel",
                            kernel))))
        .isEqualTo(Reason.ATT_MEASUREMENT_MISMATCH);
  }

  @Test
  void decide_tcb_theMinimumItselfIsEnough() {
    PolicySet set =
        Policies.of(
            VALUES,
            policy(
                "p",
                "permits",
                permitText(
                    "r",
                    "attestation: {anyOf: [{profile: sev-snp, measurements: ws, minimumTcb: {snp:"
                        + " 14}}]}")));
    var machine =
        new Asking()
            .profile("sev-snp")
            .measured(
                Map.of("firmware", Set.of("ab".repeat(32)), "kernel", Set.of("cd".repeat(32))));

    assertThat(permitted(set, machine.tcb(Map.of("snp", 14L))).rules()).isNotEmpty();
    assertThat(reason(set, machine.tcb(Map.of("snp", 13L)))).isEqualTo(Reason.ATT_TCB_OUTDATED);
    assertThat(reason(set, machine.tcb(Map.of()))).isEqualTo(Reason.ATT_TCB_OUTDATED);
  }

  @Test
  void decide_rawEvidenceAndAPermitWithoutMeasurements_isMeasurementMismatch() {
    assertThat(reason(permit("attestation: {maxAge: 10m}"), new Asking().profile("sev-snp")))
        .isEqualTo(Reason.ATT_MEASUREMENT_MISMATCH);
  }

  @Test
  void decide_tokenOfExactlyMaxLifetime_isPermittedAndASecondMoreIsNot() {
    PolicySet set = permit("token: {maxLifetime: 15m}");

    assertThat(permitted(set, new Asking().tokenLifetime(Duration.ofMinutes(15))).rules())
        .isNotEmpty();
    assertThat(reason(set, new Asking().tokenLifetime(Duration.ofSeconds(901))))
        .isEqualTo(Reason.CLAIM_LIFETIME_EXCEEDED);
  }

  @Test
  void decide_certificateAskedForAndNone_isBindingMissing() {
    PolicySet set = permit("token: {binding: client-certificate}");

    assertThat(reason(set, new Asking())).isEqualTo(Reason.BINDING_MISSING);
    assertThat(permitted(set, new Asking().certificate()).rules()).isNotEmpty();
    assertThat(permitted(permit("token: {binding: proof}"), new Asking().certificate()).rules())
        .isNotEmpty();
  }

  @Test
  void decide_sessionOfExactlyMax_isPermittedAndASecondMoreIsTooLong() {
    PolicySet set = permit("session: {max: 2h}");

    assertThat(permitted(set, new Asking().session(Duration.ofHours(2))).rules()).isNotEmpty();
    assertThat(reason(set, new Asking().session(Duration.ofSeconds(7201))))
        .isEqualTo(Reason.POLICY_SESSION_TOO_LONG);
  }

  @Test
  void decide_asManySessionsAsPermittedAreOpen_isLimit() {
    PolicySet set = permit("session: {concurrent: 2}");

    assertThat(permitted(set, new Asking().others(1)).rules()).isNotEmpty();
    assertThat(reason(set, new Asking().others(2))).isEqualTo(Reason.POLICY_LIMIT);
  }

  @Test
  void decide_reasonRequiredAndBlank_isReasonMissing() {
    PolicySet set = permit("session: {reason: required}");

    assertThat(reason(set, new Asking().reason(Optional.empty())))
        .isEqualTo(Reason.POLICY_REASON_MISSING);
    assertThat(reason(set, new Asking().reason(Optional.of("  "))))
        .isEqualTo(Reason.POLICY_REASON_MISSING);
  }

  @Test
  void decide_outsideTheWindow_isTimeWindowAndInsideEndsWithIt() {
    PolicySet set =
        permit("window: {zone: Europe/Berlin, days: [mon], from: \"08:00\", to: \"20:00\"}");

    assertThat(permitted(set, new Asking()).notAfter())
        .contains(Instant.parse("2026-11-23T19:00:00Z"));
    // the end is exclusive
    assertThat(reason(set, new Asking().at(Instant.parse("2026-11-23T19:00:00Z"))))
        .isEqualTo(Reason.POLICY_TIME_WINDOW);
  }

  @Test
  void decide_forbidWhoseWindowBeginsLater_endsThePermitThen() {
    PolicySet set =
        Policies.of(
            policy("p", "permits", permitText("r", "")),
            policy(
                "f",
                "forbids",
                "  - {id: freeze, window: {zone: UTC, from: \"18:00\", to: \"20:00\"}}\n"));

    assertThat(permitted(set, new Asking()).notAfter())
        .contains(Instant.parse("2026-11-23T18:00:00Z"));
    assertThat(reason(set, new Asking().at(Instant.parse("2026-11-23T18:00:00Z"))))
        .isEqualTo(Reason.POLICY_FORBIDDEN);
  }

  private static Approval approval(String who, Instant at, String target, String... scopes) {
    return new Approval(
        new Subject.Named(STS, who),
        Set.of("payments-leads"),
        at,
        STS + " alice@example.com",
        target,
        Set.of(scopes));
  }

  @Test
  void decide_approvals_countByApproverGroupBindingAndTime() {
    PolicySet set =
        Policies.of(
            policy("p", "permits", permitText("r", "")),
            policy(
                "f",
                "forbids",
                """
                  - id: two
                    scopes: [dlv/observe]
                    unless: {approvals: {atLeast: 2, from: [payments-leads], validFor: 1h}}
                """));
    Instant edge = NOW.minus(Duration.ofHours(1));
    Approval bob = approval("bob", NOW, "payments/checkout", "dlv/observe");

    assertThat(reason(set, new Asking())).isEqualTo(Reason.POLICY_APPROVAL_MISSING);
    assertThat(
            permitted(
                    set,
                    new Asking()
                        .approval(bob)
                        .approval(
                            approval(
                                "carol", edge.plusMillis(1), "payments/checkout", "dlv/observe")))
                .rules())
        .containsExactly("p/r");
    for (Approval second :
        List.of(
            bob,
            approval("alice@example.com", NOW, "payments/checkout", "dlv/observe"),
            approval("carol", edge, "payments/checkout", "dlv/observe"),
            approval("carol", NOW.plusMillis(1), "payments/checkout", "dlv/observe"),
            approval("carol", NOW, "payments/other", "dlv/observe"),
            approval("carol", NOW, "payments/checkout", "dlv/inspect"),
            new Approval(
                new Subject.Named(STS, "carol"),
                Set.of("others"),
                NOW,
                STS + " alice@example.com",
                "payments/checkout",
                Set.of("dlv/observe")))) {
      assertThat(reason(set, new Asking().approval(bob).approval(second)))
          .isEqualTo(Reason.POLICY_APPROVAL_MISSING);
    }
  }

  @Test
  void decide_approvalsWouldNotHelp_saysWhatElseIsMissing() {
    PolicySet set =
        Policies.of(
            policy("p", "permits", permitText("r", "session: {reason: required}")),
            policy("f", "forbids", "  - {id: n, unless: {approvals: {atLeast: 1}}}\n"));

    assertThat(reason(set, new Asking().reason(Optional.empty())))
        .isEqualTo(Reason.POLICY_REASON_MISSING);
  }

  @Test
  void decide_severalPermits_mergesTheStrictestAndSaysWhereFrom() {
    PolicySet set =
        Policies.of(
            policy(
                "p",
                "permits",
                permitText(
                        "a",
                        """
                        session: {max: 2h, idle: 5m}
                        limits: {haltBudget: 20s, streamBytes: 1MiB}
                        obligations: {record: metadata, redact: ['b'], goroutines: "id>1"}
                        """)
                    + permitText(
                        "b",
                        """
                        scopes: [dlv/inspect]
                        session: {max: 1h, idle: 10m}
                        limits: {haltBudget: 30s}
                        obligations: {record: full, redact: ['a'], observers: 1, goroutines: "id>2"}
                        """)),
            """
            apiVersion: postern.dev/v1
            kind: AccessPolicy
            metadata: {name: caps}
            caps: {session: 90m, haltBudget: 60s}
            """);

    Permit permit = permitted(set, new Asking().scopes("dlv/observe", "dlv/inspect"));

    assertThat(permit.rules()).containsExactly("p/a", "p/b");
    assertThat(permit.limits().session()).contains(Duration.ofHours(1));
    assertThat(permit.limits().idle()).contains(Duration.ofMinutes(5));
    assertThat(permit.limits().haltBudget()).contains(Duration.ofSeconds(20));
    assertThat(permit.limits().targetHaltBudget()).contains(Duration.ofSeconds(60));
    assertThat(permit.limits().streamBytes()).contains(1L << 20);
    assertThat(permit.limits().origins())
        .containsEntry("session.max", "p/b")
        .containsEntry("session.idle", "p/a")
        .containsEntry("caps.haltBudget", "caps caps");
    assertThat(permit.obligations())
        .isEqualTo(
            new Obligations(
                Obligations.Recording.FULL, List.of("a", "b"), List.of("id>1", "id>2"), 1));
    // a permit that covers none of the scopes asked for is not used
    assertThat(permitted(set, new Asking()).limits().session()).contains(Duration.ofMinutes(90));
  }

  @Test
  void decide_caps_boundWhatMayBeAskedFor() {
    PolicySet set =
        Policies.of(
            policy("p", "permits", permitText("r", "")),
            """
            apiVersion: postern.dev/v1
            kind: AccessPolicy
            metadata: {name: caps}
            caps: {session: 1h, tokenLifetime: 15m}
            """);

    assertThat(permitted(set, new Asking().session(Duration.ofHours(1))).rules()).isNotEmpty();
    assertThat(reason(set, new Asking().session(Duration.ofMinutes(61))))
        .isEqualTo(Reason.POLICY_SESSION_TOO_LONG);
    assertThat(reason(set, new Asking().tokenLifetime(Duration.ofMinutes(16))))
        .isEqualTo(Reason.CLAIM_LIFETIME_EXCEEDED);
  }

  @Test
  void shadow_policyInShadow_isReportedAndNeverEnforced() {
    PolicySet set =
        Policies.of(
            policy("p", "permits", permitText("r", "")),
            """
            apiVersion: postern.dev/v1
            kind: AccessPolicy
            metadata: {name: s}
            mode: shadow
            forbids: [{id: n, scopes: [dlv/observe]}]
            """);

    assertThat(permitted(set, new Asking()).rules()).containsExactly("p/r");
    assertThat(set.shadow(new Asking().request()))
        .contains(new Deny(Reason.POLICY_FORBIDDEN, "forbidden by s/n", List.of("s/n")));
    assertThat(permit("").shadow(new Asking().request())).isEmpty();
  }

  @Test
  void decide_groupDocument_decidesMembershipAndTheTokensClaimDoesNot() {
    PolicySet set =
        Policies.of(
            """
            apiVersion: postern.dev/v1
            kind: Group
            metadata: {name: leads}
            members:
              - {issuers: ["https://sts.example"], users: [bob]}
              - {groups: [inner]}
            ---
            apiVersion: postern.dev/v1
            kind: Group
            metadata: {name: inner}
            members: [{issuers: ["https://sts.example"], debuggers: [dbg-7]}]
            """,
            policy(
                "p",
                "permits",
                permitText("r", "subjects: {issuers: [\"%s\"], groups: [leads]}".formatted(STS))));

    assertThat(permitted(set, new Asking().user("bob").groups()).rules()).isNotEmpty();
    assertThat(permitted(set, new Asking().debugger("dbg-7")).rules()).isNotEmpty();
    assertThat(reason(set, new Asking().groups("leads", "inner")))
        .isEqualTo(Reason.SUBJECT_UNKNOWN);
  }

  @Test
  void decide_faultWhileDeciding_isADenialWithInternalError() {
    var broken =
        new Evaluator(
            new Evaluator.Candidates() {
              @Override
              public List<Rule> permits(Facts facts) {
                throw new IllegalStateException("broken on purpose");
              }

              @Override
              public List<Rule> forbids(Facts facts) {
                return List.of();
              }

              @Override
              public boolean knowsSubject(Facts facts) {
                return true;
              }
            },
            List.of(),
            new Vocabulary(GroupDirectory.EMPTY, Map.of()));

    assertThat(broken.decide(new Asking().request()))
        .isInstanceOfSatisfying(
            Deny.class, deny -> assertThat(deny.reason()).isEqualTo(Reason.INTERNAL_ERROR));
  }
}
