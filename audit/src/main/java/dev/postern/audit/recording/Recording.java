package dev.postern.audit.recording;

import dev.postern.audit.tlog.Sha256;

/**
 * The recording of one session while it runs. Safe for use by several threads; messages stand in
 * the order in which {@link #add} was called. Closing is idempotent.
 */
public interface Recording extends AutoCloseable {
  /**
   * Adds a message. What was added is with the operating system once 64 KiB have come together, or
   * with the next message a second later, and durable once {@link #finish} has returned.
   *
   * @throws RecordingFailed if it cannot be kept, or the recording would pass its bound: the
   *     session must end
   */
  void add(RecordedMessage message) throws RecordingFailed;

  /**
   * Ends the recording and makes it durable.
   *
   * @throws RecordingFailed if it cannot be made durable
   */
  Summary finish() throws RecordingFailed;

  /** Lets go of the file; what was written so far stays. Nothing if it is finished. */
  @Override
  void close();

  /**
   * What the audit log says of a recording.
   *
   * @param file its name in the folder of recordings
   * @param messages how many messages it has
   * @param bytes how many bytes its messages had
   * @param hash the chained hash over all of them
   */
  record Summary(String file, long messages, long bytes, Sha256 hash) {}
}
