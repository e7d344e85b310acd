package dev.postern.attestation;

/** Carries a denial from deep inside a reader to the module's door, where it becomes a value. */
final class Refusal extends Exception {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  Refusal(Reason reason, String detail) {
    super(detail, null, false, false);
    this.reason = reason;
  }

  Verification.Denied toDenied() {
    return new Verification.Denied(reason, String.valueOf(getMessage()));
  }
}
