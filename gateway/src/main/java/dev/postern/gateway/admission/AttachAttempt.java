package dev.postern.gateway.admission;

import dev.postern.attestation.CallerContext;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a caller asked for. Nothing of it has been checked.
 *
 * @param token the debug token; empty where a live session is named instead
 * @param sessionId a live session; empty where a token is brought
 * @param scopes wanted; none asks for what policy permits of the token's
 * @param reason in the caller's words, or empty
 * @param hold how long the session should outlive its last connection
 */
public record AttachAttempt(
    Peer peer,
    String token,
    String sessionId,
    String target,
    String tool,
    List<String> scopes,
    String reason,
    Duration hold) {
  public AttachAttempt {
    scopes = List.copyOf(scopes);
  }

  CallerContext callerContext() {
    return peer.certificate().map(CallerContext::withCertificate).orElse(CallerContext.none());
  }

  Optional<String> givenReason() {
    return reason.isBlank() ? Optional.empty() : Optional.of(reason);
  }
}
