package dev.postern.client.command;

/** Exit statuses, the same for every command. */
public final class ExitStatus {
  /** Done; nothing found. */
  public static final int DONE = 0;

  /** Found: denied, rejected, invalid, a test failed. */
  public static final int FOUND = 1;

  /** Wrong use of the command line. */
  public static final int USAGE = 2;

  /** Configuration or policy does not parse or type-check. */
  public static final int CONFIGURATION = 3;

  /** Input could not be used whole. */
  public static final int INPUT = 5;

  /** A signature or proof of an audit log does not hold. */
  public static final int PROOF = 6;

  /** Could not reach what it needs. */
  public static final int UNREACHABLE = 69;

  /** A bug. */
  public static final int BUG = 70;

  private ExitStatus() {}
}
