package dev.postern.gateway.session;

import dev.postern.audit.AuditLog;
import dev.postern.audit.recording.Recording;
import dev.postern.audit.recording.RecordingFailed;
import dev.postern.gateway.state.Lock;
import dev.postern.gateway.state.SessionRow;
import dev.postern.gateway.state.StateStore;
import dev.postern.gateway.state.StoreUnavailable;
import dev.postern.gateway.stream.EndReason;
import dev.postern.gateway.stream.ToolTargets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The live sessions of this replica. Ends those that are over by time, by a lock, or by a change of
 * policy or trust. Safe for use by many threads.
 */
public final class SessionRegistry {
  private static final Logger log = LoggerFactory.getLogger(SessionRegistry.class);

  private final StateStore store;
  private final AuditLog audit;
  private final Recordings recordings;
  private final InstantSource clock;
  private final LongSupplier ticker;
  private final Map<String, DebugSession> live = new ConcurrentHashMap<>();
  private final AtomicLong judgements = new AtomicLong();

  /** Starts the recording of a session. */
  @FunctionalInterface
  public interface Recordings {
    /** Of its messages, or only of when, how long and what became of them. */
    Recording start(SessionRow row, boolean full) throws RecordingFailed;
  }

  public SessionRegistry(
      StateStore store,
      AuditLog audit,
      Recordings recordings,
      InstantSource clock,
      LongSupplier ticker) {
    this.store = store;
    this.audit = audit;
    this.recordings = recordings;
    this.clock = clock;
    this.ticker = ticker;
  }

  /**
   * Makes the session that admission granted, without a connection yet.
   *
   * @throws RecordingFailed if it cannot be recorded as policy obliges: it must not start
   */
  public DebugSession open(SessionTerms terms, TokenInUse token, ToolTargets tool)
      throws RecordingFailed {
    Optional<Recording> recording =
        terms.record() == SessionTerms.Kept.NONE
            ? Optional.empty()
            : Optional.of(recordings.start(terms.row(), terms.record() == SessionTerms.Kept.FULL));
    var session =
        new DebugSession(
            terms,
            token,
            tool,
            new SessionRecord(terms, recording, audit, clock),
            this,
            clock.instant(),
            ticker);
    live.put(session.id(), session);
    return session;
  }

  /** A live session of this replica. */
  public Optional<DebugSession> find(String sessionId) {
    return Optional.ofNullable(live.get(sessionId));
  }

  public List<DebugSession> sessions() {
    return List.copyOf(live.values());
  }

  /** Takes back a session whose opening failed: it never was. */
  public void discard(DebugSession session) {
    if (session.beginEnd()) {
      live.remove(session.id());
      session.record().discarded();
      session.endDone();
    }
  }

  /**
   * Ends a session: targets restored, callers told, row removed, record written. Returns when that
   * is done, whoever began it.
   */
  public void end(DebugSession session, EndReason why, String detail) {
    if (!session.beginEnd()) {
      try {
        session.awaitEnd();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return;
    }
    try {
      closeAll(session, why, detail);
      Instant openedAt = session.terms().row().openedAt();
      long elapsedMs = Math.max(0, Duration.between(openedAt, clock.instant()).toMillis());
      session.record().ended(why, detail, session.bytesMoved(), elapsedMs);
      try {
        store.ended(session.id());
      } catch (StoreUnavailable e) {
        log.warn("session row stays until it is taken over session_id={}", session.id(), e);
      }
      log.info("session ended session_id={} reason={} elapsed_ms={}", session.id(), why, elapsedMs);
    } finally {
      live.remove(session.id());
      session.endDone();
    }
  }

  private static void closeAll(DebugSession session, EndReason why, String detail) {
    var closing = new ArrayList<Thread>();
    for (SessionConnection connection : session.connections()) {
      closing.add(Thread.ofVirtual().start(() -> connection.close(why, detail)));
    }
    join(closing);
  }

  /** Ends what is over by time; to be called a few times a second. */
  public void sweep() {
    Instant now = clock.instant();
    for (DebugSession session : live.values()) {
      Optional<EndReason> due = session.dueAt(now);
      if (due.isPresent()) {
        endLater(session, due.get(), "");
      } else {
        session.noticeExpiry(now);
      }
    }
  }

  /** Ends what a lock holds for; to be called every second, and at once when one is set here. */
  public void applyLocks() throws StoreUnavailable {
    if (live.isEmpty()) {
      return;
    }
    List<Lock> locks = store.locks();
    for (DebugSession session : live.values()) {
      SessionRow row = session.terms().row();
      locks.stream()
          .filter(lock -> lock.holdsFor(row.subject(), row.thumbprint(), row.target()))
          .findFirst()
          .ifPresent(lock -> endLater(session, EndReason.SESSION_REVOKED, "lock " + lock.id()));
    }
  }

  /** How often sessions were judged anew: what changed before one has counted for it. */
  public long judgements() {
    return judgements.get();
  }

  /**
   * Judges every session anew; those that would not be let in any more end. To be called after a
   * change of policy or trust is in force.
   */
  public void judgeAnew(SessionJudge judge) {
    judgements.incrementAndGet(); // before looking: who is not seen here sees this
    for (DebugSession session : live.values()) {
      judgeAnew(session, judge);
    }
  }

  /** Judges one session anew; ends it if it would not be let in any more. */
  public void judgeAnew(DebugSession session, SessionJudge judge) {
    judge
        .objection(session)
        .ifPresent(objection -> endLater(session, objection.reason(), objection.detail()));
  }

  /**
   * Ends every session, all at once, and waits for them no longer than given, or than {@code hurry}
   * is outstanding.
   *
   * @return whether all have ended
   */
  public boolean endAll(EndReason why, Duration atMost, CompletableFuture<Void> hurry)
      throws InterruptedException {
    var ending = new ArrayList<CompletableFuture<Void>>();
    for (DebugSession session : live.values()) {
      ending.add(
          CompletableFuture.runAsync(
              () -> end(session, why, ""),
              task -> Thread.ofVirtual().name("end-" + session.id()).start(task)));
    }
    var all = CompletableFuture.allOf(ending.toArray(CompletableFuture<?>[]::new));
    try {
      CompletableFuture.anyOf(all, hurry).get(atMost.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException tooLong) {
      log.warn("sessions still ending when the time to drain was over");
    } catch (ExecutionException bug) {
      log.error("a session did not end", bug);
    }
    return all.isDone() && !all.isCompletedExceptionally();
  }

  private void endLater(DebugSession session, EndReason why, String detail) {
    if (!session.isOver()) {
      Thread.ofVirtual().name("end-" + session.id()).start(() -> end(session, why, detail));
    }
  }

  private static void join(List<Thread> threads) {
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
