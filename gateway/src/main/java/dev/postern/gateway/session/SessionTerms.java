package dev.postern.gateway.session;

import dev.postern.gateway.state.SessionRow;
import dev.postern.gateway.stream.EndReason;
import dev.postern.gateway.stream.StreamLimits;
import dev.postern.gateway.stream.StreamObligations;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What admission granted to a session, once and for all of it.
 *
 * @param row its ids, subject, key, target, tool and scopes
 * @param endpoint of the tool at the target
 * @param record what of its messages policy obliges to keep
 * @param end when it ends whatever its token says, and as what
 * @param idle longest time without a message of the client
 * @param hold how long it outlives its last connection
 */
public record SessionTerms(
    SessionRow row,
    URI endpoint,
    StreamLimits limits,
    StreamObligations obligations,
    Kept record,
    Optional<End> end,
    Optional<Duration> idle,
    Duration hold) {
  /** A moment and what a session that reaches it ends with. */
  public record End(Instant at, EndReason reason) {}

  /** How much of a session's messages is kept. */
  public enum Kept {
    /** Denials in the audit log only. */
    NONE,
    METADATA,
    FULL
  }
}
