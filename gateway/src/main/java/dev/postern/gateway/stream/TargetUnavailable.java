package dev.postern.gateway.stream;

/** Why a target side could not be opened. */
public final class TargetUnavailable extends Exception {
  private static final long serialVersionUID = 1L;

  /** The kind of failure; names are reason codes. */
  public enum Code {
    /** No connection, or no answer in time. */
    TARGET_UNREACHABLE,
    /** It answered, but not as the tool's protocol demands. */
    TARGET_PROTOCOL,
    /** The tool cannot keep an obligation that policy sets. */
    TARGET_OBLIGATION,
    /** It takes no further session now. */
    TARGET_BUSY
  }

  private final Code code;

  public TargetUnavailable(Code code, String message) {
    super(message);
    this.code = code;
  }

  public TargetUnavailable(Code code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  public Code code() {
    return code;
  }
}
