package dev.postern.client.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.client.PolicyCommands;
import dev.postern.client.PolicyCommands.Said;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PresentedTokenTest {
  @TempDir Path folder = Path.of(".");
  private PolicyCommands commands = new PolicyCommands(folder);

  @BeforeEach
  void files() {
    commands =
        new PolicyCommands(folder)
            .write(
                "policies/shop.yaml",
                """
                apiVersion: postern.dev/v1
                kind: AccessPolicy
                metadata: {name: shop}
                permits:
                  - id: look
                    subjects: {issuers: ["https://sts.example"], users: [lena]}
                    attestation: {anyOf: [{profile: simulated}], simulated: true}
                    targets: {names: [shop/app]}
                    scopes: [dlv/observe, dlv/inspect]
                """)
            .write(
                "postern.yaml",
                """
                gateway: {id: postern.example, listen: "127.0.0.1:7443", dataDir: data}
                tls: {certificate: tls/tls.crt, key: tls/tls.key}
                trust:
                  allowSimulated: true
                  issuers: [{iss: "https://sts.example", jwks: keys/sts.jwks.json, algorithms: [ES256]}]
                  verifiers: [{iss: "https://verifier.example", jwks: keys/verifier.jwks.json, profile: simulated, algorithms: [ES256]}]
                policies: [policies/]
                targets: [{name: shop/app, endpoints: {dlv: "tcp://127.0.0.1:2345"}}]
                """);
    for (String name : new String[] {"keys/sts", "keys/verifier", "keys/me"}) {
      assertThat(commands.run("keys", "new", commands.at(name)).status()).isZero();
    }
    assertThat(commands.run("keys", "tls", commands.at("tls")).status()).isZero();
    Said mint =
        commands.run(
            "token",
            "mint",
            "--key",
            commands.at("keys/me.pem"),
            "--issuer",
            "https://sts.example",
            "--issuer-key",
            commands.at("keys/sts.pem"),
            "--verifier",
            "https://verifier.example",
            "--verifier-key",
            commands.at("keys/verifier.pem"),
            "--aud",
            "postern.example",
            "--sub",
            "lena",
            "--scope",
            "dlv/observe");
    assertThat(mint.status()).as(mint.err()).isZero();
    commands.write("token", mint.out());
  }

  private Said explain(String target, String... more) {
    var arguments =
        new ArrayList<>(
            List.of(
                "policy",
                "explain",
                "--token",
                commands.at("token"),
                "--config",
                commands.at("postern.yaml"),
                "--target",
                target));
    arguments.addAll(List.of(more));
    return commands.run(arguments.toArray(String[]::new));
  }

  @Test
  void token_thatVerifies_isExplained() {
    Said said = explain("shop/app", "--exit-decision");

    assertThat(said.err()).isEmpty();
    assertThat(said.status()).isZero();
    assertThat(said.out())
        .startsWith("ALLOW  by shop/look")
        .contains("https://sts.example lena", "grants dlv/observe");
  }

  @Test
  void token_thatMayNot_isDeniedAsTheGatewayWould() {
    Said more = explain("shop/app", "--scope", "dlv/inspect", "--exit-decision");
    assertThat(more.status()).isEqualTo(4);
    assertThat(more.out()).startsWith("DENY  SCOPE_NOT_GRANTED");

    Said unknown = explain("shop/other", "--json");
    assertThat(unknown.status()).isZero();
    assertThat(unknown.out()).contains("\"reason\":\"POLICY_TARGET_UNKNOWN\"");
  }

  @Test
  void token_thatDoesNotVerify_saysSoAndAsksNoPolicy() {
    Said said = explain("shop/app", "--now", "2026-11-24T14:00:00Z", "--exit-decision");

    assertThat(said.status()).isEqualTo(4);
    assertThat(said.out())
        .startsWith("DENY  CLAIM_EXPIRED\nthe token does not verify, policies are not asked: ");
    assertThat(explain("shop/app", "--now", "2026-11-24T14:00:00Z", "--json").out())
        .startsWith(
            "{\"schema\":\"postern/explain/v1\",\"decision\":\"deny\",\"reason\":\"CLAIM_EXPIRED\"");
  }

  @Test
  void token_withoutConfigurationOrTarget_isTwo() {
    assertThat(
            commands
                .run("policy", "explain", "--token", "x", "--policies", commands.at("policies"))
                .status())
        .isEqualTo(2);
  }
}
