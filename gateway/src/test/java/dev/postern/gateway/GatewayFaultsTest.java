package dev.postern.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.attestation.mint.ProofSigner;
import dev.postern.gateway.AttachClient.Ended;
import dev.postern.proto.v1.AttachStart;
import dev.postern.proto.v1.ChallengePurpose;
import dev.postern.proto.v1.DebugGatewayGrpc;
import dev.postern.proto.v1.ListTargetsRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the gateway needs and does not have: it fails closed, says so, and finds its way back. */
class GatewayFaultsTest {
  @TempDir Path folder;
  private TestGateway gateway;

  @BeforeEach
  void start() {
    gateway = TestGateway.start(folder);
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private Ended attempt(String token) throws InterruptedException {
    return gateway.attach().start(AttachClient.startOf(token).build()).end();
  }

  @Test
  void keys_notReadableForADay_countNoMore() throws Exception {
    Files.delete(folder.resolve("sts.jwks.json"));
    gateway.clock.pass(Duration.ofHours(23));
    assertThat(gateway.attach().admitted(gateway).getSessionId()).startsWith("S-");

    gateway.clock.pass(Duration.ofHours(2));

    Ended ended = attempt(gateway.token());
    assertThat(ended.reason()).isEqualTo("INTERNAL_KEYS_UNAVAILABLE");
    assertThat(ended.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
  }

  @Test
  void clock_notSet_admitsNobody() throws Exception {
    String token = gateway.token();
    gateway.clock.jump(Duration.ofDays(-365 * 40));

    Ended ended = attempt(token);

    assertThat(ended.reason()).isEqualTo("INTERNAL_CLOCK");
    assertThat(ended.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
  }

  @Test
  void clock_setBackAnHour_admitsNoTokenFromTheFuture() throws Exception {
    String token = gateway.token();
    gateway.clock.jump(Duration.ofHours(-1));

    assertThat(attempt(token).reason()).isEqualTo("CLAIM_IAT_FUTURE");
  }

  @Test
  void listing_auditUnavailable_isRefused() throws Exception {
    gateway.audit.fail(true);
    String token = gateway.token();
    String challenge = gateway.challenge(ChallengePurpose.CHALLENGE_PURPOSE_PROOF);
    String proof =
        new ProofSigner(gateway.holder)
            .sign(
                new ProofSigner.Request(
                    TestGateway.ID, challenge, token, "", "", "", List.of(), Optional.empty()));
    var request = ListTargetsRequest.newBuilder().setToken(token).setProof(proof).build();

    Assertions.assertThatThrownBy(
            () -> DebugGatewayGrpc.newBlockingStub(gateway.channel(true)).listTargets(request))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            refused ->
                assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
  }

  @Test
  void session_auditFailsWhileItLives_goesOnAndItsEndIsOnRecord() throws Exception {
    AttachClient client = gateway.attach();
    client.admitted(gateway);

    gateway.audit.fail(true);

    assertThat(client.data("goes on").text()).isEqualTo("goes on");
    client.halfClose();
    assertThat(client.end().status().isOk()).isTrue();
    AdmissionTest.await(() -> !gateway.events("session.ended").isEmpty());
  }

  @Test
  void restart_withLiveSessions_saysThatTheyAreOver() throws Exception {
    String token = gateway.token();
    AttachStart start = AttachClient.startOf(token).build();
    String id =
        gateway
            .attach()
            .attempt(token, gateway.holder, start)
            .response()
            .getAdmitted()
            .getSessionId();
    gateway.restored = List.of(URI.create("tcp://127.0.0.1:2345"));
    Gateway first = gateway.gateway();

    gateway.startAgain();

    assertThat(gateway.store.sessions()).isEmpty();
    assertThat(gateway.events("session.ended"))
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.string("session")).contains(id);
              assertThat(entry.string("reason")).contains("GATEWAY_STOPPING");
            });
    assertThat(gateway.events("target.restored"))
        .singleElement()
        .satisfies(entry -> assertThat(entry.string("target")).contains("shop/app"));
    assertThat(gateway.attach().attempt(token, gateway.holder, start).end().reason())
        .isEqualTo("CLAIM_REPLAYED");
    assertThat(gateway.attach().admitted(gateway).getSessionId()).startsWith("S-");
    first.close();
  }
}
