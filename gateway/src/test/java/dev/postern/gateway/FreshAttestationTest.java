package dev.postern.gateway;

import static dev.postern.gateway.AdmissionTest.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.gateway.AttachClient.Ended;
import dev.postern.proto.v1.Admitted;
import dev.postern.proto.v1.AttachStart;
import dev.postern.proto.v1.ChallengePurpose;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Permits that ask for {@code fresh: true}: the gateway's own challenge has to be attested. */
class FreshAttestationTest {
  private static final String POLICY =
      TestGateway.POLICY.replace(
          "attestation: {simulated: true,", "attestation: {simulated: true, fresh: true,");

  @TempDir Path folder;
  private TestGateway gateway;

  @BeforeEach
  void start() {
    gateway = TestGateway.start(folder, "", POLICY);
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private AttachClient attach(String token) throws InterruptedException {
    AttachStart start = AttachClient.startOf(token).build();
    return gateway.attach().attempt(token, gateway.holder, start);
  }

  private void assertNotFresh(String token) throws InterruptedException {
    Ended ended = attach(token).end();
    assertThat(ended.reason()).isEqualTo("ATT_NONCE_MISMATCH");
    assertThat(gateway.tools.opened).isEmpty();
  }

  @Test
  void attach_attestationOverAChallengeOfTheGateway_isAdmitted() throws Exception {
    String challenge = gateway.challenge(ChallengePurpose.CHALLENGE_PURPOSE_ATTESTATION);

    Admitted admitted = attach(gateway.tokenOver(challenge)).response().getAdmitted();

    assertThat(admitted.getSessionId()).startsWith("S-");
  }

  @Test
  void attach_twoTokensOverOneChallenge_secondIsDenied() throws Exception {
    String challenge = gateway.challenge(ChallengePurpose.CHALLENGE_PURPOSE_ATTESTATION);
    String first = gateway.tokenOver(challenge);
    assertThat(attach(first).response().hasAdmitted()).isTrue();

    assertThat(attach(gateway.tokenOver(challenge)).end().reason()).isEqualTo("ATT_REPLAYED");
    // the session that is in may be taken up again with its own token
    assertThat(attach(first).response().hasAdmitted()).isTrue();
  }

  @Test
  void attach_attestationWithoutChallenge_isDenied() throws Exception {
    assertNotFresh(gateway.token());
  }

  @Test
  void attach_attestationOverAnotherGatewaysChallenge_isDenied() throws Exception {
    String challenge = gateway.challenge(ChallengePurpose.CHALLENGE_PURPOSE_ATTESTATION);

    assertNotFresh(gateway.tokenOver("A".repeat(challenge.length())));
  }

  @Test
  void attach_attestationOverAChallengeForProofs_isDenied() throws Exception {
    assertNotFresh(gateway.tokenOver(gateway.challenge(ChallengePurpose.CHALLENGE_PURPOSE_PROOF)));
  }

  @Test
  void attach_attestationOverAStaleChallenge_isDenied() throws Exception {
    String challenge = gateway.challenge(ChallengePurpose.CHALLENGE_PURPOSE_ATTESTATION);
    gateway.clock.pass(Duration.ofMinutes(5));

    assertNotFresh(gateway.tokenOver(challenge));
  }

  @Test
  void session_judgedAnewLongAfterItsChallengeExpired_goesOn() throws Exception {
    String challenge = gateway.challenge(ChallengePurpose.CHALLENGE_PURPOSE_ATTESTATION);
    AttachClient client = attach(gateway.tokenOver(challenge));
    client.response();
    gateway.clock.pass(Duration.ofMinutes(9));

    // both kinds of change: each has every session judged anew
    gateway.policy(POLICY.replace("max: 2h", "max: 3h"));
    await(() -> gateway.events("policy.loaded").size() == 2);
    Files.write(folder.resolve("sts.jwks.json"), gateway.issuerKey.toJwks("sts-1"));

    gateway.gateway().judgeSessions();
    assertThat(client.data("still here").text()).isEqualTo("still here");
    assertThat(gateway.gateway().sessions().sessions()).hasSize(1);
    assertThat(gateway.events("session.ended")).isEmpty();
  }
}
