package dev.postern.audit.cli;

/** Exit status of the audit commands. */
final class Exit {
  static final int DONE = 0;
  static final int UNUSABLE = 5;
  static final int DOES_NOT_HOLD = 6;

  private Exit() {}
}
