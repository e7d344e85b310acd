package dev.postern.audit;

import dev.postern.json.JsonValue.JsonObject;
import java.time.Instant;
import java.util.Optional;

/**
 * Append-only record of what the gateway decided.
 *
 * <p>Appends are durable and ordered once they return, also across a crash right after. Safe for
 * use by many threads.
 */
public interface AuditLog extends AutoCloseable {
  /** The largest entry, in bytes of canonical JSON: its length is written in 16 bits. */
  int MAX_ENTRY_BYTES = 64 * 1024 - 1;

  /**
   * Appends one entry and returns its index, counted from 0.
   *
   * @param entry an object with the strings {@code time} and {@code type}; see {@link AuditEvent}
   * @throws Unavailable if the entry is not known to be on disk: the caller must not act on it. It
   *     may still turn up in the log.
   * @throws IllegalArgumentException if it has no canonical form, is larger than {@link
   *     #MAX_ENTRY_BYTES}, or lacks {@code time} or {@code type}
   */
  long append(JsonObject entry) throws Unavailable;

  /** {@link #append(JsonObject)} of an event. */
  default long append(AuditEvent event) throws Unavailable {
    return append(event.toJson());
  }

  /**
   * Hands over an entry that must not hold up what it tells of: the end of a session, a lock, a
   * clean-up. Returns at once and never fails. The entry is written in order with the others, and
   * on a full disk from a reserve that no other entry may use. What cannot be written even so is
   * counted, and an entry of type {@code audit.gap} with that count follows as soon as one can be
   * written.
   *
   * @throws IllegalArgumentException as {@link #append(JsonObject)}
   */
  void appendEventually(JsonObject entry);

  /** {@link #appendEventually(JsonObject)} of an event. */
  default void appendEventually(AuditEvent event) {
    appendEventually(event.toJson());
  }

  /**
   * Waits until all that was handed over before is durable and under a published checkpoint.
   *
   * @throws Unavailable if that cannot be had, or not in time
   */
  void flush() throws Unavailable;

  /** How the log does now. */
  Status status();

  /** Writes and publishes what is still open, then lets go of the folder. Idempotent. */
  @Override
  void close();

  /**
   * How a log does.
   *
   * @param size entries that are durable
   * @param published entries under the latest published checkpoint
   * @param lost entries given up since the last gap entry was written
   * @param trouble why appends or publishing fail at present; empty if they do not
   * @param since since when there has been trouble
   */
  record Status(
      long size, long published, long lost, Optional<String> trouble, Optional<Instant> since) {
    /** Whether an append may be expected to work. */
    public boolean healthy() {
      return trouble.isEmpty();
    }
  }

  /** An entry could not be made durable. */
  final class Unavailable extends Exception {
    private static final long serialVersionUID = 1L;

    public Unavailable(String message) {
      super(message);
    }

    public Unavailable(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
