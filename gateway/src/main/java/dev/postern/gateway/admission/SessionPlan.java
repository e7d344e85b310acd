package dev.postern.gateway.admission;

import dev.postern.attestation.VerifiedToken;
import dev.postern.gateway.session.SessionTerms;
import dev.postern.gateway.state.SessionRow;
import dev.postern.gateway.stream.EndReason;
import dev.postern.gateway.stream.StreamLimits;
import dev.postern.gateway.stream.StreamObligations;
import dev.postern.policy.Decision;
import dev.postern.policy.Limits;
import dev.postern.policy.Obligations;
import dev.postern.policy.Scope;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Turns a permit into the terms of a session: decides nothing, forgets nothing. */
public final class SessionPlan {
  private final String replica;

  public SessionPlan(String replica) {
    this.replica = replica;
  }

  SessionTerms terms(
      String sessionId,
      String decisionId,
      AttachAttempt attempt,
      VerifiedToken token,
      Decision.Permit permit,
      URI endpoint,
      Instant now) {
    Optional<SessionTerms.End> end = end(permit, now);
    Instant tokenEnd = token.expiresAt();
    Instant expiresAt =
        end.map(SessionTerms.End::at).filter(at -> at.isBefore(tokenEnd)).orElse(tokenEnd);
    var row =
        new SessionRow(
            sessionId,
            replica,
            decisionId,
            token.subject().toString(),
            token.confirmation().thumbprint().toString(),
            token.debuggerId(),
            attempt.target(),
            attempt.tool(),
            permit.scopes().stream().map(Scope::text).toList(),
            now,
            expiresAt,
            token.attestation().simulated(),
            SessionRow.Phase.OPENING);
    return new SessionTerms(
        row,
        endpoint,
        limits(permit.limits()),
        obligations(permit.obligations()),
        kept(permit.obligations()),
        end,
        permit.limits().idle(),
        hold(attempt.hold()));
  }

  /** The earliest end that policy sets, whatever the token says. */
  private static Optional<SessionTerms.End> end(Decision.Permit permit, Instant now) {
    Optional<SessionTerms.End> longest =
        permit
            .limits()
            .session()
            .map(max -> new SessionTerms.End(now.plus(max), EndReason.SESSION_MAX));
    Optional<SessionTerms.End> window =
        permit.notAfter().map(at -> new SessionTerms.End(at, EndReason.SESSION_WINDOW));
    if (longest.isEmpty()) {
      return window;
    }
    return window.filter(end -> end.at().isBefore(longest.get().at())).or(() -> longest);
  }

  private static Duration hold(Duration asked) {
    return asked.compareTo(AdmissionService.MAX_HOLD) > 0 ? AdmissionService.MAX_HOLD : asked;
  }

  private static StreamLimits limits(Limits limits) {
    return new StreamLimits(
        limits.haltBudget(),
        limits.singleHalt(),
        limits.haltsPerMinute().map(OptionalInt::of).orElse(OptionalInt.empty()),
        limits.streamBytes().map(OptionalLong::of).orElse(OptionalLong.empty()),
        limits.requestsPerSecond().map(OptionalInt::of).orElse(OptionalInt.empty()),
        limits.targetHaltBudget());
  }

  private static StreamObligations obligations(Obligations obligations) {
    return new StreamObligations(
        obligations.record() == Obligations.Recording.FULL,
        obligations.redact(),
        obligations.goroutines());
  }

  private static SessionTerms.Kept kept(Obligations obligations) {
    return switch (obligations.record()) {
      case NONE -> SessionTerms.Kept.NONE;
      case METADATA -> SessionTerms.Kept.METADATA;
      case FULL -> SessionTerms.Kept.FULL;
    };
  }
}
