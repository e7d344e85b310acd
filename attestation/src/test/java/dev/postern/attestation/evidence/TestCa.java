package dev.postern.attestation.evidence;

import dev.postern.attestation.x509.ChainVerifier;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority for fakes: the vendors' names with keys of our own. */
public final class TestCa {
  public static final Instant FROM = Instant.parse("2026-01-01T00:00:00Z");
  public static final Instant TO = Instant.parse("2027-01-01T00:00:00Z");
  public static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");

  private final KeyPair keys;
  private final String algorithm;
  private final X509Certificate certificate;

  private TestCa(KeyPair keys, String algorithm, X509Certificate certificate) {
    this.keys = keys;
    this.algorithm = algorithm;
    this.certificate = certificate;
  }

  /** One extension of a leaf. */
  public record Ext(String oid, boolean critical, Octets content) {}

  /** A self-signed root. {@code algorithm} is a curve's name or {@code PSS}. */
  public static TestCa root(String name, String algorithm) {
    KeyPair keys = keys(algorithm);
    return new TestCa(
        keys,
        algorithm,
        issue(name, keys, algorithm, name, keys.getPublic(), true, FROM, TO, List.of(), 1));
  }

  public TestCa intermediate(String name) {
    KeyPair own = keys(algorithm);
    return new TestCa(
        own,
        algorithm,
        issue(
            subject(certificate),
            keys,
            algorithm,
            name,
            own.getPublic(),
            true,
            FROM,
            TO,
            List.of(),
            2));
  }

  public X509Certificate leaf(String name, PublicKey key, List<Ext> extensions) {
    return leaf(name, key, extensions, FROM, TO, 3);
  }

  public X509Certificate leaf(
      String name, PublicKey key, List<Ext> extensions, Instant from, Instant to, long serial) {
    return issue(
        subject(certificate), keys, algorithm, name, key, false, from, to, extensions, serial);
  }

  public X509CRL crl(Instant from, Instant to, BigInteger... revoked) {
    try {
      var builder = new JcaX509v2CRLBuilder(certificate.getSubjectX500Principal(), Date.from(from));
      builder.setNextUpdate(Date.from(to));
      for (BigInteger serial : revoked) {
        builder.addCRLEntry(serial, Date.from(from), 0);
      }
      return new JcaX509CRLConverter().getCRL(builder.build(signer(keys, algorithm)));
    } catch (GeneralSecurityException | OperatorCreationException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  public X509Certificate certificate() {
    return certificate;
  }

  public KeyPair keys() {
    return keys;
  }

  public Octets pin() {
    return ChainVerifier.spkiSha256(certificate);
  }

  public static KeyPair keys(String algorithm) {
    try {
      KeyPairGenerator generator;
      if (algorithm.equals("PSS") || algorithm.equals("RSA")) {
        generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
      } else {
        generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(algorithm));
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  public static byte[] der(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  public static String pem(X509Certificate... certificates) {
    var out = new StringBuilder();
    for (X509Certificate certificate : certificates) {
      out.append("-----BEGIN CERTIFICATE-----\n")
          .append(
              java.util.Base64.getMimeEncoder(64, new byte[] {'\n'})
                  .encodeToString(der(certificate)))
          .append("\n-----END CERTIFICATE-----\n");
    }
    return out.toString();
  }

  private static String subject(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().getName();
  }

  private static X509Certificate issue(
      String issuer,
      KeyPair issuerKeys,
      String algorithm,
      String subject,
      PublicKey key,
      boolean ca,
      Instant from,
      Instant to,
      List<Ext> extensions,
      long serial) {
    try {
      var builder =
          new JcaX509v3CertificateBuilder(
              new X500Name(issuer),
              BigInteger.valueOf(serial),
              Date.from(from),
              Date.from(to),
              new X500Name(subject),
              key);
      var all = new ArrayList<>(extensions);
      if (all.stream().noneMatch(ext -> ext.oid().equals(Extension.basicConstraints.getId()))) {
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(ca));
      }
      builder.addExtension(
          Extension.keyUsage,
          true,
          new KeyUsage(ca ? KeyUsage.keyCertSign | KeyUsage.cRLSign : KeyUsage.digitalSignature));
      for (Ext ext : all) {
        builder.addExtension(
            new ASN1ObjectIdentifier(ext.oid()), ext.critical(), ext.content().toByteArray());
      }
      return new JcaX509CertificateConverter()
          .getCertificate(builder.build(signer(issuerKeys, algorithm)));
    } catch (GeneralSecurityException | OperatorCreationException | IOException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static ContentSigner signer(KeyPair keys, String algorithm)
      throws OperatorCreationException {
    return switch (algorithm) {
      case "PSS" ->
          // its salt is as long as the digest, 48 bytes, as AMD's
          new JcaContentSignerBuilder("SHA384withRSAandMGF1")
              .setProvider(new BouncyCastleProvider())
              .build(keys.getPrivate());
      case "RSA" -> new JcaContentSignerBuilder("SHA256withRSA").build(keys.getPrivate());
      case "secp384r1" -> new JcaContentSignerBuilder("SHA384withECDSA").build(keys.getPrivate());
      default -> new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
    };
  }
}
