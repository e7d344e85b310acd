package dev.postern.wire.dlv;

import java.util.Optional;

/** What the numbers in {@code api.Goroutine.waitReason} mean for one version of Go. */
public final class WaitReasons {
  private WaitReasons() {}

  /**
   * The table for one version.
   *
   * @param goVersion as {@code GetVersion.TargetGoVersion} has it: {@code go1.22.3}
   * @return empty for a version the table does not hold
   */
  public static Optional<WaitReasons> of(String goVersion) {
    return Optional.empty();
  }

  /** The reason's text, {@code IO wait}; empty if the number is unknown. */
  public Optional<String> text(long number) {
    return Optional.empty();
  }
}
