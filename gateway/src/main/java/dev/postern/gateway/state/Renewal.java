package dev.postern.gateway.state;

/** What became of a renewal. */
public sealed interface Renewal {
  /** The new token is used up, and the session ends later. */
  record Renewed(SessionRow row) implements Renewal {}

  /** The new token was used before. */
  record Replayed() implements Renewal {}

  /** The session is over, or is another key's. */
  record Gone() implements Renewal {}
}
