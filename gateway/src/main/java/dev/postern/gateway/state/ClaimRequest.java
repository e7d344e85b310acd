package dev.postern.gateway.state;

import java.time.Instant;

/**
 * A claim on a token and a session.
 *
 * @param replayKey what the token is remembered by; see {@code VerifiedToken.replayKey}
 * @param rememberUntil the token's {@code exp} and the skew: after it, no verifier takes the token
 * @param row the session to open
 * @param perSubject most sessions of the subject at once, this one counted; at least 1
 * @param overall most sessions of all at once, this one counted; at least 1
 */
public record ClaimRequest(
    String replayKey, Instant rememberUntil, SessionRow row, int perSubject, int overall) {
  /** For {@link #perSubject}: policy sets no limit. */
  public static final int NO_LIMIT = Integer.MAX_VALUE;
}
