package dev.postern.gateway;

import static dev.postern.gateway.AdmissionTest.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.attestation.mint.ProofSigner;
import dev.postern.gateway.AttachClient.Ended;
import dev.postern.gateway.state.Lock;
import dev.postern.gateway.stream.EndReason;
import dev.postern.proto.v1.Admitted;
import dev.postern.proto.v1.AttachRequest;
import dev.postern.proto.v1.AttachStart;
import dev.postern.proto.v1.ChallengePurpose;
import dev.postern.proto.v1.DebugGatewayGrpc;
import dev.postern.proto.v1.EndSession;
import dev.postern.proto.v1.GetChallengeRequest;
import dev.postern.proto.v1.ListTargetsRequest;
import dev.postern.proto.v1.Renew;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What ends a live session, what carries it on, and that targets are let go of first. */
class SessionTest {
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

  private void assertEnds(AttachClient client, String reason) throws InterruptedException {
    Ended ended = client.end();
    assertThat(ended.reason()).isEqualTo(reason);
    assertThat(gateway.tools.closed.poll(5, TimeUnit.SECONDS)).isNotNull();
    await(() -> gateway.gateway().sessions().sessions().isEmpty());
    assertThat(gateway.events("session.ended"))
        .anySatisfy(entry -> assertThat(entry.string("reason")).contains(reason));
  }

  @Test
  void session_tokenExpires_ends() throws Exception {
    AttachClient client = gateway.attach();
    client.admitted(gateway);

    gateway.clock.pass(Duration.ofMinutes(10));

    assertEnds(client, "SESSION_EXPIRED");
  }

  @Test
  void session_wallClockSetBack_stillEndsWhenItsTimeHasPassed() throws Exception {
    AttachClient client = gateway.attach();
    client.admitted(gateway);
    gateway.clock.jump(Duration.ofHours(-5));

    gateway.clock.pass(Duration.ofMinutes(10));

    assertEnds(client, "SESSION_EXPIRED");
  }

  @Test
  void session_wallClockJumpsAhead_ends() throws Exception {
    AttachClient client = gateway.attach();
    client.admitted(gateway);

    gateway.clock.jump(Duration.ofHours(5));

    assertEnds(client, "SESSION_EXPIRED");
  }

  @Test
  void session_withoutMessages_endsIdle() throws Exception {
    gateway.policy(TestGateway.POLICY.replace("idle: 10m", "idle: 1m"));
    await(() -> gateway.events("policy.loaded").size() == 2);
    AttachClient client = gateway.attach();
    client.admitted(gateway);

    gateway.clock.pass(Duration.ofMinutes(1));

    assertEnds(client, "SESSION_IDLE");
  }

  @Test
  void session_whereOnlyTheTargetSpeaks_isIdle() throws Exception {
    gateway.policy(TestGateway.POLICY.replace("idle: 10m", "idle: 1m"));
    await(() -> gateway.events("policy.loaded").size() == 2);
    AttachClient client = gateway.attach();
    client.admitted(gateway);
    gateway.clock.pass(Duration.ofSeconds(50));
    assertThat(client.data("the clock starts again").text()).isNotEmpty();
    gateway.clock.pass(Duration.ofSeconds(50));

    gateway.tools.sayToAll("by itself");
    assertThat(client.text()).isEqualTo("by itself");
    gateway.clock.pass(Duration.ofSeconds(10));

    assertEnds(client, "SESSION_IDLE");
  }

  @Test
  void session_longestSessionOver_ends() throws Exception {
    gateway.policy(TestGateway.POLICY.replace("max: 2h", "max: 2m"));
    await(() -> gateway.events("policy.loaded").size() == 2);
    AttachClient client = gateway.attach();
    client.admitted(gateway);

    gateway.clock.pass(Duration.ofMinutes(2));

    assertEnds(client, "SESSION_MAX");
  }

  @Test
  void session_policyNoLongerPermitsIt_ends() throws Exception {
    AttachClient client = gateway.attach();
    client.admitted(gateway);

    gateway.policy(TestGateway.POLICY.replace("groups: [oncall]", "groups: [others]"));

    assertEnds(client, "SESSION_POLICY_CHANGED");
  }

  @Test
  void session_policyFileBroken_goesOnUnderTheLastGoodSet() throws Exception {
    AttachClient client = gateway.attach();
    client.admitted(gateway);

    gateway.policy("apiVersion: nonsense");
    await(() -> !gateway.events("policy.refused").isEmpty());

    assertThat(client.data("still here").text()).isEqualTo("still here");
  }

  @Test
  void session_issuersKeyRemoved_ends() throws Exception {
    AttachClient client = gateway.attach();
    client.admitted(gateway);

    Files.write(folder.resolve("sts.jwks.json"), gateway.verifierKey.toJwks("another"));
    gateway.clock.pass(Duration.ofSeconds(2));

    assertEnds(client, "SESSION_POLICY_CHANGED");
  }

  @Test
  void session_keySetUnreadable_goesOn() throws Exception {
    AttachClient client = gateway.attach();
    client.admitted(gateway);

    Files.delete(folder.resolve("sts.jwks.json"));
    gateway.clock.pass(Duration.ofSeconds(2));

    assertThat(client.data("still here").text()).isEqualTo("still here");
  }

  @Test
  void session_subjectLocked_ends() throws Exception {
    AttachClient client = gateway.attach();
    client.admitted(gateway);

    gateway.store.lock(
        new Lock(
            "L-1",
            Lock.Kind.TARGET,
            "shop/app",
            "incident",
            "bob",
            gateway.clock.instant(),
            Optional.empty()));

    assertEnds(client, "SESSION_REVOKED");
  }

  @Test
  void session_clientResets_restoresTheTargetAtOnce() throws Exception {
    AttachClient client = gateway.attach();
    client.admitted(gateway);
    gateway.tools.turns.drainPermits();
    client.data("the target stalls on this");

    client.reset();

    assertThat(gateway.tools.closed.poll(30, TimeUnit.SECONDS)).isEqualTo(EndReason.CLIENT_GONE);
  }

  @Test
  void session_gatewayStops_restoresTargetsAndSaysSo() throws Exception {
    AttachClient client = gateway.attach();
    client.admitted(gateway);

    gateway.gateway().close();

    assertThat(client.end().reason()).isEqualTo("GATEWAY_STOPPING");
    assertThat(gateway.tools.closed.poll(30, TimeUnit.SECONDS))
        .isEqualTo(EndReason.GATEWAY_STOPPING);
  }

  @Test
  void session_held_takesAFurtherConnectionByTheSameKey() throws Exception {
    String token = gateway.token();
    AttachStart start =
        AttachClient.startOf(token)
            .setHold(com.google.protobuf.Duration.newBuilder().setSeconds(60))
            .build();
    AttachClient first = gateway.attach().attempt(token, gateway.holder, start);
    Admitted admitted = first.response().getAdmitted();
    first.halfClose();
    first.end();
    AttachStart again = AttachStart.newBuilder().setSessionId(admitted.getSessionId()).build();

    AttachClient second = gateway.attach().attempt(token, gateway.holder, again);

    assertThat(second.response().getAdmitted().getSessionId()).isEqualTo(admitted.getSessionId());
    assertThat(second.data("again").text()).isEqualTo("again");
    second.halfClose();
    second.end();
    await(
        () ->
            gateway.gateway().sessions().sessions().stream()
                .allMatch(session -> session.connections().isEmpty()));
    gateway.clock.pass(Duration.ofSeconds(61));
    await(() -> gateway.gateway().sessions().sessions().isEmpty());
  }

  @Test
  void session_endedByItsClient_endsAtOnceWithAllConnectionsWhateverItsHold() throws Exception {
    String token = gateway.token();
    AttachStart start =
        AttachClient.startOf(token)
            .setHold(com.google.protobuf.Duration.newBuilder().setSeconds(600))
            .build();
    AttachClient first = gateway.attach().attempt(token, gateway.holder, start);
    Admitted admitted = first.response().getAdmitted();
    AttachStart again = AttachStart.newBuilder().setSessionId(admitted.getSessionId()).build();
    AttachClient second = gateway.attach().attempt(token, gateway.holder, again);
    second.response();

    first.message(AttachRequest.newBuilder().setEnd(EndSession.getDefaultInstance()).build());

    assertThat(second.end().status().isOk()).isTrue();
    assertThat(first.end().status().isOk()).isTrue();
    await(() -> !gateway.events("session.ended").isEmpty());
    assertThat(gateway.events("session.ended"))
        .singleElement()
        .satisfies(entry -> assertThat(entry.string("reason")).contains("SESSION_ENDED"));
    await(() -> gateway.gateway().sessions().sessions().isEmpty());
  }

  @Test
  void session_renewed_outlivesItsFirstToken() throws Exception {
    AttachClient client = gateway.attach();
    Admitted admitted = client.admitted(gateway);
    gateway.clock.pass(Duration.ofMinutes(9));
    String token = gateway.token();
    String challenge =
        DebugGatewayGrpc.newBlockingStub(gateway.channel(true))
            .getChallenge(
                GetChallengeRequest.newBuilder()
                    .setPurpose(ChallengePurpose.CHALLENGE_PURPOSE_PROOF)
                    .build())
            .getChallenge();
    String proof =
        new ProofSigner(gateway.holder)
            .sign(
                new ProofSigner.Request(
                    TestGateway.ID,
                    challenge,
                    token,
                    admitted.getSessionId(),
                    "shop/app",
                    "dlv",
                    admitted.getScopesList(),
                    Optional.empty()));

    client.message(
        AttachRequest.newBuilder()
            .setRenew(Renew.newBuilder().setToken(token).setProof(proof))
            .build());

    await(() -> !gateway.events("session.renewed").isEmpty());
    gateway.clock.pass(Duration.ofMinutes(5));
    assertThat(client.data("on and on").text()).isEqualTo("on and on");
  }

  @Test
  void session_thatCannotBeRecorded_isNotStarted() throws Exception {
    gateway.policy(
        TestGateway.POLICY.replace(
            "session: {max: 2h, idle: 10m, concurrent: 3}",
            "session: {max: 2h, idle: 10m, concurrent: 3}\n    obligations: {record: full}"));
    await(() -> gateway.events("policy.loaded").size() >= 2);
    gateway.recordingsFail = true;
    String token = gateway.token();
    AttachStart start = AttachClient.startOf(token).build();

    Ended ended = gateway.attach().attempt(token, gateway.holder, start).end();

    assertThat(ended.reason()).isEqualTo("INTERNAL_STORE");
    assertThat(gateway.tools.opened).isEmpty();
    await(() -> gateway.gateway().sessions().sessions().isEmpty());
  }

  @Test
  void listTargets_tellsWhatPolicyWouldGrantAndNothingElse() throws Exception {
    var stub = DebugGatewayGrpc.newBlockingStub(gateway.channel(true));
    String token = gateway.token();
    String challenge =
        stub.getChallenge(
                GetChallengeRequest.newBuilder()
                    .setPurpose(ChallengePurpose.CHALLENGE_PURPOSE_PROOF)
                    .build())
            .getChallenge();
    String proof =
        new ProofSigner(gateway.holder)
            .sign(
                new ProofSigner.Request(
                    TestGateway.ID, challenge, token, "", "", "", List.of(), Optional.empty()));

    var listed =
        stub.listTargets(ListTargetsRequest.newBuilder().setToken(token).setProof(proof).build());

    assertThat(listed.getTargetsList())
        .singleElement()
        .satisfies(
            target -> {
              assertThat(target.getName()).isEqualTo("shop/app");
              assertThat(target.getScopesList()).containsExactly("dlv/inspect", "dlv/observe");
            });
  }
}
