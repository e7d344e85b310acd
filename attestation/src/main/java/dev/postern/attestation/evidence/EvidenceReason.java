package dev.postern.attestation.evidence;

/**
 * Why Evidence is refused. The names are the stable reason codes that callers and audit see.
 *
 * <p>The first block are codes of the token verifier's list; the second block are particular to
 * Evidence.
 */
public enum EvidenceReason {
  /** The bytes are not a complete, well-formed piece of Evidence within the limits. */
  ATT_MALFORMED,
  /** A kind, version, algorithm or product of Evidence that is not taken. */
  ATT_EVIDENCE_UNSUPPORTED,
  /** An algorithm that is not on the format's list. */
  ATT_ALG_NOT_ALLOWED,
  /** A signature over the Evidence or an endorsement of it does not hold. */
  ATT_SIG_INVALID,
  /** Issued by somebody who is not trusted for this. */
  ATT_VERIFIER_UNTRUSTED,
  /** A claim that the format requires is absent. */
  ATT_CLAIM_MISSING,
  /** A certificate or result is past its end. */
  ATT_EXPIRED,
  /** A result is older than its age limit. */
  ATT_STALE,
  /** Not yet valid, or issued in the future. */
  ATT_FUTURE,
  /** Not the challenge that was expected, or none at all. */
  ATT_NONCE_MISMATCH,
  /** Made for another audience. */
  ATT_AUD_MISMATCH,
  /** The attested key is not the one expected. */
  ATT_KEY_MISMATCH,
  /** Debugging of the attester is, or may be, possible. */
  ATT_DEBUG_ENABLED,
  /** A measurement that is required is absent. */
  ATT_MEASUREMENT_MISSING,
  /** A measurement has another value than the reference value. */
  ATT_MEASUREMENT_MISMATCH,
  /** A profile of a result that is not known or not allowed. */
  ATT_PROFILE_UNSUPPORTED,
  /** The platform's security version is too low, or its status is not an accepted one. */
  ATT_TCB_OUTDATED,
  /** The Verifier's verdict is not an accepted one. */
  ATT_STATUS,

  /** No path of certificates to a pinned root, or one that breaks a rule. */
  ATT_CHAIN_INVALID,
  /** A certificate of the path is on its issuer's revocation list. */
  ATT_REVOKED,
  /** Collateral that the family requires was not given. */
  ATT_COLLATERAL_MISSING,
  /** Collateral is past its nextUpdate. */
  ATT_COLLATERAL_STALE,
  /** Collateral is malformed, wrongly signed, or about another platform. */
  ATT_COLLATERAL_INVALID,
  /** The endorsement is another chip's, product's or version's than the report's. */
  ATT_ENDORSEMENT_MISMATCH,
  /** A configuration of the guest or platform that the rules refuse. */
  ATT_CONFIGURATION,
  /** REPORT_DATA is not the value expected. */
  ATT_REPORT_DATA_MISMATCH,
  /** A TPM attestation key that no configured CA certified and nobody enrolled. */
  ATT_AK_UNTRUSTED
}
