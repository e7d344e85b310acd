package dev.postern.policy.cli;

/** Exit statuses, the same for every command. */
public final class ExitStatus {
  /** Done, nothing found. */
  public static final int OK = 0;

  /** Found: a warning that counts, a failed test, a difference. */
  public static final int FOUND = 1;

  /** Wrong use of the command. */
  public static final int USAGE = 2;

  /** A policy, schema or test file does not parse or type-check. */
  public static final int INVALID = 3;

  /** {@code explain --exit-decision}: the decision is a denial. */
  public static final int DENIED = 4;

  /** Input could not be used whole. */
  public static final int PARTIAL = 5;

  /** A signature or its trust does not hold. */
  public static final int UNTRUSTED = 6;

  private ExitStatus() {}
}
