package dev.postern.client.command;

/**
 * Ends a command with an exit status and, for the person, a sentence or several lines on stderr.
 */
public final class CommandFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;

  private CommandFailure(int status, String message) {
    super(message, null, false, false);
    this.status = status;
  }

  /** Something was found: a denial, a rejection. */
  public static CommandFailure found(String message) {
    return new CommandFailure(ExitStatus.FOUND, message);
  }

  /** The command line is wrong. */
  public static CommandFailure usage(String message) {
    return new CommandFailure(ExitStatus.USAGE, message);
  }

  /** A configuration or policy file does not parse or type-check. */
  public static CommandFailure configuration(String message) {
    return new CommandFailure(ExitStatus.CONFIGURATION, message);
  }

  /** Input could not be used whole. */
  public static CommandFailure input(String message) {
    return new CommandFailure(ExitStatus.INPUT, message);
  }

  /** A signature or its trust does not hold. */
  public static CommandFailure untrusted(String message) {
    return new CommandFailure(ExitStatus.PROOF, message);
  }

  /** Something outside could not be reached: a gateway, a program, a file's disk. */
  public static CommandFailure unreachable(String message) {
    return new CommandFailure(ExitStatus.UNREACHABLE, message);
  }

  public int status() {
    return status;
  }

  /** The message; never null. */
  public String text() {
    String message = getMessage();
    return message == null ? "" : message;
  }
}
