package dev.postern.attestation.snp;

import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Pins;
import dev.postern.attestation.evidence.TestCa;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERIA5String;

/** A Milan of our own: AMD's names, our keys. Reports are signed after whatever was changed. */
final class FakeSnp {
  private static final String ARC = "1.3.6.1.4.1.3704.1.";

  final TestCa ark = TestCa.root("CN=ARK-Milan", "PSS");
  final TestCa ask = ark.intermediate("CN=SEV-Milan");
  final KeyPair vcekKeys = TestCa.keys("secp384r1");
  final byte[] chipId = new byte[64];

  FakeSnp() {
    for (int i = 0; i < chipId.length; i++) {
      chipId[i] = (byte) (i + 1);
    }
  }

  Pins pins() {
    return new Pins(Map.of(Pins.Root.ARK_MILAN, ark.pin()));
  }

  X509Certificate vcek() {
    return ask.leaf("CN=SEV-VCEK", vcekKeys.getPublic(), extensions(chipId, 8));
  }

  List<X509Certificate> certificates(X509Certificate leaf) {
    return List.of(ark.certificate(), ask.certificate(), leaf);
  }

  static List<TestCa.Ext> extensions(byte[] hardwareId, int snpSpl) {
    var all = new ArrayList<TestCa.Ext>();
    all.add(ext("1", new ASN1Integer(0)));
    all.add(ext("2", new DERIA5String("Milan-B0")));
    int[] spl = {3, 0, snpSpl, 0, 0, 0, 0, 0x73};
    for (int i = 0; i < spl.length; i++) {
      all.add(ext("3." + (i + 1), new ASN1Integer(spl[i])));
    }
    all.add(new TestCa.Ext(ARC + "4", false, Octets.copyOf(hardwareId)));
    return all;
  }

  static TestCa.Ext ext(String arc, ASN1Encodable value) {
    try {
      return new TestCa.Ext(
          ARC + arc, false, Octets.copyOf(value.toASN1Primitive().getEncoded("DER")));
    } catch (IOException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** An unsigned report that every rule accepts. */
  ByteBuffer body() {
    var body = ByteBuffer.allocate(SnpReport.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    body.putInt(0, 3).putLong(8, 0x30000L).putInt(0x34, 1);
    body.put(0x188, new byte[] {0x19, 0x01, 0x01});
    for (int at : new int[] {0x38, 0x180, 0x1e0, 0x1f0}) {
      body.put(at, new byte[] {3, 0, 0, 0, 0, 0, 8, 0x73});
    }
    body.put(0x90, new byte[] {7, 7, 7});
    for (int i = 0x160; i < 0x180; i++) {
      body.put(i, (byte) 0xff);
    }
    body.put(0x1a0, chipId);
    return body;
  }

  static byte[] unsigned(ByteBuffer body) {
    byte[] report = new byte[SnpReport.BYTES];
    body.get(0, report);
    return report;
  }

  /** The report with our chip's signature over its signed range. */
  byte[] signed(ByteBuffer body) {
    byte[] report = unsigned(body);
    try {
      Signature signer = Signature.getInstance("SHA384withECDSAinP1363Format");
      signer.initSign(vcekKeys.getPrivate());
      signer.update(report, 0, 0x2a0);
      byte[] signature = signer.sign();
      for (int i = 0; i < 48; i++) {
        report[0x2a0 + i] = signature[47 - i];
        report[0x2a0 + 72 + i] = signature[95 - i];
      }
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
    return report;
  }
}
