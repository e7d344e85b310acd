package dev.postern.gateway;

import java.util.List;

/** Why the gateway did not start; the lines are for the person who started it. */
public final class StartFailed extends Exception {
  private static final long serialVersionUID = 1L;

  /** The configuration or the policies cannot be used. */
  public static final int UNUSABLE_CONFIGURATION = 3;

  /** Something it needs cannot be had: an address, a folder, a store. */
  public static final int UNAVAILABLE = 69;

  private final int exitStatus;
  private final transient List<String> lines;

  StartFailed(int exitStatus, List<String> lines) {
    super(String.join("\n", lines));
    this.exitStatus = exitStatus;
    this.lines = List.copyOf(lines);
  }

  StartFailed(int exitStatus, String line) {
    this(exitStatus, List.of(line));
  }

  public int exitStatus() {
    return exitStatus;
  }

  public List<String> lines() {
    return lines;
  }
}
