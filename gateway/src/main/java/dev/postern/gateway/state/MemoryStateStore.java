package dev.postern.gateway.state;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A {@link StateStore} that forgets everything when it closes, for tests. Can be told to fail. */
public final class MemoryStateStore implements StateStore {
  private record UsedToken(
      String thumbprint, String sessionId, Instant rememberUntil, Instant retryUntil) {}

  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, UsedToken> used = new HashMap<>();
  private final Map<String, SessionRow> sessions = new LinkedHashMap<>();
  private final Map<String, Lock> locks = new LinkedHashMap<>();
  private final Map<String, Approval> approvals = new LinkedHashMap<>();
  private final Map<String, byte[]> secrets = new HashMap<>();
  private boolean failing;

  public MemoryStateStore(InstantSource clock) {
    this.clock = clock;
  }

  /** Makes every later call fail, or work again. */
  public synchronized void fail(boolean fail) {
    failing = fail;
  }

  /** How many sessions have a row, also while it is told to fail. */
  public synchronized int sessionCount() {
    return sessions.size();
  }

  @Override
  public synchronized Claim claim(ClaimRequest request) throws StoreUnavailable {
    Instant now = now();
    SessionRow row = request.row().in(SessionRow.Phase.OPENING);
    UsedToken before = used.get(request.replayKey());
    if (before != null) {
      if (!before.thumbprint().equals(row.thumbprint())) {
        return new Claim.Replayed();
      }
      SessionRow taken = sessions.get(before.sessionId());
      if (taken != null) {
        return new Claim.Taken(taken);
      }
      // the window is exclusive at its end
      if (!now.isBefore(before.retryUntil())) {
        return new Claim.Replayed();
      }
    }
    Optional<Lock> lock = lockFor(row.subject(), row.thumbprint(), row.target());
    if (lock.isPresent()) {
      return new Claim.Locked(lock.get());
    }
    int live = sessionsOf(row.subject());
    if (live >= request.perSubject()) {
      return new Claim.SubjectLimit(live);
    }
    if (sessions.size() >= request.overall()) {
      return new Claim.GatewayLimit(sessions.size());
    }
    if (sessions.putIfAbsent(row.id(), row) != null) {
      throw new StoreUnavailable("a session `" + row.id() + "` exists");
    }
    used.put(
        request.replayKey(),
        new UsedToken(row.thumbprint(), row.id(), request.rememberUntil(), Instant.EPOCH));
    return before == null ? new Claim.Claimed(row) : new Claim.Retried(row);
  }

  @Override
  public synchronized boolean opened(String sessionId) throws StoreUnavailable {
    now();
    return sessions.computeIfPresent(sessionId, (id, row) -> row.in(SessionRow.Phase.LIVE)) != null;
  }

  @Override
  public synchronized void openingFailed(String sessionId) throws StoreUnavailable {
    Instant retryUntil = now().plus(RETRY_WINDOW);
    if (sessions.remove(sessionId) != null) {
      allowRetry(sessionId, retryUntil);
    }
  }

  private void allowRetry(String sessionId, Instant retryUntil) {
    used.replaceAll(
        (key, token) ->
            token.sessionId().equals(sessionId)
                ? new UsedToken(
                    token.thumbprint(), token.sessionId(), token.rememberUntil(), retryUntil)
                : token);
  }

  @Override
  public synchronized boolean ended(String sessionId) throws StoreUnavailable {
    now();
    return sessions.remove(sessionId) != null;
  }

  @Override
  public synchronized Renewal renew(
      String sessionId,
      String thumbprint,
      String replayKey,
      Instant rememberUntil,
      Instant expiresAt)
      throws StoreUnavailable {
    now();
    SessionRow row = sessions.get(sessionId);
    if (row == null || !row.thumbprint().equals(thumbprint)) {
      return new Renewal.Gone();
    }
    if (used.containsKey(replayKey)) {
      return new Renewal.Replayed();
    }
    used.put(replayKey, new UsedToken(thumbprint, sessionId, rememberUntil, Instant.EPOCH));
    SessionRow renewed = row.until(expiresAt);
    sessions.put(sessionId, renewed);
    return new Renewal.Renewed(renewed);
  }

  @Override
  public synchronized Optional<SessionRow> session(String sessionId) throws StoreUnavailable {
    now();
    return Optional.ofNullable(sessions.get(sessionId));
  }

  @Override
  public synchronized List<SessionRow> sessions() throws StoreUnavailable {
    now();
    return List.copyOf(sessions.values());
  }

  @Override
  public synchronized int sessionsOf(String subject) throws StoreUnavailable {
    now();
    return (int) sessions.values().stream().filter(row -> row.subject().equals(subject)).count();
  }

  @Override
  public synchronized List<SessionRow> takeOver(String replica) throws StoreUnavailable {
    Instant retryUntil = now().plus(RETRY_WINDOW);
    var left = new ArrayList<SessionRow>();
    for (SessionRow row : List.copyOf(sessions.values())) {
      if (row.replica().equals(replica)) {
        left.add(row);
        sessions.remove(row.id());
        if (row.phase() == SessionRow.Phase.OPENING) {
          allowRetry(row.id(), retryUntil);
        }
      }
    }
    return left;
  }

  @Override
  public synchronized void lock(Lock lock) throws StoreUnavailable {
    now();
    locks.put(lock.id(), lock);
  }

  @Override
  public synchronized boolean unlock(String lockId) throws StoreUnavailable {
    now();
    return locks.remove(lockId) != null;
  }

  @Override
  public synchronized List<Lock> locks() throws StoreUnavailable {
    Instant now = now();
    return locks.values().stream().filter(lock -> lock.holdsAt(now)).toList();
  }

  @Override
  public synchronized Optional<Lock> lockFor(String subject, String thumbprint, String target)
      throws StoreUnavailable {
    return locks().stream().filter(lock -> lock.holdsFor(subject, thumbprint, target)).findFirst();
  }

  @Override
  public synchronized void request(Approval approval) throws StoreUnavailable {
    now();
    approvals.put(approval.id(), approval);
  }

  @Override
  public synchronized boolean vote(String approvalId, Approval.Vote vote) throws StoreUnavailable {
    Instant now = now();
    @Nullable Approval approval = approvals.get(approvalId);
    if (approval == null || !now.isBefore(approval.expiresAt())) {
      return false;
    }
    var votes = new ArrayList<>(approval.votes());
    votes.removeIf(earlier -> earlier.approver().equals(vote.approver()));
    votes.add(vote);
    approvals.put(approvalId, approval.votedBy(votes));
    return true;
  }

  @Override
  public synchronized List<Approval> approvals() throws StoreUnavailable {
    Instant now = now();
    return approvals.values().stream()
        .filter(approval -> now.isBefore(approval.expiresAt()))
        .toList();
  }

  @Override
  public synchronized byte[] secret(String name, int bytes) throws StoreUnavailable {
    now();
    return secrets
        .computeIfAbsent(
            name,
            absent -> {
              var fresh = new byte[bytes];
              random.nextBytes(fresh);
              return fresh;
            })
        .clone();
  }

  @Override
  public synchronized String instanceId(String replica) throws StoreUnavailable {
    return HexFormat.of().formatHex(secret("instance:" + replica, 4));
  }

  @Override
  public synchronized int prune() throws StoreUnavailable {
    Instant now = now();
    int before = used.size() + locks.size() + approvals.size();
    used.values()
        .removeIf(
            token ->
                !now.isBefore(token.rememberUntil()) && !sessions.containsKey(token.sessionId()));
    locks.values().removeIf(lock -> !lock.holdsAt(now));
    approvals.values().removeIf(approval -> !now.isBefore(approval.expiresAt()));
    return before - used.size() - locks.size() - approvals.size();
  }

  private Instant now() throws StoreUnavailable {
    if (failing) {
      throw new StoreUnavailable("told to fail");
    }
    return clock.instant();
  }

  @Override
  public void close() {}
}
