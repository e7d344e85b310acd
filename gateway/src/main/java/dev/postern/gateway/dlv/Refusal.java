package dev.postern.gateway.dlv;

/** Why a request is answered with an error in the target's stead; the text is for the caller. */
final class Refusal extends Exception {
  private static final long serialVersionUID = 1L;

  private final String reason;
  private final String scope;

  /**
   * @param reason a reason code
   * @param scope the missing scope, or empty
   */
  Refusal(String reason, String scope, String text) {
    super(text, null, false, false);
    this.reason = reason;
    this.scope = scope;
  }

  String reason() {
    return reason;
  }

  String scope() {
    return scope;
  }

  String text() {
    return String.valueOf(getMessage());
  }

  static Refusal busy(String text) {
    return new Refusal("TARGET_BUSY", "", "postern: target busy: " + text);
  }
}
