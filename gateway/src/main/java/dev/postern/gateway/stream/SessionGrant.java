package dev.postern.gateway.stream;

import java.net.URI;
import java.util.Set;

/**
 * What admission granted to one connection of one session.
 *
 * @param sessionId e.g. {@code S-…}; the same for all connections of the session
 * @param decisionId of the admission
 * @param subject as the record names it
 * @param debuggerId the token's {@code debugger_id}
 * @param target the target's name
 * @param endpoint where the tool's endpoint of that target is
 * @param tool e.g. {@code dlv}
 * @param scopes that hold, e.g. {@code dlv/observe}
 * @param simulated whether the attestation was by a software Verifier
 * @param sink told of every message of this connection
 */
public record SessionGrant(
    String sessionId,
    String decisionId,
    String subject,
    String debuggerId,
    String target,
    URI endpoint,
    String tool,
    Set<String> scopes,
    StreamLimits limits,
    StreamObligations obligations,
    boolean simulated,
    MessageSink sink) {
  public SessionGrant {
    scopes = Set.copyOf(scopes);
  }
}
