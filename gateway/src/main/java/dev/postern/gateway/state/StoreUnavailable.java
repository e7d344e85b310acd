package dev.postern.gateway.state;

/**
 * The store could not do what was asked, or it is not known whether it did. Callers fail closed:
 * INTERNAL_STORE.
 */
public final class StoreUnavailable extends Exception {
  private static final long serialVersionUID = 1L;

  public StoreUnavailable(String message) {
    super(message);
  }

  public StoreUnavailable(String message, Throwable cause) {
    super(message, cause);
  }
}
