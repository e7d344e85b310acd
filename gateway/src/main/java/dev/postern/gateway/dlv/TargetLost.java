package dev.postern.gateway.dlv;

import dev.postern.gateway.stream.EndReason;

/** The connection to the debugger is of no more use. */
final class TargetLost extends Exception {
  private static final long serialVersionUID = 1L;

  private final EndReason reason;

  TargetLost(EndReason reason, String message) {
    super(message);
    this.reason = reason;
  }

  TargetLost(EndReason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  EndReason reason() {
    return reason;
  }

  String text() {
    return String.valueOf(getMessage());
  }
}
