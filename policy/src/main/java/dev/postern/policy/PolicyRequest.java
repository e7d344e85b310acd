package dev.postern.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Everything that a decision depends on, but the policies.
 *
 * @param subject who asks
 * @param groups the token's groups; empty is the same as none stated. Not read for a {@link
 *     Subject.Key}
 * @param debuggerId the token's {@code debugger_id}
 * @param attestation what is attested of the caller's machine
 * @param target what is asked for
 * @param tool the tool's word
 * @param asked the scopes named in the request; empty asks for those of the token that policy
 *     permits
 * @param tokenScopes the token's scopes
 * @param tokenIssuedAt the token's {@code iat}
 * @param tokenExpiresAt the token's {@code exp}
 * @param binding how the caller proved the key
 * @param reason why, in the caller's words
 * @param sessionAsked how long a session is asked for; empty takes what the permits give
 * @param approvals those on record that may concern it
 * @param otherSessions sessions that the subject has open besides this one
 * @param now the time that windows and approvals are judged at
 * @param admittedAt the time that ages and lifetimes are judged at: {@code now} for an admission,
 *     the time of admission for a live session that is judged anew
 */
public record PolicyRequest(
    Subject subject,
    Set<String> groups,
    String debuggerId,
    AttestationFacts attestation,
    Target target,
    String tool,
    List<String> asked,
    List<String> tokenScopes,
    Instant tokenIssuedAt,
    Instant tokenExpiresAt,
    Binding binding,
    Optional<String> reason,
    Optional<Duration> sessionAsked,
    List<Approval> approvals,
    int otherSessions,
    Instant now,
    Instant admittedAt) {
  /** How the caller's key was proved. */
  public enum Binding {
    /** A signed proof over the gateway's challenge. */
    PROOF,
    /** A client certificate of the key besides the proof. */
    CLIENT_CERTIFICATE;

    /** As written in policies. */
    public String word() {
      return this == PROOF ? "proof" : "client-certificate";
    }
  }

  public PolicyRequest {
    groups = Set.copyOf(groups);
    asked = List.copyOf(asked);
    tokenScopes = List.copyOf(tokenScopes);
    approvals = List.copyOf(approvals);
  }
}
