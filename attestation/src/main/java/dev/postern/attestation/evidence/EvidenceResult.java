package dev.postern.attestation.evidence;

/** The outcome of verifying and appraising one piece of Evidence. There is no third state. */
public sealed interface EvidenceResult {
  /**
   * The Evidence is the vendor's word, and the rules accept what it says. What was not checked for
   * want of an expectation stands in {@link EvidenceFacts#unchecked()}.
   */
  record Valid(EvidenceFacts facts) implements EvidenceResult {}

  /** Refused. {@code detail} is for people and the audit. */
  record Invalid(EvidenceReason reason, String detail) implements EvidenceResult {}
}
