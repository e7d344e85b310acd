package dev.postern.attestation.tdx;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_CHAIN_INVALID;

import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;

/**
 * What a PCK certificate says of its platform, unverified.
 *
 * <p>Source: Intel SGX PCK certificate and CRL profile rev. 1.5, 1.2.840.113741.1.13.1.
 *
 * @param components the 16 SGX security versions
 */
public record PckExtension(List<Integer> components, int pceSvn, Octets pceId, Octets fmspc) {
  private static final String ARC = "1.2.840.113741.1.13.1";
  private static final int COMPONENTS = 16;

  public PckExtension {
    components = List.copyOf(components);
  }

  static PckExtension parse(X509Certificate pck) throws Refused {
    byte[] value = pck.getExtensionValue(ARC);
    if (value == null) {
      throw broken("is absent");
    }
    try {
      var fields = fields(ASN1OctetString.getInstance(value).getOctets());
      var tcb = fields(required(fields, ARC + ".2"));
      var components = new ArrayList<Integer>();
      for (int i = 1; i <= COMPONENTS; i++) {
        components.add(number(required(tcb, ARC + ".2." + i), 255));
      }
      int pceSvn = number(required(tcb, ARC + ".2.17"), 65535);
      return new PckExtension(
          components,
          pceSvn,
          octets(required(fields, ARC + ".3"), 2),
          octets(required(fields, ARC + ".4"), 6));
    } catch (RuntimeException malformed) {
      throw broken("is not of its form");
    }
  }

  private static Map<String, ASN1Encodable> fields(Object sequence) throws Refused {
    var fields = new HashMap<String, ASN1Encodable>();
    for (ASN1Encodable element : ASN1Sequence.getInstance(sequence)) {
      ASN1Sequence pair = ASN1Sequence.getInstance(element);
      String oid = ASN1ObjectIdentifier.getInstance(pair.getObjectAt(0)).getId();
      if (pair.size() != 2 || fields.put(oid, pair.getObjectAt(1)) != null) {
        throw broken("has a field twice");
      }
    }
    return fields;
  }

  private static ASN1Encodable required(Map<String, ASN1Encodable> fields, String oid)
      throws Refused {
    ASN1Encodable value = fields.get(oid);
    if (value == null) {
      throw broken("lacks " + oid);
    }
    return value;
  }

  private static int number(ASN1Encodable value, int limit) throws Refused {
    BigInteger number = ASN1Integer.getInstance(value).getValue();
    if (number.signum() < 0 || number.compareTo(BigInteger.valueOf(limit)) > 0) {
      throw broken("has a number out of range");
    }
    return number.intValue();
  }

  private static Octets octets(ASN1Encodable value, int length) throws Refused {
    byte[] bytes = ASN1OctetString.getInstance(value).getOctets();
    if (bytes.length != length) {
      throw broken("has a field of another length");
    }
    return Octets.copyOf(bytes);
  }

  private static Refused broken(String why) {
    return new Refused(ATT_CHAIN_INVALID, "PCK certificate's SGX extension " + why);
  }
}
