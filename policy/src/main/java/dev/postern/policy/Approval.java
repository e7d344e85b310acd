package dev.postern.policy;

import java.time.Instant;
import java.util.Set;

/**
 * Someone's word that a request is right.
 *
 * @param approver who gave it
 * @param groups the approver's groups, as the approver's issuer states them
 * @param at when
 * @param subject {@link Subject#text} of whom it was given for
 * @param target what it was given for
 * @param scopes what it was given for
 */
public record Approval(
    Subject approver,
    Set<String> groups,
    Instant at,
    String subject,
    String target,
    Set<String> scopes) {
  public Approval {
    groups = Set.copyOf(groups);
    scopes = Set.copyOf(scopes);
  }
}
