package dev.postern.gateway.server;

import java.time.Duration;

/**
 * How long a caller may take over its part.
 *
 * @param start from opening a stream to its first message
 * @param proof from the challenge to the proof
 * @param unread how long it may read nothing of what it is sent
 * @param pingAfter how long its connection may be silent before it is asked for a sign of life
 * @param pingTimeout how long that sign may take; a peer that vanished is noticed after both
 */
public record CallerPatience(
    Duration start, Duration proof, Duration unread, Duration pingAfter, Duration pingTimeout) {
  public static final CallerPatience DEFAULT =
      new CallerPatience(
          Duration.ofSeconds(10),
          Duration.ofSeconds(20),
          CallChannel.MAX_BLOCKED_SEND,
          Duration.ofSeconds(10),
          Duration.ofSeconds(4));
}
