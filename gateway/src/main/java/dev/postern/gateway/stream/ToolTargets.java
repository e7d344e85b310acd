package dev.postern.gateway.stream;

/** The target side of one tool, e.g. dlv. One per gateway; safe for use by many threads. */
public interface ToolTargets {
  /**
   * Opens a connection towards the granted target. Blocks, within the tool's own time limit; called
   * on a virtual thread.
   *
   * @throws TargetUnavailable if the target cannot be reached or does not speak the tool's protocol
   */
  TargetSide open(SessionGrant grant, ClientSide client)
      throws TargetUnavailable, InterruptedException;
}
