package dev.postern.gateway;

import static dev.postern.gateway.AdmissionTest.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.attestation.jose.Algorithm;
import dev.postern.attestation.mint.ProofSigner;
import dev.postern.attestation.mint.SigningKey;
import dev.postern.proto.v1.Admitted;
import dev.postern.proto.v1.AttachRequest;
import dev.postern.proto.v1.ChallengePurpose;
import dev.postern.proto.v1.Notice;
import dev.postern.proto.v1.Renew;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Renewals that must not count: the session stays as it was, and ends with its first token. */
class RenewalTest {
  private static final Duration TEN_MINUTES = Duration.ofMinutes(10);

  @TempDir Path folder;
  private TestGateway gateway;
  private AttachClient client;
  private Admitted admitted;

  @BeforeEach
  void start() throws Exception {
    gateway = TestGateway.start(folder);
    client = gateway.attach();
    admitted = client.admitted(gateway);
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private void renew(String token, SigningKey prover) {
    String challenge = gateway.challenge(ChallengePurpose.CHALLENGE_PURPOSE_PROOF);
    String proof =
        new ProofSigner(prover)
            .sign(
                new ProofSigner.Request(
                    TestGateway.ID,
                    challenge,
                    token,
                    admitted.getSessionId(),
                    "shop/app",
                    "dlv",
                    List.copyOf(admitted.getScopesList()),
                    Optional.empty()));
    client.message(
        AttachRequest.newBuilder()
            .setRenew(Renew.newBuilder().setToken(token).setProof(proof))
            .build());
  }

  private void assertRefused(String token, SigningKey prover, String reason) throws Exception {
    renew(token, prover);

    Notice notice = client.notice();
    assertThat(notice.getReason()).isEqualTo(reason);
    assertThat(gateway.events("renewal.denied").getLast().string("reason")).contains(reason);
    assertThat(client.data("goes on").text()).isEqualTo("goes on");
    assertThat(gateway.events("session.renewed")).isEmpty();
    gateway.clock.pass(TEN_MINUTES);
    assertThat(client.end().reason()).isEqualTo("SESSION_EXPIRED");
  }

  @Test
  void renew_proofByAnotherKey_isRefused() throws Exception {
    assertRefused(gateway.token(), SigningKey.generate(Algorithm.ES256), "BINDING_PROOF_INVALID");
  }

  @Test
  void renew_tokenOfAnotherKey_isRefused() throws Exception {
    SigningKey other = SigningKey.generate(Algorithm.ES256);

    assertRefused(gateway.token("alice@test", TEN_MINUTES, other), other, "BINDING_MISMATCH");
  }

  @Test
  void renew_tokenOfAnotherSubject_isRefused() throws Exception {
    assertRefused(
        gateway.token("bob@test", TEN_MINUTES, gateway.holder), gateway.holder, "BINDING_MISMATCH");
  }

  @Test
  void renew_expiredToken_isRefused() throws Exception {
    String token = gateway.token("alice@test", Duration.ofMinutes(1), gateway.holder);
    gateway.clock.pass(Duration.ofMinutes(2));

    assertRefused(token, gateway.holder, "CLAIM_EXPIRED");
  }

  @Test
  void renew_tokenThatPolicyWouldNotAdmit_isRefused() throws Exception {
    String token =
        gateway.mint.mint(
            gateway.claims(List.of("dlv/observe", "dlv/inspect"), List.of("others")),
            gateway.holder);

    assertRefused(token, gateway.holder, "SUBJECT_UNKNOWN");
  }

  @Test
  void renew_storeUnavailable_isRefused() throws Exception {
    gateway.store.fail(true);
    try {
      renew(gateway.token(), gateway.holder);
      assertThat(client.notice().getReason()).isEqualTo("INTERNAL_STORE");
    } finally {
      gateway.store.fail(false);
    }
    assertThat(client.data("goes on").text()).isEqualTo("goes on");
  }

  @Test
  void renew_sameTokenTwice_isReplay() throws Exception {
    String token = gateway.token();
    renew(token, gateway.holder);
    await(() -> !gateway.events("session.renewed").isEmpty());

    renew(token, gateway.holder);

    await(() -> !gateway.events("renewal.denied").isEmpty());
    assertThat(gateway.events("renewal.denied").getFirst().string("reason"))
        .contains("CLAIM_REPLAYED");
  }
}
