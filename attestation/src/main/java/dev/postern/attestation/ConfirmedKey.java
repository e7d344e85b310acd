package dev.postern.attestation;

import dev.postern.attestation.jose.Thumbprint;
import java.util.Optional;

/**
 * The caller's key, with the digest of the certificate that brought it, if one did.
 *
 * @param certificate SHA-256 over the certificate's DER
 */
record ConfirmedKey(Confirmation confirmation, Optional<Thumbprint> certificate) {
  Thumbprint thumbprint() {
    return confirmation.thumbprint();
  }
}
