package dev.postern.gateway.admission;

import dev.postern.attestation.VerifiedToken;
import dev.postern.audit.AuditLog;
import dev.postern.gateway.session.DebugSession;
import dev.postern.gateway.session.SessionJudge;
import dev.postern.gateway.session.SessionRegistry;
import dev.postern.gateway.session.TokenInUse;
import dev.postern.gateway.state.Renewal;
import dev.postern.gateway.state.SessionRow;
import dev.postern.gateway.state.StateStore;
import dev.postern.gateway.state.StoreUnavailable;
import dev.postern.policy.Decision;
import dev.postern.policy.Scope;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries a session past its token's end: a new token of the same subject and key, a proof, and the
 * same judgement by policy as at the start.
 */
public final class RenewalService {
  private static final Logger log = LoggerFactory.getLogger(RenewalService.class);

  private final Credentials credentials;
  private final PolicyGate policy;
  private final StateStore store;
  private final AdmissionRecord record;
  private final SessionRegistry sessions;
  private final SessionJudge judge;
  private final InstantSource clock;

  public RenewalService(
      Credentials credentials,
      PolicyGate policy,
      StateStore store,
      AdmissionRecord record,
      SessionRegistry sessions,
      SessionJudge judge,
      InstantSource clock) {
    this.credentials = credentials;
    this.policy = policy;
    this.store = store;
    this.record = record;
    this.sessions = sessions;
    this.judge = judge;
    this.clock = clock;
  }

  /** Renews; a refusal leaves the session as it was. */
  public Optional<Refusal> renew(DebugSession session, Peer peer, String text, String proof) {
    SessionRow row = session.terms().row();
    long judgements = sessions.judgements();
    try {
      var attempt =
          new AttachAttempt(
              peer, text, "", row.target(), row.tool(), row.scopes(), "", java.time.Duration.ZERO);
      VerifiedToken token = credentials.verified(text, attempt.callerContext());
      credentials.requireProof(
          proof,
          token.confirmation(),
          credentials.forUnbound(token.ath(), row.id(), row.target(), row.tool(), row.scopes()));
      requireSameCaller(session, token);
      Instant now = clock.instant();
      requirePermitted(row, token, now);
      take(session, token);
      session.renewed(new TokenInUse(token, text, attempt.callerContext(), now), now);
      if (sessions.judgements() != judgements) {
        sessions.judgeAnew(session, judge); // what changed meanwhile judged the token before
      }
      return Optional.empty();
    } catch (Refused refused) {
      return refused(row, refused.refusal());
    } catch (StoreUnavailable | AuditLog.Unavailable e) {
      return refused(row, Refusal.store("" + e.getMessage()));
    } catch (RuntimeException bug) {
      log.error("renewal failed session_id={}", row.id(), bug);
      return refused(row, Refusal.internal(bug));
    }
  }

  private Optional<Refusal> refused(SessionRow row, Refusal refusal) {
    record.renewalRefused(row, refusal);
    return Optional.of(refusal);
  }

  private static void requireSameCaller(DebugSession session, VerifiedToken token) throws Refused {
    VerifiedToken before = session.token().token();
    boolean same =
        before.subject().equals(token.subject())
            && before.debuggerId().equals(token.debuggerId())
            && before.confirmation().thumbprint().equals(token.confirmation().thumbprint());
    if (!same) {
      throw new Refused(
          Refusal.unauthenticated("BINDING_MISMATCH", "another subject, debugger or key"));
    }
  }

  private void requirePermitted(SessionRow row, VerifiedToken token, Instant now) throws Refused {
    var wanted =
        new PolicyGate.Wanted(
            row.target(), row.tool(), row.scopes(), Optional.of("renewal of " + row.id()));
    switch (policy.decide(token, wanted, now, now).decision()) {
      case Decision.Deny deny -> throw new Refused(Refusal.of(deny));
      case Decision.Permit permit -> {
        var scopes = new HashSet<String>();
        permit.scopes().stream().map(Scope::text).forEach(scopes::add);
        if (!scopes.containsAll(row.scopes())) {
          throw new Refused(Refusal.denied("SCOPE_NOT_GRANTED", "not all of the session's scopes"));
        }
      }
    }
  }

  private void take(DebugSession session, VerifiedToken token)
      throws Refused, StoreUnavailable, AuditLog.Unavailable {
    SessionRow row = session.terms().row();
    Instant end =
        session
            .terms()
            .end()
            .map(limit -> limit.at())
            .filter(at -> at.isBefore(token.expiresAt()))
            .orElse(token.expiresAt());
    var renewal =
        store.renew(
            row.id(),
            row.thumbprint(),
            token.replayKey(),
            token.expiresAt().plus(credentials.skew()),
            end);
    switch (renewal) {
      case Renewal.Renewed renewed -> record.renewed(renewed.row(), token);
      case Renewal.Replayed replayed ->
          throw new Refused(Refusal.unauthenticated("CLAIM_REPLAYED", "the token was used before"));
      case Renewal.Gone gone ->
          throw new Refused(Refusal.unauthenticated("SESSION_UNKNOWN", "the session is over"));
    }
  }
}
