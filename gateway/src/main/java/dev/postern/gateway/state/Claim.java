package dev.postern.gateway.state;

/** What became of a claim on a token and a session. */
public sealed interface Claim {
  /** The token was unused: it is used now, and the session has a row, phase OPENING. */
  record Claimed(SessionRow row) implements Claim {}

  /**
   * The token was used before by the same key, its session failed to open, and the time to try
   * again has not run out: the session asked for has a row now, phase OPENING.
   */
  record Retried(SessionRow row) implements Claim {}

  /**
   * The token was used before by the same key and its session lives. Nothing was changed; the
   * caller may take that session up.
   */
  record Taken(SessionRow row) implements Claim {}

  /** The token was used before, and none of the above: CLAIM_REPLAYED. */
  record Replayed() implements Claim {}

  /** A lock holds. The token was not used up. */
  record Locked(Lock lock) implements Claim {}

  /** The subject has as many sessions as it may. The token was not used up. */
  record SubjectLimit(int live) implements Claim {}

  /** The gateway has as many sessions as it may. The token was not used up. */
  record GatewayLimit(int live) implements Claim {}
}
