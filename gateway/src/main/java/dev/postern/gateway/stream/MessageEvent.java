package dev.postern.gateway.stream;

/**
 * One message and what became of it.
 *
 * @param method the protocol's name of it, e.g. {@code RPCServer.Eval}; {@code ?} if it has none
 * @param reason a reason code when it was not passed as it was, or empty
 * @param scope the scope that it needed; for a denial the missing one; or empty
 * @param sizeBytes of the message as the client sent it or was sent it
 * @param text the message as the client sent it, or as it was sent it, redaction done; empty unless
 *     the grant obliges to a full record
 */
public record MessageEvent(
    Direction direction,
    Action action,
    String method,
    String reason,
    String scope,
    int sizeBytes,
    String text) {
  /** Whose message it is. */
  public enum Direction {
    CLIENT,
    TARGET
  }

  /** What became of it. */
  public enum Action {
    /** Went on, in the gateway's words. */
    PASSED,
    /** Answered in the target's stead, without a denial. */
    ANSWERED,
    /** Went on with changed content: clamped, redacted, filtered. */
    REWRITTEN,
    /** Answered with an error in the protocol's form. */
    DENIED,
    /** The connection was ended because of it. */
    ENDED
  }
}
