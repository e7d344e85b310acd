package dev.postern.audit;

/** A folder holds something that a log must not be continued from. Says what to do about it. */
public final class LogRefused extends Exception {
  private static final long serialVersionUID = 1L;

  LogRefused(String message) {
    super(message);
  }
}
