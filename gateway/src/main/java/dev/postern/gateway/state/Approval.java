package dev.postern.gateway.state;

import java.time.Instant;
import java.util.List;

/**
 * A request for approval and the votes on it.
 *
 * @param id names it
 * @param subject who asked; may not vote where policy says so
 * @param target for which target
 * @param scopes for which scopes
 * @param purpose why, in the caller's words
 * @param requestedAt when
 * @param expiresAt when it is forgotten (exclusive)
 * @param votes in the order they came, one per approver
 */
public record Approval(
    String id,
    String subject,
    String target,
    List<String> scopes,
    String purpose,
    Instant requestedAt,
    Instant expiresAt,
    List<Vote> votes) {
  public Approval {
    scopes = List.copyOf(scopes);
    votes = List.copyOf(votes);
    requestedAt = Instant.ofEpochMilli(requestedAt.toEpochMilli());
    expiresAt = Instant.ofEpochMilli(expiresAt.toEpochMilli());
  }

  /** This request with other votes. */
  public Approval votedBy(List<Vote> others) {
    return new Approval(id, subject, target, scopes, purpose, requestedAt, expiresAt, others);
  }

  /**
   * One approver's word; a later one replaces an earlier one.
   *
   * @param approver the approver's subject
   * @param groups the approver's groups when voting
   * @param approves yes or no
   * @param at when
   */
  public record Vote(String approver, List<String> groups, boolean approves, Instant at) {
    public Vote {
      groups = List.copyOf(groups);
      at = Instant.ofEpochMilli(at.toEpochMilli());
    }
  }
}
