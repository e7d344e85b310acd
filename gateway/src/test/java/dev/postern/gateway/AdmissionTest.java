package dev.postern.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.attestation.jose.Algorithm;
import dev.postern.attestation.mint.SigningKey;
import dev.postern.gateway.AttachClient.Ended;
import dev.postern.gateway.stream.EndReason;
import dev.postern.proto.v1.Admitted;
import dev.postern.proto.v1.AttachStart;
import io.grpc.Status;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Admission over real TLS, step by step, and each way to be refused. */
class AdmissionTest {
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

  private Ended refusal(String token, AttachStart start) throws InterruptedException {
    return gateway.attach().attempt(token, gateway.holder, start).end();
  }

  @Test
  void attach_goodTokenAndProof_isAdmittedRecordedAndConnected() throws Exception {
    AttachClient client = gateway.attach();

    Admitted admitted = client.admitted(gateway);

    assertThat(admitted.getScopesList()).containsExactly("dlv/inspect", "dlv/observe");
    assertThat(admitted.getSimulated()).isTrue();
    assertThat(admitted.getTargetRuns()).isTrue();
    assertThat(client.data("hello").text()).isEqualTo("hello");
    assertThat(gateway.events("admission.granted"))
        .singleElement()
        .satisfies(
            entry -> assertThat(entry.string("decision")).contains(admitted.getDecisionId()));
    client.halfClose();
    assertThat(client.end().status().getCode()).isEqualTo(Status.Code.OK);
    assertThat(gateway.tools.closed.poll(5, TimeUnit.SECONDS)).isEqualTo(EndReason.SESSION_ENDED);
  }

  @Test
  void attach_scopeAskedThatPolicyDoesNotGrant_isDenied() throws Exception {
    String token =
        gateway.mint.mint(
            gateway.claims(List.of("dlv/observe", "dlv/mutate"), List.of("oncall")),
            gateway.holder);
    AttachStart start = AttachClient.startOf(token).addScopes("dlv/mutate").build();

    Ended ended = refusal(token, start);

    assertThat(ended.reason()).isEqualTo("POLICY_NO_MATCH");
    assertThat(ended.status().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(ended.decisionId()).startsWith("D-");
  }

  @Test
  void attach_unknownTarget_readsLikeOneThatPolicyDoesNotPermit() throws Exception {
    String token = gateway.token();
    Ended unknown = refusal(token, AttachClient.startOf(token).setTarget("shop/none").build());
    String other = gateway.token();
    Ended forbidden = refusal(other, AttachClient.startOf(other).setTarget("shop/dev").build());

    assertThat(unknown.reason()).isEqualTo("POLICY_NO_MATCH").isEqualTo(forbidden.reason());
    assertThat(unknown.status().getCode()).isEqualTo(forbidden.status().getCode());
    assertThat(gateway.events("admission.denied"))
        .anySatisfy(entry -> assertThat(entry.string("reason")).contains("POLICY_TARGET_UNKNOWN"));
  }

  @Test
  void attach_noToken_isDenied() throws Exception {
    Ended ended = gateway.attach().start(AttachClient.startOf("").build()).end();

    assertThat(ended.reason()).isEqualTo("TOKEN_MISSING");
    assertThat(ended.status().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
  }

  @Test
  void attach_garbageToken_isDeniedWithNothingButItsHashOnRecord() throws Exception {
    Ended ended = gateway.attach().start(AttachClient.startOf("sec.ret.token").build()).end();

    assertThat(ended.status().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    assertThat(gateway.audit.entries().toString()).doesNotContain("sec.ret.token");
    assertThat(gateway.events("admission.denied"))
        .singleElement()
        .satisfies(entry -> assertThat(entry.string("token_sha256")).isPresent());
  }

  @Test
  void attach_proofByAnotherKey_isDenied() throws Exception {
    String token = gateway.token();
    AttachStart start = AttachClient.startOf(token).build();

    Ended ended =
        gateway.attach().attempt(token, SigningKey.generate(Algorithm.ES256), start).end();

    assertThat(ended.reason()).isEqualTo("BINDING_PROOF_INVALID");
    assertThat(gateway.tools.opened).isEmpty();
  }

  @Test
  void attach_sameTokenAgainWhileItsSessionLives_takesTheSessionUp() throws Exception {
    String token = gateway.token();
    AttachStart start = AttachClient.startOf(token).build();
    Admitted first =
        gateway.attach().attempt(token, gateway.holder, start).response().getAdmitted();

    Admitted second =
        gateway.attach().attempt(token, gateway.holder, start).response().getAdmitted();

    assertThat(second.getSessionId()).isEqualTo(first.getSessionId());
    assertThat(gateway.tools.opened).hasSize(2);
  }

  @Test
  void attach_sameTokenAfterItsSessionEnded_isReplay() throws Exception {
    String token = gateway.token();
    AttachStart start = AttachClient.startOf(token).build();
    AttachClient client = gateway.attach().attempt(token, gateway.holder, start);
    client.response();
    client.halfClose();
    client.end();
    gateway.tools.closed.poll(5, TimeUnit.SECONDS);
    await(() -> gateway.gateway().sessions().sessions().isEmpty());

    assertThat(refusal(token, start).reason()).isEqualTo("CLAIM_REPLAYED");
  }

  @Test
  void attach_targetUnreachable_isSaidAndTheTokenMayBeTriedAgain() throws Exception {
    gateway.tools.unreachable = true;
    String token = gateway.token();
    AttachStart start = AttachClient.startOf(token).build();

    Ended ended = refusal(token, start);

    assertThat(ended.reason()).isEqualTo("TARGET_UNREACHABLE");
    assertThat(ended.status().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(gateway.events("admission.failed")).hasSize(1);
    gateway.tools.unreachable = false;
    assertThat(
            gateway
                .attach()
                .attempt(token, gateway.holder, start)
                .response()
                .getAdmitted()
                .getSessionId())
        .startsWith("S-");
  }

  @Test
  void attach_toolWithoutInspector_isSaidOnlyToWhoPolicyPermits() throws Exception {
    String token =
        gateway.mint.mint(
            gateway.claims(List.of("gdb/observe"), List.of("oncall")), gateway.holder);

    Ended ended = refusal(token, AttachClient.startOf(token).setTool("gdb").build());

    assertThat(ended.reason()).isEqualTo("TOOL_UNSUPPORTED");
    assertThat(ended.status().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
  }

  @Test
  void attach_auditUnavailable_isDeniedAndNothingOpened() throws Exception {
    gateway.audit.fail(true);
    String token = gateway.token();

    Ended ended = refusal(token, AttachClient.startOf(token).build());

    assertThat(ended.reason()).isEqualTo("INTERNAL_STORE");
    assertThat(ended.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(gateway.tools.opened).isEmpty();
    assertThat(gateway.store.sessions()).isEmpty();
  }

  @Test
  void denial_auditUnavailable_keepsItsReasonAndIsCounted() throws Exception {
    gateway.audit.fail(true);

    Ended ended = gateway.attach().start(AttachClient.startOf("a.b.c").build()).end();

    assertThat(ended.reason()).isEqualTo("TOKEN_ENCODING");
    gateway.gateway().writeSums();
    assertThat(gateway.events("admission.failures")).isEmpty();
    gateway.audit.fail(false);
    gateway.gateway().writeSums();
    assertThat(gateway.events("admission.failures"))
        .singleElement()
        .satisfies(entry -> assertThat(entry.string("reason")).contains("TOKEN_ENCODING"));
  }

  @Test
  void attach_stateUnavailable_isDenied() throws Exception {
    gateway.store.fail(true);
    String token = gateway.token();

    assertThat(refusal(token, AttachClient.startOf(token).build()).reason())
        .isEqualTo("INTERNAL_STORE");
    gateway.store.fail(false);
  }

  @Test
  void attach_subjectHasAllItsSessions_isDenied() throws Exception {
    for (int i = 0; i < 3; i++) {
      gateway.attach().admitted(gateway);
    }
    String token = gateway.token();

    assertThat(refusal(token, AttachClient.startOf(token).build()).reason())
        .isEqualTo("POLICY_LIMIT");
  }

  @Test
  void attach_expiredToken_isDenied() throws Exception {
    String token = gateway.token();
    gateway.clock.pass(Duration.ofMinutes(11));

    Ended ended = gateway.attach().start(AttachClient.startOf(token).build()).end();

    assertThat(ended.reason()).isEqualTo("CLAIM_EXPIRED");
  }

  @Test
  void attach_scopeTwice_isDenied() throws Exception {
    AttachStart start =
        AttachClient.startOf(gateway.token())
            .addScopes("dlv/observe")
            .addScopes("dlv/observe")
            .build();

    assertThat(gateway.attach().start(start).end().reason()).isEqualTo("SCOPE_MALFORMED");
  }

  @Test
  void attach_tooManyFailures_areRefusedUnseenUntilTimePasses() throws Exception {
    for (int i = 0; i < 60; i++) {
      gateway.attach().start(AttachClient.startOf("a.b.c").build()).end();
    }

    Ended ended = gateway.attach().start(AttachClient.startOf("a.b.c").build()).end();

    assertThat(ended.reason()).isEqualTo("LIMIT_RATE");
    assertThat(ended.status().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    gateway.clock.pass(Duration.ofMinutes(1));
    assertThat(gateway.attach().admitted(gateway).getSessionId()).startsWith("S-");
  }

  @Test
  void attach_unknownSession_isChallengedLikeAnyOther() throws Exception {
    AttachStart start = AttachStart.newBuilder().setSessionId("S-none").build();

    Ended ended = gateway.attach().attempt("", gateway.holder, start).end();

    assertThat(ended.reason()).isEqualTo("SESSION_UNKNOWN");
  }

  static void await(java.util.function.BooleanSupplier condition) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > until) {
        throw new AssertionError("did not come about within 30 s");
      }
      java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
    }
  }
}
