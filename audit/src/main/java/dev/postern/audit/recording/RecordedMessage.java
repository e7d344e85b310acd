package dev.postern.audit.recording;

import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/**
 * One message of a session, as the recording has it.
 *
 * @param time when it was taken in, by the gateway's clock
 * @param connection the connection within the session, counted from 1
 * @param direction which side sent it
 * @param action what became of it: passed, answered, rewritten, denied, ended
 * @param method its method or request; empty if it has none
 * @param reason a reason code; empty if it passed
 * @param bytes length of the message, also where its content is not kept
 * @param content the message itself; empty in a recording of metadata only
 */
public record RecordedMessage(
    Instant time,
    int connection,
    Direction direction,
    String action,
    String method,
    String reason,
    int bytes,
    Optional<Content> content) {

  /** Which side sent a message. */
  public enum Direction {
    FROM_CLIENT,
    FROM_TARGET,
    /** The gateway itself: an answer in the target's stead, a notice, a request of its own. */
    FROM_GATEWAY_TO_CLIENT,
    FROM_GATEWAY_TO_TARGET
  }

  /** A message's bytes. */
  public static final class Content {
    private final byte[] bytes;

    public Content(byte[] bytes) {
      this.bytes = bytes.clone();
    }

    public byte[] toBytes() {
      return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Content that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }

    /** Only the length: what a target said is not for logs. */
    @Override
    public String toString() {
      return bytes.length + " bytes";
    }
  }
}
