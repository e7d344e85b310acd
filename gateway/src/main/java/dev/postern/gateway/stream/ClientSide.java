package dev.postern.gateway.stream;

/** Where an inspector speaks to the caller. Safe for use by many threads. */
public interface ClientSide {
  /**
   * Sends bytes of the debug protocol. Blocks while the caller does not read, for a bounded time.
   *
   * @throws ClientGone once the caller is gone or has not read for too long; nothing more can be
   *     sent
   */
  void send(byte[] data) throws InterruptedException, ClientGone;

  /** Tells the person at the client something; never blocks, may be dropped when too many. */
  void notice(NoticeEvent notice);

  /**
   * Asks that the connection end; the owner then calls {@link TargetSide#close}. Returns at once.
   *
   * @param detail for the record and the caller, one line
   */
  void end(EndReason why, String detail);
}
