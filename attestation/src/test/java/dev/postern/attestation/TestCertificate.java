package dev.postern.attestation;

import dev.postern.attestation.mint.SigningKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Date;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;

/** A certificate around a key; its own signature is nothing that anyone here checks. */
final class TestCertificate {
  private TestCertificate() {}

  static X509Certificate of(SigningKey key) {
    try {
      var algorithm = new AlgorithmIdentifier(new ASN1ObjectIdentifier("1.2.840.10045.4.3.2"));
      var body = new V3TBSCertificateGenerator();
      body.setSerialNumber(new ASN1Integer(1));
      body.setSignature(algorithm);
      body.setIssuer(new X500Name("CN=TEST"));
      body.setSubject(new X500Name("CN=TEST"));
      body.setStartDate(new Time(Date.from(Workshop.NOW.minusSeconds(60))));
      body.setEndDate(new Time(Date.from(Workshop.NOW.plusSeconds(60))));
      body.setSubjectPublicKeyInfo(SubjectPublicKeyInfo.getInstance(key.publicJwk().toSpki()));
      var parts = new ASN1EncodableVector();
      parts.add(body.generateTBSCertificate());
      parts.add(algorithm);
      parts.add(new DERBitString(new byte[64]));
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(
                  new ByteArrayInputStream(new DERSequence(parts).getEncoded("DER")));
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
