package dev.postern.attestation.tdx;

import dev.postern.attestation.evidence.EvidenceFacts;
import dev.postern.attestation.evidence.Hashes;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Pins;
import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.evidence.TestCa;
import dev.postern.attestation.x509.ChainVerifier;
import dev.postern.attestation.x509.Revocation;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;

/** An Intel of our own: its names and documents, our keys; signed after whatever was changed. */
final class FakeTdx {
  private static final String ARC = "1.2.840.113741.1.13.1";
  static final String FMSPC = "00806f050000";
  static final int HEADER = 48;

  final TestCa root = TestCa.root("CN=Intel SGX Root CA", "secp256r1");
  final TestCa platformCa = root.intermediate("CN=Intel SGX PCK Platform CA");
  final KeyPair pckKeys = TestCa.keys("secp256r1");
  final KeyPair attestationKeys = TestCa.keys("secp256r1");
  final KeyPair signingKeys = TestCa.keys("secp256r1");
  final X509Certificate tcbSigning =
      root.leaf("CN=Intel SGX TCB Signing", signingKeys.getPublic(), List.of());

  /** What may be changed before everything is signed. */
  static final class Parts {
    int version = 4;
    final byte[] body = new byte[648];
    int bodyBytes = 584;
    final byte[] qeReport = new byte[384];
    byte[] qeAuthData = {1, 2, 3};
    List<Integer> pckComponents = new ArrayList<>(Collections.nCopies(16, 5));
    int pceSvn = 11;
    String fmspc = FMSPC;
    UnaryOperator<String> tcbInfo = text -> text;
    UnaryOperator<String> qeIdentity = text -> text;
    boolean bindQe = true;

    Parts() {
      ByteBuffer all = ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN);
      all.put(0, new byte[] {3, 1, 6}); // module SVN 3 of major version 1, loader 6
      all.put(16, new byte[] {0x11});
      all.putLong(120, 1L << 28).putLong(128, 0x61ae7L);
      all.put(136, new byte[] {0x22});
      ByteBuffer qe = ByteBuffer.wrap(qeReport).order(ByteOrder.LITTLE_ENDIAN);
      qe.put(48, new byte[] {0x11});
      qe.put(128, new byte[] {0x33});
      qe.putShort(256, (short) 2).putShort(258, (short) 4);
    }

    Parts reportData(byte[] value) {
      System.arraycopy(value, 0, body, 520, 64);
      return this;
    }
  }

  Pins pins() {
    return new Pins(Map.of(Pins.Root.INTEL_SGX, root.pin()));
  }

  byte[] quote(Parts parts, X509Certificate pck) {
    boolean v5 = parts.version == 5;
    ByteBuffer signed =
        ByteBuffer.allocate(HEADER + (v5 ? 6 : 0) + parts.bodyBytes).order(ByteOrder.LITTLE_ENDIAN);
    signed.putShort((short) parts.version).putShort((short) 2).putInt(0x81).putInt(0);
    signed.put(Octets.ofHex("939a7233f79c4ca9940a0db3957f0607").toByteArray()).put(new byte[20]);
    if (v5) {
      signed.putShort((short) (parts.bodyBytes == 648 ? 3 : 2)).putInt(parts.bodyBytes);
    }
    signed.put(parts.body, 0, parts.bodyBytes);
    byte[] key = point(attestationKeys);
    if (parts.bindQe) {
      byte[] bound = Hashes.SHA256.of(key, parts.qeAuthData).toByteArray();
      System.arraycopy(bound, 0, parts.qeReport, 320, 32);
    }
    byte[] chain =
        TestCa.pem(pck, platformCa.certificate(), root.certificate())
            .getBytes(StandardCharsets.US_ASCII);
    int qeBytes = 384 + 64 + 2 + parts.qeAuthData.length + 2 + 4 + chain.length;
    ByteBuffer out =
        ByteBuffer.allocate(signed.capacity() + 4 + 128 + 6 + qeBytes)
            .order(ByteOrder.LITTLE_ENDIAN);
    out.put(signed.array()).putInt(128 + 6 + qeBytes);
    out.put(sign(attestationKeys, signed.array())).put(key);
    out.putShort((short) 6).putInt(qeBytes);
    out.put(parts.qeReport).put(sign(pckKeys, parts.qeReport));
    out.putShort((short) parts.qeAuthData.length).put(parts.qeAuthData);
    out.putShort((short) 5).putInt(chain.length).put(chain);
    return out.array();
  }

  X509Certificate pck(Parts parts) {
    return platformCa.leaf(
        "CN=Intel SGX PCK Certificate", pckKeys.getPublic(), List.of(sgxExtension(parts)));
  }

  static TestCa.Ext sgxExtension(Parts parts) {
    var tcb = new ArrayList<ASN1Encodable>();
    for (int i = 0; i < 16; i++) {
      tcb.add(pair(".2." + (i + 1), new ASN1Integer(parts.pckComponents.get(i))));
    }
    tcb.add(pair(".2.17", new ASN1Integer(parts.pceSvn)));
    var all = new ArrayList<ASN1Encodable>();
    all.add(pair(".2", new DERSequence(tcb.toArray(ASN1Encodable[]::new))));
    all.add(pair(".3", new DEROctetString(new byte[2])));
    all.add(pair(".4", new DEROctetString(Octets.ofHex(parts.fmspc).toByteArray())));
    try {
      return new TestCa.Ext(
          ARC,
          false,
          Octets.copyOf(new DERSequence(all.toArray(ASN1Encodable[]::new)).getEncoded("DER")));
    } catch (IOException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static DERSequence pair(String arc, ASN1Encodable value) {
    return new DERSequence(new ASN1Encodable[] {new ASN1ObjectIdentifier(ARC + arc), value});
  }

  /** TCB info with one current level, one that needs configuration, and an old one. */
  static String tcbInfo() {
    return """
    {"id":"TDX","version":3,"issueDate":"2026-05-01T00:00:00Z","nextUpdate":"2026-07-01T00:00:00Z","fmspc":"%s","pceId":"0000","tcbType":0,"tcbEvaluationDataNumber":17,\
    "tdxModule":{"mrsigner":"%s","attributes":"0000000000000000","attributesMask":"FFFFFFFFFFFFFFFF"},\
    "tdxModuleIdentities":[{"id":"TDX_01","mrsigner":"%s","attributes":"0000000000000000","attributesMask":"FFFFFFFFFFFFFFFF",\
    "tcbLevels":[{"tcb":{"isvsvn":3},"tcbStatus":"UpToDate"},{"tcb":{"isvsvn":2},"tcbStatus":"OutOfDate"}]}],\
    "tcbLevels":[%s,%s,%s]}\
    """
        .formatted(
            FMSPC,
            "00".repeat(48),
            "00".repeat(48),
            level(5, 11, 6, "UpToDate"),
            level(4, 11, 5, "ConfigurationNeeded"),
            level(1, 5, 1, "OutOfDate"));
  }

  static String level(int sgx, int pceSvn, int tdx, String status) {
    String component = "{\"svn\":%d}";
    var sgxAll = String.join(",", Collections.nCopies(16, component.formatted(sgx)));
    var tdxAll = "{\"svn\":0},{\"svn\":0}," + component.formatted(tdx) + ",{\"svn\":0}".repeat(13);
    return "{\"tcb\":{\"sgxtcbcomponents\":[%s],\"pcesvn\":%d,\"tdxtcbcomponents\":[%s]},\"tcbStatus\":\"%s\"}"
        .formatted(sgxAll, pceSvn, tdxAll, status);
  }

  static String qeIdentity() {
    return """
    {"id":"TD_QE","version":2,"issueDate":"2026-05-01T00:00:00Z","nextUpdate":"2026-07-01T00:00:00Z","tcbEvaluationDataNumber":17,\
    "miscselect":"00000000","miscselectMask":"FFFFFFFF","attributes":"11000000000000000000000000000000","attributesMask":"FBFFFFFFFFFFFFFF0000000000000000",\
    "mrsigner":"%s","isvprodid":2,"tcbLevels":[{"tcb":{"isvsvn":4},"tcbStatus":"UpToDate"},{"tcb":{"isvsvn":3},"tcbStatus":"OutOfDate"}]}\
    """
        .formatted("33" + "00".repeat(31));
  }

  List<byte[]> collateral(Parts parts) {
    return collateral(
        parts, List.of(root.crl(TestCa.FROM, TestCa.TO), platformCa.crl(TestCa.FROM, TestCa.TO)));
  }

  List<byte[]> collateral(Parts parts, List<X509CRL> crls) {
    var files = new ArrayList<byte[]>();
    files.add(response("tcbInfo", parts.tcbInfo.apply(tcbInfo()), signingKeys));
    files.add(response("enclaveIdentity", parts.qeIdentity.apply(qeIdentity()), signingKeys));
    files.add(TestCa.pem(tcbSigning, root.certificate()).getBytes(StandardCharsets.US_ASCII));
    for (X509CRL crl : crls) {
      try {
        files.add(crl.getEncoded());
      } catch (GeneralSecurityException impossible) {
        throw new IllegalStateException(impossible);
      }
    }
    return files;
  }

  static byte[] response(String member, String text, KeyPair keys) {
    byte[] signed = text.getBytes(StandardCharsets.UTF_8);
    return "{\"%s\":%s,\"signature\":\"%s\"}"
        .formatted(member, text, Octets.copyOf(sign(keys, signed)).hex())
        .getBytes(StandardCharsets.UTF_8);
  }

  EvidenceFacts verify(Consumer<Parts> change, TdxRules rules) throws Refused {
    var parts = new Parts();
    change.accept(parts);
    return verify(quote(parts, pck(parts)), collateral(parts), rules);
  }

  EvidenceFacts verify(byte[] quote, List<byte[]> collateral, TdxRules rules) throws Refused {
    var verifier = new TdxVerifier(pins(), new ChainVerifier(), new Revocation());
    return rules.appraise(
        verifier.verify(TdxQuote.parse(quote), TdxCollateral.parse(collateral), TestCa.NOW));
  }

  static byte[] sign(KeyPair keys, byte[] message) {
    try {
      Signature signer = Signature.getInstance("SHA256withECDSAinP1363Format");
      signer.initSign(keys.getPrivate());
      signer.update(message);
      return signer.sign();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static byte[] point(KeyPair keys) {
    var w = ((ECPublicKey) keys.getPublic()).getW();
    byte[] both = new byte[64];
    copy(w.getAffineX(), both, 0);
    copy(w.getAffineY(), both, 32);
    return both;
  }

  private static void copy(BigInteger value, byte[] into, int at) {
    byte[] bytes = value.toByteArray();
    int length = Math.min(32, bytes.length);
    System.arraycopy(bytes, bytes.length - length, into, at + 32 - length, length);
  }
}
