package dev.postern.attestation.jose;

/** A public key that verifies signatures of one algorithm. */
public sealed interface VerifyingKey permits PublicJwk, RsaKey {
  /** The one algorithm that this key is used with. */
  Algorithm algorithm();

  /**
   * Whether {@code signature} is this key's over the first {@code length} bytes of {@code input}.
   *
   * @throws MalformedSignatureException if no signer could have made it
   */
  boolean verify(byte[] input, int length, byte[] signature) throws MalformedSignatureException;
}
