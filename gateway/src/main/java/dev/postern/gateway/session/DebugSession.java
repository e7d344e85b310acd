package dev.postern.gateway.session;

import dev.postern.attestation.VerifiedToken;
import dev.postern.gateway.stream.EndReason;
import dev.postern.gateway.stream.NoticeEvent;
import dev.postern.gateway.stream.SessionGrant;
import dev.postern.gateway.stream.TargetSide;
import dev.postern.gateway.stream.TargetUnavailable;
import dev.postern.gateway.stream.ToolTargets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * One admitted session: its terms, its token as renewed, its connections.
 *
 * <p>Every end by time is kept twice, as an instant and as a reading of the ticker: a wall clock
 * that is set back does not lengthen a session, and one that jumps ahead ends it.
 */
public final class DebugSession {
  /** Most connections of one session at once. */
  static final int MAX_CONNECTIONS = 32;

  /** Longest time between admission and the first target side. */
  private static final Duration FIRST_CONNECTION = Duration.ofSeconds(60);

  private static final Duration EXPIRY_NOTICE = Duration.ofSeconds(60);

  private final SessionTerms terms;
  private final ToolTargets tool;
  private final SessionRecord record;
  private final SessionRegistry registry;
  private final LongSupplier ticker;
  private final List<SessionConnection> connections = new CopyOnWriteArrayList<>();
  private final AtomicInteger connectionCount = new AtomicInteger();
  private final AtomicLong bytesMoved = new AtomicLong();
  private final AtomicBoolean ended = new AtomicBoolean();
  private final CountDownLatch over = new CountDownLatch(1);
  private final Optional<Deadline> termsEnd;
  private final String firstTokenSha256;
  private volatile TokenInUse token;
  private volatile Deadline tokenEnd;
  private volatile long lastMessageNanos;
  private volatile long lastConnectionNanos;
  private volatile boolean expiryNoticed;

  /** An end by time, by both clocks. */
  private record Deadline(Instant at, long nanos, EndReason reason) {
    boolean passed(Instant now, long nowNanos) {
      return !now.isBefore(at) || nowNanos - nanos >= 0;
    }
  }

  DebugSession(
      SessionTerms terms,
      TokenInUse token,
      ToolTargets tool,
      SessionRecord record,
      SessionRegistry registry,
      Instant now,
      LongSupplier ticker) {
    this.terms = terms;
    this.token = token;
    this.firstTokenSha256 = token.token().tokenSha256();
    this.tool = tool;
    this.record = record;
    this.registry = registry;
    this.ticker = ticker;
    long nanos = ticker.getAsLong();
    this.lastMessageNanos = nanos;
    this.lastConnectionNanos = nanos;
    this.termsEnd = terms.end().map(end -> deadline(end.at(), end.reason(), now, nanos));
    this.tokenEnd = deadline(token.token().expiresAt(), EndReason.SESSION_EXPIRED, now, nanos);
  }

  private static Deadline deadline(Instant at, EndReason reason, Instant now, long nanos) {
    Duration left = Duration.between(now, at);
    // a permit without end is years away: the wall clock alone then decides
    long leftNanos =
        left.compareTo(Duration.ofDays(365)) > 0 ? Duration.ofDays(365).toNanos() : left.toNanos();
    return new Deadline(at, nanos + leftNanos, reason);
  }

  public String id() {
    return terms.row().id();
  }

  public SessionTerms terms() {
    return terms;
  }

  /** The token that it stands on now. */
  public TokenInUse token() {
    return token;
  }

  /** Whether it was opened or last renewed with this very token, not one that shares its jti. */
  public boolean standsOn(VerifiedToken other) {
    return other.tokenSha256().equals(firstTokenSha256)
        || other.tokenSha256().equals(token.token().tokenSha256());
  }

  /** When it ends at the latest, as things stand. */
  public Instant expiresAt() {
    Instant byToken = tokenEnd.at();
    return termsEnd.map(Deadline::at).filter(at -> at.isBefore(byToken)).orElse(byToken);
  }

  public boolean isOver() {
    return ended.get();
  }

  /** Its connections, live ones only. */
  public List<SessionConnection> connections() {
    return List.copyOf(connections);
  }

  SessionRecord record() {
    return record;
  }

  /**
   * Opens a target side for one more connection; blocks within the tool's own time limit. The
   * caller is told nothing yet: see {@link SessionConnection#admitted}.
   */
  public SessionConnection connect(CallerLine line) throws TargetUnavailable, InterruptedException {
    if (connections.size() >= MAX_CONNECTIONS) {
      throw new TargetUnavailable(
          TargetUnavailable.Code.TARGET_BUSY,
          "the session has " + MAX_CONNECTIONS + " connections");
    }
    var connection = new SessionConnection(this, connectionCount.incrementAndGet(), line);
    connections.add(connection);
    try {
      TargetSide side = tool.open(grant(connection), connection);
      connection.opened(side);
      lastMessageNanos = ticker.getAsLong();
      if (ended.get()) {
        side.close(EndReason.SESSION_REVOKED);
        throw new TargetUnavailable(
            TargetUnavailable.Code.TARGET_UNREACHABLE, "the session ended meanwhile");
      }
      return connection;
    } catch (TargetUnavailable | InterruptedException | RuntimeException e) {
      connections.remove(connection);
      lastConnectionNanos = ticker.getAsLong();
      throw e;
    }
  }

  private SessionGrant grant(SessionConnection connection) {
    var row = terms.row();
    return new SessionGrant(
        row.id(),
        row.decision(),
        row.subject(),
        row.debugger(),
        row.target(),
        terms.endpoint(),
        row.tool(),
        java.util.Set.copyOf(row.scopes()),
        terms.limits(),
        terms.obligations(),
        row.simulated(),
        record.sinkOf(connection.number(), connection));
  }

  /** The client sent something of its debug protocol: the session is not idle. */
  void clientSpoke() {
    lastMessageNanos = ticker.getAsLong();
  }

  /** Counts bytes of either direction; false if the session may move no more. */
  boolean moved(int bytes) {
    long sum = bytesMoved.addAndGet(bytes);
    var limit = terms.limits().streamBytes();
    return limit.isEmpty() || sum <= limit.getAsLong();
  }

  /** A token of the same subject and key carries the session on. */
  public void renewed(TokenInUse next, Instant now) {
    token = next;
    tokenEnd =
        deadline(next.token().expiresAt(), EndReason.SESSION_EXPIRED, now, ticker.getAsLong());
    expiryNoticed = false;
    notice(new NoticeEvent(NoticeEvent.Kind.RENEWED, "", "session runs until " + expiresAt(), ""));
  }

  /** One connection is over; the session too if it was the last and nothing holds it. */
  public void connectionOver(SessionConnection connection, EndReason why, String detail) {
    if (endsSession(why)) {
      registry.end(this, why, detail);
      return;
    }
    boolean first = connection.close(why, detail);
    if (first) {
      lastConnectionNanos = ticker.getAsLong();
      connections.remove(connection);
      record.connectionEnded(connection, why, detail);
      if (connections.isEmpty() && terms.hold().isZero()) {
        registry.end(this, why, detail);
      }
    }
  }

  /** The client wants no more of it, on any connection. */
  public void endedByClient() {
    registry.end(this, EndReason.SESSION_ENDED, "the client ended it");
  }

  /** Limits are the session's, whichever connection reached them. */
  private static boolean endsSession(EndReason why) {
    return switch (why) {
      case SESSION_EXPIRED,
          SESSION_MAX,
          SESSION_IDLE,
          SESSION_REVOKED,
          SESSION_POLICY_CHANGED,
          SESSION_WINDOW,
          SESSION_STREAM_BYTES,
          SESSION_RECORDING_FAILED,
          GATEWAY_STOPPING ->
          true;
      case SESSION_ENDED,
          SESSION_HALT_BUDGET,
          CLIENT_GONE,
          CLIENT_SLOW,
          MESSAGE_MALFORMED,
          MESSAGE_TOO_LARGE,
          TARGET_GONE,
          TARGET_UNREACHABLE,
          TARGET_PROTOCOL,
          INTERNAL_ERROR ->
          false;
    };
  }

  /** What it should end with now, if it should. */
  Optional<EndReason> dueAt(Instant now) {
    long nanos = ticker.getAsLong();
    if (tokenEnd.passed(now, nanos)) {
      return Optional.of(tokenEnd.reason());
    }
    if (termsEnd.isPresent() && termsEnd.get().passed(now, nanos)) {
      return Optional.of(termsEnd.get().reason());
    }
    if (terms.idle().isPresent() && nanos - lastMessageNanos >= terms.idle().get().toNanos()) {
      return Optional.of(EndReason.SESSION_IDLE);
    }
    if (connections.isEmpty() && nanos - lastConnectionNanos >= holdNanos()) {
      return Optional.of(EndReason.SESSION_ENDED);
    }
    return Optional.empty();
  }

  private long holdNanos() {
    Duration hold = connectionCount.get() == 0 ? FIRST_CONNECTION : terms.hold();
    return hold.toNanos();
  }

  /** Tells the person once that the end is near. */
  void noticeExpiry(Instant now) {
    if (!expiryNoticed && !now.isBefore(expiresAt().minus(EXPIRY_NOTICE))) {
      expiryNoticed = true;
      notice(
          new NoticeEvent(
              NoticeEvent.Kind.EXPIRING, "SESSION_EXPIRED", "session ends at " + expiresAt(), ""));
    }
  }

  private void notice(NoticeEvent notice) {
    connections.forEach(connection -> connection.notice(notice));
  }

  /** Claims the right to end it; true for one caller only. */
  boolean beginEnd() {
    return ended.compareAndSet(false, true);
  }

  void endDone() {
    over.countDown();
  }

  void awaitEnd() throws InterruptedException {
    over.await();
  }

  long bytesMoved() {
    return bytesMoved.get();
  }

  VerifiedToken verified() {
    return token.token();
  }
}
