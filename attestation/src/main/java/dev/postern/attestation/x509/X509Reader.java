package dev.postern.attestation.x509;

import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/** Reads certificates and revocation lists, DER or PEM, with bounds and nothing left over. */
public final class X509Reader {
  /** Most certificates in one file or field. */
  public static final int MAX_CERTIFICATES = 16;

  /** Longest single certificate, in bytes of DER. */
  public static final int MAX_CERTIFICATE_BYTES = 16 * 1024;

  /** Longest revocation list, in bytes of DER. */
  public static final int MAX_CRL_BYTES = 1024 * 1024;

  private X509Reader() {}

  /** One certificate, exactly. */
  public static X509Certificate certificate(byte[] der, String what) throws Refused {
    requireOneDerValue(der, MAX_CERTIFICATE_BYTES, what);
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (GeneralSecurityException | RuntimeException malformed) {
      throw Refused.malformed(what + " is not an X.509 certificate");
    }
  }

  /** All certificates of a DER or PEM file, without repetitions. */
  public static List<X509Certificate> certificates(byte[] bytes, String what) throws Refused {
    if (!Pem.looksLike(bytes)) {
      return List.of(certificate(bytes, what));
    }
    var certificates = new LinkedHashSet<X509Certificate>();
    for (Pem.Block block : Pem.blocks(bytes, MAX_CERTIFICATES)) {
      if (!block.label().equals("CERTIFICATE")) {
        throw Refused.malformed(what + " has a PEM block that is no certificate");
      }
      certificates.add(certificate(block.der().toByteArray(), what));
    }
    if (certificates.isEmpty()) {
      throw Refused.malformed(what + " has no certificate");
    }
    return new ArrayList<>(certificates);
  }

  /** One revocation list, DER or PEM. */
  public static X509CRL crl(byte[] bytes, String what) throws Refused {
    byte[] der = bytes;
    if (Pem.looksLike(bytes)) {
      List<Pem.Block> blocks = Pem.blocks(bytes, 1);
      if (!blocks.getFirst().label().equals("X509 CRL")) {
        throw Refused.malformed(what + " is not a revocation list");
      }
      der = blocks.getFirst().der().toByteArray();
    }
    requireOneDerValue(der, MAX_CRL_BYTES, what);
    try {
      return (X509CRL)
          CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(der));
    } catch (GeneralSecurityException | RuntimeException malformed) {
      throw Refused.malformed(what + " is not a revocation list");
    }
  }

  /**
   * Certificates and revocation lists of one file, told apart by what they are.
   *
   * @param certificates found, in order
   * @param crls found, in order
   */
  public record Content(List<X509Certificate> certificates, List<X509CRL> crls) {
    public Content {
      certificates = List.copyOf(certificates);
      crls = List.copyOf(crls);
    }
  }

  /** A file that may hold certificates, revocation lists, or (PEM) both. */
  public static Content content(byte[] bytes, String what) throws Refused {
    var certificates = new ArrayList<X509Certificate>();
    var crls = new ArrayList<X509CRL>();
    if (!Pem.looksLike(bytes)) {
      if (isCrl(bytes)) {
        crls.add(crl(bytes, what));
      } else {
        certificates.add(certificate(bytes, what));
      }
      return new Content(certificates, crls);
    }
    for (Pem.Block block : Pem.blocks(bytes, MAX_CERTIFICATES)) {
      Octets der = block.der();
      switch (block.label()) {
        case "CERTIFICATE" -> certificates.add(certificate(der.toByteArray(), what));
        case "X509 CRL" -> crls.add(crl(der.toByteArray(), what));
        default -> throw Refused.malformed(what + " has a PEM block of another kind");
      }
    }
    return new Content(certificates, crls);
  }

  /**
   * Whether DER looks like a revocation list: its inner sequence starts with a version INTEGER (v2)
   * or an algorithm SEQUENCE (v1), a v3 certificate's with an explicit tag.
   */
  private static boolean isCrl(byte[] der) throws Refused {
    int inner = contentStart(der, 0, "DER");
    if (inner >= der.length || der[inner] != 0x30) {
      throw Refused.malformed("neither a certificate nor a revocation list");
    }
    int first = contentStart(der, inner, "DER");
    if (first >= der.length) {
      throw Refused.malformed("neither a certificate nor a revocation list");
    }
    if (der[first] == 0x30) {
      return true;
    }
    // an INTEGER: version 1 and a following SEQUENCE is a v2 list; a v1 certificate has its serial
    return der[first] == 0x02
        && first + 3 < der.length
        && der[first + 1] == 1
        && der[first + 2] == 1
        && der[first + 3] == 0x30;
  }

  /** Position of the content of the DER value that starts at {@code at}. */
  private static int contentStart(byte[] der, int at, String what) throws Refused {
    if (at + 2 > der.length) {
      throw Refused.malformed(what + " is too short");
    }
    int first = der[at + 1] & 0xff;
    if (first < 0x80) {
      return at + 2;
    }
    int octets = first & 0x7f;
    if (octets < 1 || octets > 3 || at + 2 + octets > der.length) {
      throw Refused.malformed(what + " has a length that is not DER");
    }
    return at + 2 + octets;
  }

  private static void requireOneDerValue(byte[] der, int limit, String what) throws Refused {
    if (der.length > limit) {
      throw Refused.malformed(what + " is longer than " + limit + " bytes");
    }
    if (der.length < 2 || der[0] != 0x30) {
      throw Refused.malformed(what + " is not DER");
    }
    int start = contentStart(der, 0, what);
    long length = der[1] & 0xff;
    if (length >= 0x80) {
      length = 0;
      for (int i = 2; i < start; i++) {
        length = length << 8 | (der[i] & 0xff);
      }
    }
    if (start + length != der.length) {
      throw Refused.malformed(what + " has bytes missing or left over");
    }
  }
}
