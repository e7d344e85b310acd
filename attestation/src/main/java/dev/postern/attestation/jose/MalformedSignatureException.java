package dev.postern.attestation.jose;

/** A signature that no signer could have made: wrong length, or a number out of range. */
public final class MalformedSignatureException extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedSignatureException(String message) {
    super(message, null, false, false);
  }
}
