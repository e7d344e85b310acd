package dev.postern.wire.dlv;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Reads what a target sends, trusting nothing: only answers to what was asked, once each, within
 * {@link dev.postern.json.JsonLimits#TARGET_MESSAGE}.
 *
 * <p>{@link #expect} may be called from any thread; {@link #next} from one.
 */
public final class DlvReplyReader {
  /** Says that a request with this id is about to be sent; call it before the bytes leave. */
  public void expect(long id) {
    throw new UnsupportedOperationException("not yet");
  }

  /** How many answers are still to come. */
  public int outstanding() {
    throw new UnsupportedOperationException("not yet");
  }

  /**
   * Takes bytes from {@code data}, a buffer backed by an array, up to the end of the next answer.
   *
   * @return the answer; empty if all bytes were taken and none is finished
   */
  public Optional<TargetReply> next(ByteBuffer data) {
    throw new UnsupportedOperationException("not yet");
  }
}
