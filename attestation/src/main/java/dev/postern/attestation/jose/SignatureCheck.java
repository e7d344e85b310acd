package dev.postern.attestation.jose;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.crypto.impl.ECDSA;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;

/** Verifies one signature, after checking what a provider might not. */
final class SignatureCheck {
  private SignatureCheck() {}

  static boolean verify(
      Algorithm algorithm, PublicKey key, byte[] input, int from, int length, byte[] signature)
      throws MalformedSignatureException {
    if (!Curve.isPossibleSignature(algorithm, signature)) {
      throw new MalformedSignatureException(
          "the signature has a wrong length or a number out of range");
    }
    try {
      Signature verifier = CryptoProvider.signature(algorithm);
      verifier.initVerify(key);
      verifier.update(input, from, length);
      return verifier.verify(
          algorithm == Algorithm.ED25519 ? signature : ECDSA.transcodeSignatureToDER(signature));
    } catch (GeneralSecurityException | JOSEException doesNotHold) {
      // a provider may throw instead of answering false
      return false;
    }
  }
}
