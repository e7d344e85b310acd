package dev.postern.audit.recording;

/**
 * A recording could not be started or carried on. A session that policy wants recorded must then
 * not start, or must end.
 */
public final class RecordingFailed extends Exception {
  private static final long serialVersionUID = 1L;

  public RecordingFailed(String message) {
    super(message);
  }

  public RecordingFailed(String message, Throwable cause) {
    super(message, cause);
  }
}
