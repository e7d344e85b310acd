package dev.postern.gateway.server;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.Base64;

/** SHA-256 over a certificate's DER, as base64url: {@code x5t#S256}, and a proof's {@code srv}. */
final class CertificateDigest {
  private CertificateDigest() {}

  static String of(X509Certificate certificate) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
      return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a parsed certificate has no DER", e);
    }
  }
}
