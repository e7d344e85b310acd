package dev.postern.client.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.audit.AuditEvent;
import dev.postern.audit.AuditField;
import dev.postern.audit.EventType;
import dev.postern.audit.TileAuditLog;
import dev.postern.audit.tlog.NoteSigner;
import dev.postern.client.PolicyCommands;
import dev.postern.client.PolicyCommands.Said;
import dev.postern.policy.AttestationFacts;
import dev.postern.policy.PolicyFolder;
import dev.postern.policy.PolicyRequest;
import dev.postern.policy.PolicySet;
import dev.postern.policy.Subject;
import dev.postern.policy.Target;
import dev.postern.policy.record.RecordedDecision;
import dev.postern.policy.record.RecordedRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AuditedDecisionTest {
  private static final String POLICY =
      """
      apiVersion: postern.dev/v1
      kind: AccessPolicy
      metadata: {name: shop}
      permits:
        - id: oncall
          subjects: {issuers: ["https://sts.example"], groups: [oncall]}
          targets: {labels: {env: [dev]}}
          scopes: [dlv/observe]
      """;

  @TempDir Path folder = Path.of(".");
  private PolicyCommands commands = new PolicyCommands(folder);
  private final NoteSigner signer = NoteSigner.parse("log.example/a", NoteSigner.generatePem());

  @BeforeEach
  void policies() {
    commands = new PolicyCommands(folder).write("policies/shop.yaml", POLICY);
  }

  private PolicySet set() {
    PolicyFolder policies = PolicyFolder.of(List.of(folder.resolve("policies")));
    policies.poll();
    return policies.current().orElseThrow();
  }

  private static PolicyRequest request() {
    return new PolicyRequest(
        new Subject.Named("https://sts.example", "lena"),
        Set.of("oncall"),
        "dbg-1",
        new AttestationFacts(
            "eat",
            Optional.of("https://verifier.example"),
            Optional.of(PolicyCommands.NOW),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Map.of(),
            Map.of(),
            false,
            false),
        Target.direct("shop/app", Map.of("env", "prod")),
        "dlv",
        List.of(),
        List.of("dlv/observe"),
        PolicyCommands.NOW,
        PolicyCommands.NOW.plus(Duration.ofMinutes(5)),
        PolicyRequest.Binding.PROOF,
        Optional.empty(),
        Optional.empty(),
        List.of(),
        0,
        PolicyCommands.NOW,
        PolicyCommands.NOW);
  }

  private AuditEvent denial(String id) {
    return AuditEvent.of(EventType.ADMISSION_DENIED, PolicyCommands.NOW)
        .with(AuditField.DECISION, id)
        .with(AuditField.REASON, "POLICY_NO_MATCH");
  }

  private void log(AuditEvent... events) throws Exception {
    try (TileAuditLog log =
        TileAuditLog.open(
            folder.resolve("audit"), signer, InstantSource.fixed(PolicyCommands.NOW))) {
      for (AuditEvent event : events) {
        log.append(event);
      }
    }
  }

  private void decided() throws Exception {
    log(
        denial("d0"),
        denial("d1")
            .with(AuditField.POLICY_DECISION, RecordedDecision.of(set().decide(request())).toJson())
            .with(AuditField.POLICY_REQUEST, RecordedRequest.of(request()))
            .with(AuditField.POLICY_SET, set().digest()));
  }

  private Said explain(String id, String... more) {
    var arguments =
        new java.util.ArrayList<>(
            List.of(
                "policy",
                "explain",
                "--decision",
                id,
                "--log",
                commands.at("audit"),
                "--policies",
                commands.at("policies")));
    arguments.addAll(List.of(more));
    return commands.run(arguments.toArray(String[]::new));
  }

  @Test
  void decision_bySamePolicies_isExplainedAndDecidedTheSame() throws Exception {
    decided();

    Said said = explain("d1", "--key", signer.verifier().toString());

    assertThat(said.err()).isEmpty();
    assertThat(said.status()).isZero();
    PolicyCommands.assertGolden(
        "explain-decision.txt", said.out().replaceAll("sha256:[0-9a-f]{12}", "sha256:DIGEST"));
    assertThat(explain("d1", "--exit-decision").status()).isEqualTo(4);
  }

  @Test
  void decision_byOtherPolicies_saysWhatChanged() throws Exception {
    decided();
    commands.write("policies/shop.yaml", POLICY.replace("[dev]", "[dev, prod]"));

    Said said = explain("d1");

    assertThat(said.status()).isZero();
    assertThat(said.out())
        .startsWith("ALLOW  by shop/oncall")
        .contains("recorded: DENY POLICY_NO_MATCH", "by other policies (sha256:")
        .endsWith("decided otherwise now\n");
    Said json = explain("d1", "--json");
    assertThat(json.out())
        .startsWith("{\"schema\":\"postern/explain/v1\",\"decision\":\"allow\"")
        .contains("\"recorded\":{\"id\":\"d1\"", "\"samePolicies\":false,\"same\":false");
  }

  @Test
  void decision_thatItsOwnPoliciesDoNotMake_isOne() throws Exception {
    log(
        denial("d1")
            .with(
                AuditField.POLICY_DECISION,
                new RecordedDecision(
                        true,
                        "",
                        List.of("shop/oncall"),
                        List.of("dlv/observe"),
                        Map.of(),
                        Map.of())
                    .toJson())
            .with(AuditField.POLICY_REQUEST, RecordedRequest.of(request()))
            .with(AuditField.POLICY_SET, set().digest()));

    Said said = explain("d1");

    assertThat(said.status()).isEqualTo(1);
    assertThat(said.out()).contains("by these policies").endsWith("decided otherwise now\n");
  }

  @Test
  void decision_unknownOrBeforePolicyOrNoLog_isFive() throws Exception {
    decided();

    assertThat(explain("d9").status()).isEqualTo(5);
    assertThat(explain("d9").err()).contains("no decision `d9` among 2 entries");
    assertThat(explain("d0").status()).isEqualTo(5);
    assertThat(explain("d0").err()).contains("before policies were asked: POLICY_NO_MATCH");
    assertThat(
            commands
                .run(
                    "policy",
                    "explain",
                    "--decision",
                    "d",
                    "--log",
                    commands.at("policies"),
                    "--policies",
                    commands.at("policies"))
                .status())
        .isEqualTo(5);
  }

  @Test
  void decision_underAnotherKey_isSix() throws Exception {
    decided();
    NoteSigner other = NoteSigner.parse("log.example/a", NoteSigner.generatePem());

    Said said = explain("d1", "--key", other.verifier().toString());

    assertThat(said.status()).isEqualTo(6);
    assertThat(said.err()).contains("the audit log does not hold");
  }

  @Test
  void explain_ofNothingOrTwoThings_isTwo() {
    assertThat(commands.run("policy", "explain").status()).isEqualTo(2);
    assertThat(explain("d1", commands.at("request.yaml")).status()).isEqualTo(2);
    assertThat(commands.run("policy", "explain", "--token", "-").status()).isEqualTo(2);
  }
}
