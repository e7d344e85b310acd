package dev.postern.gateway.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link StateStore} does. */
abstract class StateStoreContract {
  static final Instant START = Instant.parse("2026-11-23T12:00:00Z");

  Instant now = START;
  final InstantSource clock = () -> now;
  StateStore store;

  StateStoreContract() {
    store = new MemoryStateStore(clock);
  }

  abstract StateStore open() throws Exception;

  @BeforeEach
  void openStore() throws Exception {
    store = open();
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  static SessionRow row(String id, String subject, String thumbprint) {
    return new SessionRow(
        id,
        "a",
        "d-" + id,
        subject,
        thumbprint,
        "dlv",
        "shop/app",
        "dlv",
        List.of("dlv/observe", "dlv/inspect"),
        START,
        START.plusSeconds(900),
        false,
        SessionRow.Phase.OPENING);
  }

  ClaimRequest claim(String replayKey, SessionRow row) {
    return new ClaimRequest(replayKey, START.plusSeconds(930), row, ClaimRequest.NO_LIMIT, 100);
  }

  @Test
  void claim_unusedToken_opensTheSession() throws Exception {
    SessionRow row = row("s1", "alice", "k1");
    assertThat(store.claim(claim("iss#1", row))).isEqualTo(new Claim.Claimed(row));
    assertThat(store.session("s1")).contains(row);
    assertThat(store.opened("s1")).isTrue();
    assertThat(store.session("s1")).contains(row.in(SessionRow.Phase.LIVE));
    assertThat(store.sessionsOf("alice")).isEqualTo(1);
  }

  @Test
  void claim_byAnotherKey_isReplayed() throws Exception {
    store.claim(claim("iss#1", row("s1", "alice", "k1")));
    assertThat(store.claim(claim("iss#1", row("s2", "alice", "k2"))))
        .isEqualTo(new Claim.Replayed());
    assertThat(store.session("s2")).isEmpty();
  }

  @Test
  void claim_bySameKeyWhileTheSessionLives_isTaken() throws Exception {
    store.claim(claim("iss#1", row("s1", "alice", "k1")));
    store.opened("s1");
    assertThat(store.claim(claim("iss#1", row("s2", "alice", "k1"))))
        .isEqualTo(new Claim.Taken(row("s1", "alice", "k1").in(SessionRow.Phase.LIVE)));
    assertThat(store.sessions()).hasSize(1);
  }

  @Test
  void claim_afterTheSessionEnded_isReplayed() throws Exception {
    store.claim(claim("iss#1", row("s1", "alice", "k1")));
    assertThat(store.ended("s1")).isTrue();
    assertThat(store.ended("s1")).isFalse();
    assertThat(store.claim(claim("iss#1", row("s2", "alice", "k1"))))
        .isEqualTo(new Claim.Replayed());
  }

  @Test
  void claim_afterAFailedOpening_worksUntilTheWindowEnds() throws Exception {
    store.claim(claim("iss#1", row("s1", "alice", "k1")));
    store.openingFailed("s1");
    assertThat(store.sessions()).isEmpty();
    assertThat(store.claim(claim("iss#1", row("s2", "alice", "k2"))))
        .isEqualTo(new Claim.Replayed());
    now = START.plus(StateStore.RETRY_WINDOW).minusMillis(1);
    SessionRow again = row("s2", "alice", "k1");
    assertThat(store.claim(claim("iss#1", again))).isEqualTo(new Claim.Retried(again));
    store.openingFailed("s2");
    now = now.plus(StateStore.RETRY_WINDOW);
    assertThat(store.claim(claim("iss#1", row("s3", "alice", "k1"))))
        .isEqualTo(new Claim.Replayed());
  }

  @Test
  void claim_overTheSubjectsLimit_leavesTheTokenUnused() throws Exception {
    store.claim(claim("iss#1", row("s1", "alice", "k1")));
    var limited =
        new ClaimRequest("iss#2", START.plusSeconds(930), row("s2", "alice", "k1"), 1, 100);
    assertThat(store.claim(limited)).isEqualTo(new Claim.SubjectLimit(1));
    store.ended("s1");
    assertThat(store.claim(limited)).isInstanceOf(Claim.Claimed.class);
  }

  @Test
  void claim_overTheGatewaysLimit_leavesTheTokenUnused() throws Exception {
    store.claim(claim("iss#1", row("s1", "alice", "k1")));
    var limited = new ClaimRequest("iss#2", START.plusSeconds(930), row("s2", "bob", "k2"), 9, 1);
    assertThat(store.claim(limited)).isEqualTo(new Claim.GatewayLimit(1));
    store.ended("s1");
    assertThat(store.claim(limited)).isInstanceOf(Claim.Claimed.class);
  }

  @Test
  void claim_whileLocked_leavesTheTokenUnused() throws Exception {
    for (var kind : Lock.Kind.values()) {
      String value =
          switch (kind) {
            case SUBJECT -> "alice";
            case KEY -> "k1";
            case TARGET -> "shop/app";
          };
      var lock = new Lock("l1", kind, value, "left", "admin", START, Optional.empty());
      store.lock(lock);
      assertThat(store.claim(claim("iss#1", row("s1", "alice", "k1"))))
          .isEqualTo(new Claim.Locked(lock));
      store.unlock("l1");
    }
    assertThat(store.claim(claim("iss#1", row("s1", "alice", "k1"))))
        .isInstanceOf(Claim.Claimed.class);
  }

  @Test
  void claim_existingSessionId_changesNothing() throws Exception {
    store.claim(claim("iss#1", row("s1", "alice", "k1")));
    assertThatThrownBy(() -> store.claim(claim("iss#2", row("s1", "bob", "k2"))))
        .isInstanceOf(StoreUnavailable.class);
    assertThat(store.claim(claim("iss#2", row("s2", "bob", "k2"))))
        .isInstanceOf(Claim.Claimed.class);
  }

  @Test
  void claim_manyAtOnce_oneWins() throws Exception {
    int callers = 32;
    var start = new CountDownLatch(1);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var claims = new ArrayList<Future<Claim>>();
      for (int i = 0; i < callers; i++) {
        SessionRow row = row("s" + i, "alice", "k" + i);
        claims.add(
            threads.submit(
                () -> {
                  start.await();
                  return store.claim(claim("iss#1", row));
                }));
      }
      start.countDown();
      int won = 0;
      for (Future<Claim> claim : claims) {
        if (claim.get() instanceof Claim.Claimed) {
          won++;
        } else {
          assertThat(claim.get()).isEqualTo(new Claim.Replayed());
        }
      }
      assertThat(won).isEqualTo(1);
      assertThat(store.sessions()).hasSize(1);
    }
  }

  @Test
  void claim_manyAtOnceUnderALimit_neverPassIt() throws Exception {
    var start = new CountDownLatch(1);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var claims = new ArrayList<Future<Claim>>();
      for (int i = 0; i < 32; i++) {
        var request =
            new ClaimRequest(
                "iss#" + i, START.plusSeconds(930), row("s" + i, "alice", "k"), 3, 100);
        claims.add(
            threads.submit(
                () -> {
                  start.await();
                  return store.claim(request);
                }));
      }
      start.countDown();
      for (Future<Claim> claim : claims) {
        claim.get();
      }
      assertThat(store.sessionsOf("alice")).isEqualTo(3);
    }
  }

  @Test
  void renew_usesTheNewTokenUpAndMovesTheEnd() throws Exception {
    store.claim(claim("iss#1", row("s1", "alice", "k1")));
    Instant later = START.plusSeconds(1800);
    assertThat(store.renew("s1", "k1", "iss#2", later, later))
        .isEqualTo(new Renewal.Renewed(row("s1", "alice", "k1").until(later)));
    assertThat(store.renew("s1", "k1", "iss#2", later, later)).isEqualTo(new Renewal.Replayed());
    assertThat(store.renew("s1", "k2", "iss#3", later, later)).isEqualTo(new Renewal.Gone());
    assertThat(store.renew("s9", "k1", "iss#3", later, later)).isEqualTo(new Renewal.Gone());
    assertThat(store.session("s1").orElseThrow().expiresAt()).isEqualTo(later);
  }

  @Test
  void takeOver_returnsThisReplicasSessions_andOpeningOnesMayBeTriedAgain() throws Exception {
    store.claim(claim("iss#1", row("s1", "alice", "k1")));
    store.claim(claim("iss#2", row("s2", "bob", "k2")));
    store.opened("s2");
    assertThat(store.takeOver("b")).isEmpty();
    assertThat(store.takeOver("a")).extracting(SessionRow::id).containsExactly("s1", "s2");
    assertThat(store.sessions()).isEmpty();
    assertThat(store.claim(claim("iss#1", row("s3", "alice", "k1"))))
        .isInstanceOf(Claim.Retried.class);
    assertThat(store.claim(claim("iss#2", row("s4", "bob", "k2")))).isEqualTo(new Claim.Replayed());
  }

  @Test
  void locks_endAtTheirTime() throws Exception {
    var lock =
        new Lock(
            "l1",
            Lock.Kind.SUBJECT,
            "alice",
            "left",
            "admin",
            START,
            Optional.of(START.plusSeconds(10)));
    store.lock(lock);
    now = START.plusMillis(9_999);
    assertThat(store.locks()).containsExactly(lock);
    assertThat(store.lockFor("alice", "k", "t")).contains(lock);
    assertThat(store.lockFor("bob", "alice", "t")).isEmpty();
    now = START.plusSeconds(10);
    assertThat(store.locks()).isEmpty();
    assertThat(store.lockFor("alice", "k", "t")).isEmpty();
  }

  @Test
  void approvals_keepOneVotePerApprover() throws Exception {
    var request =
        new Approval(
            "r1",
            "alice",
            "shop/app",
            List.of("dlv/mutate"),
            "fix",
            START,
            START.plusSeconds(3600),
            List.of());
    store.request(request);
    var no = new Approval.Vote("bob", List.of("leads"), false, START);
    var other = new Approval.Vote("carol", List.of(), true, START);
    var yes = new Approval.Vote("bob", List.of("leads"), true, START.plusSeconds(1));
    assertThat(store.vote("r1", no)).isTrue();
    assertThat(store.vote("r1", other)).isTrue();
    assertThat(store.vote("r1", yes)).isTrue();
    assertThat(store.vote("r2", yes)).isFalse();
    assertThat(store.approvals()).containsExactly(request.votedBy(List.of(other, yes)));
    now = START.plus(Duration.ofHours(1));
    assertThat(store.approvals()).isEmpty();
    assertThat(store.vote("r1", yes)).isFalse();
  }

  @Test
  void prune_forgetsOnlyWhatIsOver() throws Exception {
    store.claim(claim("iss#1", row("s1", "alice", "k1")));
    store.claim(claim("iss#2", row("s2", "bob", "k2")));
    store.ended("s1");
    now = START.plusSeconds(929);
    assertThat(store.prune()).isZero();
    now = START.plusSeconds(930);
    // the token of a session that still lives is kept with it
    assertThat(store.prune()).isEqualTo(1);
    store.ended("s2");
    assertThat(store.prune()).isEqualTo(1);
  }

  @Test
  void secrets_areMadeOnce() throws Exception {
    byte[] secret = store.secret("challenge", 32);
    assertThat(secret).hasSize(32);
    assertThat(store.secret("challenge", 32)).isEqualTo(secret);
    assertThat(store.secret("other", 32)).isNotEqualTo(secret);
    assertThat(store.instanceId("a")).matches("[0-9a-f]{8}").isEqualTo(store.instanceId("a"));
    assertThat(store.instanceId("b")).isNotEqualTo(store.instanceId("a"));
  }
}
