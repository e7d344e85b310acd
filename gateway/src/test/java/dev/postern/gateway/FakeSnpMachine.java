package dev.postern.gateway;

import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Pins;
import dev.postern.attestation.x509.ChainVerifier;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A Milan whose root key is the test's own: reports that only a gateway with that root believes.
 */
final class FakeSnpMachine {
  private static final String ARC = "1.3.6.1.4.1.3704.1.";
  private static final int SIGNED = 0x2a0;

  private final KeyPair arkKeys = rsa();
  private final KeyPair askKeys = rsa();
  private final KeyPair chipKeys = p384();
  private final byte[] chipId = new byte[64];
  private final X509Certificate ark;
  private final X509Certificate ask;
  private final X509Certificate vcek;

  FakeSnpMachine() {
    chipId[0] = 0x5a;
    ark = certificate("CN=ARK-Milan", arkKeys, "CN=ARK-Milan", arkKeys.getPublic(), true);
    ask = certificate("CN=ARK-Milan", arkKeys, "CN=SEV-Milan", askKeys.getPublic(), true);
    vcek = certificate("CN=SEV-Milan", askKeys, "CN=SEV-VCEK", chipKeys.getPublic(), false);
  }

  Pins roots() {
    return new Pins(Map.of(Pins.Root.ARK_MILAN, ChainVerifier.spkiSha256(ark)));
  }

  List<X509Certificate> certificates() {
    return List.of(ark, ask, vcek);
  }

  String chip() {
    return Octets.copyOf(chipId).hex();
  }

  /** The chip's report about a guest, version 3. */
  byte[] report(byte[] reportData, int measurement, long guestPolicy) {
    var body = ByteBuffer.allocate(0x4a0).order(ByteOrder.LITTLE_ENDIAN);
    body.putInt(0, 3).putLong(8, guestPolicy).putInt(0x34, 1);
    body.put(0x50, reportData).put(0x90, (byte) measurement);
    body.put(0x188, new byte[] {0x19, 0x01, 0x01});
    for (int at : new int[] {0x38, 0x180, 0x1e0, 0x1f0}) {
      body.put(at, new byte[] {3, 0, 0, 0, 0, 0, 8, 0x73});
    }
    for (int i = 0x160; i < 0x180; i++) {
      body.put(i, (byte) 0xff);
    }
    body.put(0x1a0, chipId);
    byte[] report = body.array();
    byte[] signature = sign(report);
    for (int i = 0; i < 48; i++) {
      report[SIGNED + i] = signature[47 - i];
      report[SIGNED + 72 + i] = signature[95 - i];
    }
    return report;
  }

  private byte[] sign(byte[] report) {
    try {
      Signature signer = Signature.getInstance("SHA384withECDSAinP1363Format");
      signer.initSign(chipKeys.getPrivate());
      signer.update(report, 0, SIGNED);
      return signer.sign();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private X509Certificate certificate(
      String issuer, KeyPair issuerKeys, String subject, PublicKey key, boolean ca) {
    try {
      var builder =
          new JcaX509v3CertificateBuilder(
              new X500Name(issuer),
              BigInteger.valueOf(ca ? 1 : 0), // AMD's leaves have serial 0
              Date.from(MovableClock.START.minus(Duration.ofDays(30))),
              Date.from(MovableClock.START.plus(Duration.ofDays(30))),
              new X500Name(subject),
              key);
      if (ca) {
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
      } else {
        addChip(builder);
      }
      var signer =
          new JcaContentSignerBuilder("SHA384withRSAandMGF1")
              .setProvider(new BouncyCastleProvider())
              .build(issuerKeys.getPrivate());
      return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    } catch (GeneralSecurityException | OperatorCreationException | IOException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private void addChip(JcaX509v3CertificateBuilder builder) throws IOException {
    add(builder, "1", new ASN1Integer(0));
    add(builder, "2", new DERIA5String("Milan-B0"));
    int[] versions = {3, 0, 8, 0, 0, 0, 0, 0x73};
    for (int i = 0; i < versions.length; i++) {
      add(builder, "3." + (i + 1), new ASN1Integer(versions[i]));
    }
    builder.addExtension(new ASN1ObjectIdentifier(ARC + "4"), false, chipId);
  }

  private static void add(JcaX509v3CertificateBuilder builder, String arc, ASN1Encodable value)
      throws IOException {
    builder.addExtension(
        new ASN1ObjectIdentifier(ARC + arc), false, value.toASN1Primitive().getEncoded("DER"));
  }

  private static KeyPair rsa() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static KeyPair p384() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp384r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
