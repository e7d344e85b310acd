package dev.postern.attestation.evidence;

/**
 * A refusal on its way to the module's door. Carries no stack trace: refusals are expected and
 * cheap.
 */
public final class Refused extends Exception {
  private static final long serialVersionUID = 1L;

  private final EvidenceReason reason;
  private final String detail;

  public Refused(EvidenceReason reason, String detail) {
    super(reason + ": " + detail, null, false, false);
    this.reason = reason;
    this.detail = detail;
  }

  /** Evidence that is not of its form. */
  public static Refused malformed(String detail) {
    return new Refused(EvidenceReason.ATT_MALFORMED, detail);
  }

  public EvidenceReason reason() {
    return reason;
  }

  /** For people and the audit: names fields and values of the Evidence, never secrets. */
  public String detail() {
    return detail;
  }
}
