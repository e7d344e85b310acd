package dev.postern.attestation.jose;

/** Why a text is not a compact JWS that is taken. The message holds nothing of the text. */
public final class JwsException extends Exception {
  private static final long serialVersionUID = 1L;

  /** The kind of fault, in the order in which they are looked for. */
  public enum Fault {
    /** No text at all. */
    ABSENT,
    /** Longer than allowed. */
    TOO_LARGE,
    /** Not three segments, or characters that no token has. */
    MALFORMED,
    /** A JWE in compact form. */
    ENCRYPTED,
    /** A segment is not canonical base64url. */
    ENCODING,
    JSON_INVALID,
    JSON_DUPLICATE,
    JSON_LIMITS,
    ALG_NOT_ALLOWED,
    /** The signature segment is empty. */
    UNSIGNED,
    CRIT_UNSUPPORTED,
    PARAM_FORBIDDEN,
    TYP_MISMATCH,
    KID_INVALID
  }

  private final Fault fault;

  JwsException(Fault fault, String message) {
    super(message, null, false, false);
    this.fault = fault;
  }

  public Fault fault() {
    return fault;
  }
}
