package dev.postern.wire.dlv;

/** An argument that cannot be passed on; the message is for the caller and quotes no values. */
final class BadArgument extends Exception {
  private static final long serialVersionUID = 1L;

  private final MessageReason reason;

  BadArgument(MessageReason reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  MessageReason reason() {
    return reason;
  }

  String text() {
    return String.valueOf(getMessage());
  }
}
