package dev.postern.attestation;

/** The outcome of verifying one token. What cannot be verified is a {@link Denied}. */
public sealed interface Verification {
  /** Signature, times, binding and attestation held. */
  record Verified(VerifiedToken token) implements Verification {}

  /**
   * Refused.
   *
   * @param detail for the audit record, never for the caller; holds nothing of a token whose
   *     signature did not verify
   */
  record Denied(Reason reason, String detail) implements Verification {}
}
