package dev.postern.attestation.x509;

import java.util.Set;

/**
 * What a family asks of its certificate path beyond RFC 5280.
 *
 * @param name for details of refusals
 * @param longest most certificates in the path, leaf and root included
 * @param signatureAlgorithms OIDs that may have signed any certificate of the path
 * @param leafDigitalSignature whether the leaf's keyUsage must be there and allow digitalSignature
 */
public record ChainRules(
    String name, int longest, Set<String> signatureAlgorithms, boolean leafDigitalSignature) {
  public static final String ECDSA_SHA256 = "1.2.840.10045.4.3.2";
  public static final String ECDSA_SHA384 = "1.2.840.10045.4.3.3";
  public static final String ECDSA_SHA512 = "1.2.840.10045.4.3.4";
  public static final String RSA_PSS = "1.2.840.113549.1.1.10";
  public static final String RSA_SHA256 = "1.2.840.113549.1.1.11";
  public static final String RSA_SHA384 = "1.2.840.113549.1.1.12";
  public static final String RSA_SHA512 = "1.2.840.113549.1.1.13";

  public ChainRules {
    signatureAlgorithms = Set.copyOf(signatureAlgorithms);
  }
}
