package dev.postern.policy;

/**
 * Why policy denies. The names are the wire codes, stable and only ever added.
 *
 * <p>The order is that in which one of several equally near reasons is chosen: first wins.
 */
public enum Reason {
  /** A named scope is not of the form. */
  SCOPE_MALFORMED(false),
  /** Neither the request nor the token names a scope of the tool. */
  SCOPE_EMPTY(false),
  /** A scope was asked for that the token does not have. */
  SCOPE_NOT_GRANTED(true),
  /** No permit speaks of this subject. */
  SUBJECT_UNKNOWN(false),
  /** The gateway knows no such target. Callers are told POLICY_NO_MATCH. */
  POLICY_TARGET_UNKNOWN(false),
  /** A forbid matches. */
  POLICY_FORBIDDEN(true),
  /** Nothing permits it. */
  POLICY_NO_MATCH(true),
  /** The target is not reached the way the permit asks for. Callers are told POLICY_NO_MATCH. */
  POLICY_TARGET_MISMATCH(false),
  /** The attestation is by software alone. */
  ATT_SIMULATED(false),
  /** No profile that the permit takes. */
  ATT_PROFILE_UNSUPPORTED(false),
  /** No Verifier that the permit takes. */
  ATT_VERIFIER_UNTRUSTED(false),
  /** The Verifier's verdict is not the one asked for. */
  ATT_STATUS(false),
  /** Debug facilities of the attested machine are not off as far as asked for. */
  ATT_DEBUG_ENABLED(false),
  /** A measurement that the reference values list is not in the attestation. */
  ATT_MEASUREMENT_MISSING(false),
  /** The measurements are those of no listed set. */
  ATT_MEASUREMENT_MISMATCH(false),
  /** A TCB component is older than asked for, or not reported. */
  ATT_TCB_OUTDATED(false),
  /** The gateway's own challenge is not in it. */
  ATT_NONCE_MISMATCH(false),
  /** The attestation is older than asked for. */
  ATT_STALE(true),
  /** The token lives longer than policy allows. */
  CLAIM_LIFETIME_EXCEEDED(true),
  /** The permit asks for a client certificate and there is none. */
  BINDING_MISSING(false),
  /** Outside the permit's window. */
  POLICY_TIME_WINDOW(true),
  /** A longer session was asked for than the permit gives. */
  POLICY_SESSION_TOO_LONG(true),
  /** The permit asks for a reason and none was given. */
  POLICY_REASON_MISSING(true),
  /** As many sessions as the permit gives are open. */
  POLICY_LIMIT(true),
  /** Approvals are asked for and not all there. */
  POLICY_APPROVAL_MISSING(true),
  /** There is no policy set to decide by. */
  INTERNAL_POLICY_UNAVAILABLE(false),
  /** Deciding failed. */
  INTERNAL_ERROR(false);

  private final boolean tellsCaller;

  Reason(boolean tellsCaller) {
    this.tellsCaller = tellsCaller;
  }

  /** Whether the caller may be told the code in full with its detail's subject. */
  public boolean tellsCaller() {
    return tellsCaller;
  }

  /** The code that the caller gets: this one, but nothing that tells which targets exist. */
  public Reason forCaller() {
    return switch (this) {
      case POLICY_TARGET_UNKNOWN, POLICY_TARGET_MISMATCH -> POLICY_NO_MATCH;
      default -> this;
    };
  }
}
