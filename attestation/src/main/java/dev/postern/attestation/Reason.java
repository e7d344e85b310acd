package dev.postern.attestation;

/**
 * Why a token, an Attestation Result or a proof was refused. Names are the wire codes: stable, only
 * ever added.
 */
public enum Reason {
  TOKEN_MISSING(Status.UNAUTHENTICATED, true),
  TOKEN_TOO_LARGE(Status.UNAUTHENTICATED, true),
  TOKEN_MALFORMED(Status.UNAUTHENTICATED, false),
  TOKEN_ENCODING(Status.UNAUTHENTICATED, false),
  TOKEN_ENCRYPTED(Status.UNAUTHENTICATED, false),
  TOKEN_JSON_INVALID(Status.UNAUTHENTICATED, false),
  TOKEN_JSON_DUPLICATE(Status.UNAUTHENTICATED, false),
  TOKEN_JSON_LIMITS(Status.UNAUTHENTICATED, false),

  HEADER_ALG_NOT_ALLOWED(Status.UNAUTHENTICATED, false),
  HEADER_TYP_MISMATCH(Status.UNAUTHENTICATED, false),
  HEADER_PARAM_FORBIDDEN(Status.UNAUTHENTICATED, false),
  HEADER_CRIT_UNSUPPORTED(Status.UNAUTHENTICATED, false),
  HEADER_KID_INVALID(Status.UNAUTHENTICATED, false),
  HEADER_KID_UNKNOWN(Status.UNAUTHENTICATED, false),

  SIG_MALFORMED(Status.UNAUTHENTICATED, false),
  SIG_INVALID(Status.UNAUTHENTICATED, false),
  SIG_KEY_MISMATCH(Status.UNAUTHENTICATED, false),
  SIG_KEY_REVOKED(Status.UNAUTHENTICATED, false),

  CLAIM_MISSING(Status.UNAUTHENTICATED, false),
  CLAIM_TYPE(Status.UNAUTHENTICATED, false),
  CLAIM_ISS_UNTRUSTED(Status.UNAUTHENTICATED, false),
  CLAIM_AUD_MISMATCH(Status.UNAUTHENTICATED, false),
  /** Held by the gateway's store of used {@code jti}s. */
  CLAIM_REPLAYED(Status.UNAUTHENTICATED, false),
  CLAIM_EXPIRED(Status.UNAUTHENTICATED, true),
  CLAIM_NOT_YET_VALID(Status.UNAUTHENTICATED, true),
  CLAIM_IAT_FUTURE(Status.UNAUTHENTICATED, true),
  CLAIM_LIFETIME_EXCEEDED(Status.UNAUTHENTICATED, true),

  BINDING_MISSING(Status.UNAUTHENTICATED, false),
  BINDING_MISMATCH(Status.UNAUTHENTICATED, false),
  BINDING_PROOF_INVALID(Status.UNAUTHENTICATED, false),

  SUBJECT_INVALID(Status.PERMISSION_DENIED, false),
  SUBJECT_ID_TOKEN_INVALID(Status.PERMISSION_DENIED, false),
  SUBJECT_ID_TOKEN_EXPIRED(Status.PERMISSION_DENIED, true),
  /** Held by policy. */
  SUBJECT_UNKNOWN(Status.PERMISSION_DENIED, false),
  /** Held by the gateway's locks. */
  SUBJECT_REVOKED(Status.PERMISSION_DENIED, false),

  SCOPE_MALFORMED(Status.PERMISSION_DENIED, false),
  SCOPE_EMPTY(Status.PERMISSION_DENIED, false),
  /** Held by policy. */
  SCOPE_NOT_GRANTED(Status.PERMISSION_DENIED, true),

  ATT_MISSING(Status.PERMISSION_DENIED, false),
  ATT_MALFORMED(Status.PERMISSION_DENIED, false),
  ATT_HEADER_FORBIDDEN(Status.PERMISSION_DENIED, false),
  ATT_ALG_NOT_ALLOWED(Status.PERMISSION_DENIED, false),
  ATT_TYP_MISMATCH(Status.PERMISSION_DENIED, false),
  ATT_SIG_INVALID(Status.PERMISSION_DENIED, false),
  ATT_VERIFIER_UNTRUSTED(Status.PERMISSION_DENIED, false),
  ATT_NESTING(Status.PERMISSION_DENIED, false),
  ATT_CLAIM_MISSING(Status.PERMISSION_DENIED, false),
  ATT_EVIDENCE_UNSUPPORTED(Status.PERMISSION_DENIED, false),
  ATT_EXPIRED(Status.PERMISSION_DENIED, true),
  ATT_STALE(Status.PERMISSION_DENIED, true),
  ATT_FUTURE(Status.PERMISSION_DENIED, false),
  ATT_NONCE_MISMATCH(Status.PERMISSION_DENIED, false),
  /** Held by the gateway: one challenge's Evidence serves one key only. */
  ATT_REPLAYED(Status.PERMISSION_DENIED, false),
  ATT_AUD_MISMATCH(Status.PERMISSION_DENIED, false),
  ATT_KEY_MISMATCH(Status.PERMISSION_DENIED, false),
  ATT_SUBJECT_MISMATCH(Status.PERMISSION_DENIED, false),
  ATT_DEBUG_ENABLED(Status.PERMISSION_DENIED, false),
  /** Held by policy. */
  ATT_MEASUREMENT_MISSING(Status.PERMISSION_DENIED, false),
  /** Held by policy. */
  ATT_MEASUREMENT_MISMATCH(Status.PERMISSION_DENIED, false),
  ATT_PROFILE_UNSUPPORTED(Status.PERMISSION_DENIED, false),
  ATT_TCB_OUTDATED(Status.PERMISSION_DENIED, false),
  ATT_STATUS(Status.PERMISSION_DENIED, false),
  ATT_SIMULATED(Status.PERMISSION_DENIED, false),
  ATT_CHAIN_INVALID(Status.PERMISSION_DENIED, false),
  ATT_REVOKED(Status.PERMISSION_DENIED, false),
  ATT_COLLATERAL_MISSING(Status.PERMISSION_DENIED, false),
  ATT_COLLATERAL_STALE(Status.PERMISSION_DENIED, false),
  ATT_COLLATERAL_INVALID(Status.PERMISSION_DENIED, false),
  ATT_ENDORSEMENT_MISMATCH(Status.PERMISSION_DENIED, false),
  ATT_CONFIGURATION(Status.PERMISSION_DENIED, false),
  ATT_REPORT_DATA_MISMATCH(Status.PERMISSION_DENIED, false),
  ATT_AK_UNTRUSTED(Status.PERMISSION_DENIED, false),

  INTERNAL_KEYS_UNAVAILABLE(Status.UNAVAILABLE, false),
  INTERNAL_CLOCK(Status.UNAVAILABLE, false),
  INTERNAL_ERROR(Status.INTERNAL, false);

  /** The gRPC status a reason travels under, by its name there. */
  public enum Status {
    UNAUTHENTICATED,
    PERMISSION_DENIED,
    UNAVAILABLE,
    INTERNAL
  }

  private final Status status;
  private final boolean tellsCaller;

  Reason(Status status, boolean tellsCaller) {
    this.status = status;
    this.tellsCaller = tellsCaller;
  }

  public Status status() {
    return status;
  }

  /** Whether a caller may be told this code as it is; else its {@link #family}. */
  public boolean tellsCaller() {
    return tellsCaller;
  }

  /** The part of the code before its first underscore, such as {@code TOKEN}. */
  public String family() {
    return name().substring(0, name().indexOf('_'));
  }
}
