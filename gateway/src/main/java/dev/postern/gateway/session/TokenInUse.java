package dev.postern.gateway.session;

import dev.postern.attestation.CallerContext;
import dev.postern.attestation.VerifiedToken;
import java.time.Instant;

/**
 * The token a session stands on, with its text: only that can be verified anew when trust changes.
 * Prints as its hash.
 */
public final class TokenInUse {
  private final VerifiedToken token;
  private final String text;
  private final CallerContext caller;
  private final Instant admittedAt;

  public TokenInUse(VerifiedToken token, String text, CallerContext caller, Instant admittedAt) {
    this.token = token;
    this.text = text;
    this.caller = caller;
    this.admittedAt = admittedAt;
  }

  public VerifiedToken token() {
    return token;
  }

  /** The token itself: for a verifier, and nothing else. */
  public String exposeText() {
    return text;
  }

  public CallerContext caller() {
    return caller;
  }

  /** When it was verified: ages and lifetimes stand as of then. */
  public Instant admittedAt() {
    return admittedAt;
  }

  @Override
  public String toString() {
    return token.toString();
  }
}
