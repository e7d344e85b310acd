package dev.postern.gateway.stream;

/**
 * One connection of one session towards its target.
 *
 * <p>{@link #onData} and {@link #onHalfClose} come in order from one thread; {@link #close} may
 * come from any thread, at any time, more than once.
 */
public interface TargetSide {
  /** Takes bytes of the client. May block: that is the back pressure. */
  void onData(byte[] data) throws InterruptedException;

  /** The client will send nothing more; answers still under way are delivered. */
  void onHalfClose();

  /**
   * Ends the connection and restores what it held of the target before returning, within a time
   * limit of its own. Idempotent; never throws.
   */
  void close(EndReason why);
}
