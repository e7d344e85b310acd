package dev.postern.gateway.admission;

import dev.postern.attestation.Verification;
import dev.postern.gateway.session.DebugSession;
import dev.postern.gateway.session.SessionJudge;
import dev.postern.gateway.session.TokenInUse;
import dev.postern.gateway.state.SessionRow;
import dev.postern.gateway.stream.EndReason;
import dev.postern.gateway.trust.TrustKeeper;
import dev.postern.policy.Decision;
import dev.postern.policy.Reason;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Judges live sessions by the rules and trust of now; ages and lifetimes stand as admitted. What
 * cannot be judged, because keys or policies cannot be had, stands as well: an outage is no
 * revocation.
 */
public final class LiveJudgement implements SessionJudge {
  private final TrustKeeper trust;
  private final PolicyGate policy;
  private final InstantSource clock;

  public LiveJudgement(TrustKeeper trust, PolicyGate policy, InstantSource clock) {
    this.trust = trust;
    this.policy = policy;
    this.clock = clock;
  }

  @Override
  public Optional<Objection> objection(DebugSession session) {
    TokenInUse token = session.token();
    var verification = trust.verifyAsOf(token.admittedAt(), token.exposeText(), token.caller());
    if (verification instanceof Verification.Denied(var reason, var detail)
        && !reason.name().startsWith("INTERNAL_")) {
      return Optional.of(new Objection(EndReason.SESSION_POLICY_CHANGED, "trust: " + reason));
    }
    SessionRow row = session.terms().row();
    var wanted =
        new PolicyGate.Wanted(
            row.target(), row.tool(), row.scopes(), Optional.of("as given at admission"));
    Decision decision =
        policy.decide(token.token(), wanted, clock.instant(), token.admittedAt()).decision();
    if (decision instanceof Decision.Deny(Reason reason, var detail, var rules)
        && !reason.name().startsWith("INTERNAL_")) {
      return Optional.of(
          new Objection(
              reason == Reason.POLICY_TIME_WINDOW
                  ? EndReason.SESSION_WINDOW
                  : EndReason.SESSION_POLICY_CHANGED,
              "policy: " + reason + (rules.isEmpty() ? "" : " " + rules)));
    }
    return Optional.empty();
  }
}
