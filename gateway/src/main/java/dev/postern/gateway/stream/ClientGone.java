package dev.postern.gateway.stream;

/** The caller's side of a connection is gone: nothing more can be sent to it. */
public final class ClientGone extends Exception {
  private static final long serialVersionUID = 1L;

  public ClientGone(String message) {
    super(message, null, false, false);
  }
}
