package dev.postern.wire.dlv;

/** What {@link DlvReplyReader} made of one message of the target. */
public sealed interface TargetReply {
  /** A call that succeeded. */
  record Result(long id, RawJson result) implements TargetReply {}

  /** A call that failed; the text is Delve's and may hold addresses or program data. */
  record Failure(long id, String error) implements TargetReply {}

  /**
   * Not an answer to anything we asked, or past a bound. The connection is of no more use, and
   * every later read says the same.
   */
  record Broken(MessageReason reason, String detail) implements TargetReply {}
}
