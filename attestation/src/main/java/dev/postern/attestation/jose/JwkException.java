package dev.postern.attestation.jose;

/** A key or key set that is not taken. The message says what is wrong and holds no key material. */
public final class JwkException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What is wrong, as far as callers tell it apart. */
  public enum Kind {
    /** Not a key of a form that is understood. */
    MALFORMED,
    /** Holds private or symmetric key material. */
    PRIVATE,
    /** A key, but of a type or curve that no algorithm here uses. */
    UNSUPPORTED
  }

  private final Kind kind;

  public JwkException(Kind kind, String message) {
    super(message, null, false, false);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
