package dev.postern.gateway.stream;

/**
 * A target side that never blocks: it lives on the event loop of its caller's connection, and no
 * other thread takes part in moving its bytes. For what is relayed as it is; an inspector thinks
 * and waits, and so has a thread.
 *
 * <p>All but {@link #close} and {@link #onHalfClose} is called on that loop.
 */
public interface FlowSide extends TargetSide {
  /** The caller has been told that it is in: bytes may flow. */
  void begin();

  /**
   * Takes bytes of the caller. A few messages may come before the first of them are closed, then no
   * more: that is the back pressure.
   */
  void flow(LentBytes data);

  /** The caller takes more, after {@link FlowClient#flow} said that it does not. */
  void ready();

  @Override
  default void onData(byte[] data) {
    throw new IllegalStateException("a side that flows is given no arrays");
  }
}
