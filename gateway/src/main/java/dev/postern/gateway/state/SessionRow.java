package dev.postern.gateway.state;

import java.time.Instant;
import java.util.List;

/**
 * A session as every replica sees it. Times are kept to the millisecond.
 *
 * @param id the session's id, made before the challenge
 * @param replica the replica that holds it
 * @param decision the id of the decision that let it in
 * @param subject the subject as policy names it
 * @param thumbprint the key that the token binds; only this key takes the session up again
 * @param debugger {@code debugger_id}
 * @param target the target's name
 * @param tool the tool
 * @param scopes the scopes that hold
 * @param openedAt when it was claimed
 * @param expiresAt when it ends at the latest
 * @param simulated whether its attestation was by a software Verifier
 * @param phase how far it has come
 */
public record SessionRow(
    String id,
    String replica,
    String decision,
    String subject,
    String thumbprint,
    String debugger,
    String target,
    String tool,
    List<String> scopes,
    Instant openedAt,
    Instant expiresAt,
    boolean simulated,
    Phase phase) {
  public SessionRow {
    scopes = List.copyOf(scopes);
    openedAt = Instant.ofEpochMilli(openedAt.toEpochMilli());
    expiresAt = Instant.ofEpochMilli(expiresAt.toEpochMilli());
  }

  /** How far a session has come. A session that ended has no row. */
  public enum Phase {
    /** Claimed; its audit entry or its target side is still being worked on. */
    OPENING,
    /** Admitted. */
    LIVE
  }

  /** This row in another phase. */
  public SessionRow in(Phase other) {
    return new SessionRow(
        id,
        replica,
        decision,
        subject,
        thumbprint,
        debugger,
        target,
        tool,
        scopes,
        openedAt,
        expiresAt,
        simulated,
        other);
  }

  /** This row with another end. */
  public SessionRow until(Instant end) {
    return new SessionRow(
        id,
        replica,
        decision,
        subject,
        thumbprint,
        debugger,
        target,
        tool,
        scopes,
        openedAt,
        end,
        simulated,
        phase);
  }
}
