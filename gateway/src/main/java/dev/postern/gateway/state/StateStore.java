package dev.postern.gateway.state;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What replicas share and a restart must not forget.
 *
 * <p>Every method is one transaction: once it returns, what it did is durable and every replica
 * sees it; if it throws {@link StoreUnavailable}, it may or may not have been done. Safe for use by
 * many threads. Time comes from the clock the store was opened with and is kept to the millisecond.
 */
public interface StateStore extends AutoCloseable {
  /** How long after a failed opening the same key may try again with the same token. */
  Duration RETRY_WINDOW = Duration.ofSeconds(60);

  /**
   * Uses a token up and opens a session's row, both or neither (design §5, step 5). Of any number
   * of claims on one replay key at once, one is {@link Claim.Claimed}.
   */
  Claim claim(ClaimRequest request) throws StoreUnavailable;

  /** Marks a claimed session as admitted. False if it has no row any more. */
  boolean opened(String sessionId) throws StoreUnavailable;

  /**
   * Takes a session back whose audit entry or target side failed: its row goes, and the same key
   * may claim again with the same token until {@link #RETRY_WINDOW} from now.
   */
  void openingFailed(String sessionId) throws StoreUnavailable;

  /** Removes an ended session's row. False if it had none: someone else ended it. */
  boolean ended(String sessionId) throws StoreUnavailable;

  /** Uses a new token up for a session of the same key and sets when it ends, both or neither. */
  Renewal renew(
      String sessionId,
      String thumbprint,
      String replayKey,
      Instant rememberUntil,
      Instant expiresAt)
      throws StoreUnavailable;

  /** A session's row. */
  Optional<SessionRow> session(String sessionId) throws StoreUnavailable;

  /** All sessions' rows, the oldest first. */
  List<SessionRow> sessions() throws StoreUnavailable;

  /** How many sessions a subject has, opening ones included. */
  int sessionsOf(String subject) throws StoreUnavailable;

  /**
   * Takes over what an earlier run of this replica left behind: returns its rows and removes them.
   * Their tokens may be used again by the same key for {@link #RETRY_WINDOW} if they were opening.
   */
  List<SessionRow> takeOver(String replica) throws StoreUnavailable;

  /** Sets a lock; one with the same id is replaced. */
  void lock(Lock lock) throws StoreUnavailable;

  /** Removes a lock. False if there is none of this id. */
  boolean unlock(String lockId) throws StoreUnavailable;

  /** The locks that hold now, the oldest first. */
  List<Lock> locks() throws StoreUnavailable;

  /** A lock that holds now for such a session, if any. */
  Optional<Lock> lockFor(String subject, String thumbprint, String target) throws StoreUnavailable;

  /** Asks for approval; a request with the same id is replaced and loses its votes. */
  void request(Approval approval) throws StoreUnavailable;

  /** Records an approver's vote. False if there is no such request, or it has expired. */
  boolean vote(String approvalId, Approval.Vote vote) throws StoreUnavailable;

  /** Requests that have not expired, with their votes, the oldest first. */
  List<Approval> approvals() throws StoreUnavailable;

  /**
   * A secret of this name, made once and the same for every replica ever after, such as the key
   * that challenges are authenticated with.
   */
  byte[] secret(String name, int bytes) throws StoreUnavailable;

  /** Eight hex digits for a replica of this store, made once: names what is ours at a target. */
  String instanceId(String replica) throws StoreUnavailable;

  /** Forgets tokens, locks and requests whose time is over; returns how many rows went. */
  int prune() throws StoreUnavailable;

  /** Idempotent. */
  @Override
  void close();
}
