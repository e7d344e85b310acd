package dev.postern.attestation.snp;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_CHAIN_INVALID;

import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import java.io.IOException;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;

/**
 * What AMD's extensions in a VCEK or VLEK certificate say, unverified.
 *
 * <p>Source: AMD 57230, arc 1.3.6.1.4.1.3704.1.
 *
 * @param key by the certificate's common name
 * @param tcb the version the key was derived for, in the report's byte order
 * @param hardwareId the chip (64 bytes; Turin 8); a VCEK's only
 * @param cspId the cloud provider; a VLEK's only
 */
public record SnpEndorsement(
    SnpReport.SigningKey key,
    SnpProduct product,
    SnpTcb tcb,
    Optional<Octets> hardwareId,
    Optional<String> cspId) {
  private static final String ARC = "1.3.6.1.4.1.3704.1.";
  private static final int MAX_NAME = 32;

  /** Reads the extensions of a leaf certificate. */
  public static SnpEndorsement parse(X509Certificate leaf) throws Refused {
    SnpReport.SigningKey key =
        switch (commonName(leaf.getSubjectX500Principal().getName())) {
          case "SEV-VCEK" -> SnpReport.SigningKey.VCEK;
          case "SEV-VLEK" -> SnpReport.SigningKey.VLEK;
          default -> throw broken("leaf is named neither SEV-VCEK nor SEV-VLEK");
        };
    Optional<SnpProduct> product = SnpProduct.ofName(ia5(leaf, "2"));
    if (product.isEmpty()) {
      throw broken("unknown product name");
    }
    boolean turin = product.get() == SnpProduct.TURIN;
    if (spl(leaf, "1") != (turin ? 1 : 0)) {
      throw broken("structure version is not the product's");
    }
    Optional<Octets> hardwareId = hardwareId(leaf, turin ? 8 : 64);
    Optional<String> cspId =
        leaf.getExtensionValue(ARC + "5") == null ? Optional.empty() : Optional.of(ia5(leaf, "5"));
    boolean vcek = key == SnpReport.SigningKey.VCEK;
    if (vcek != hardwareId.isPresent()) {
      throw broken(vcek ? "a VCEK without a HWID" : "a VLEK with a HWID");
    }
    if (vcek == cspId.isPresent()) {
      throw broken(vcek ? "a VCEK with a CSP id" : "a VLEK without a CSP id");
    }
    return new SnpEndorsement(
        key, product.get(), new SnpTcb(product.get(), tcb(leaf, turin)), hardwareId, cspId);
  }

  /** The single common name of a subject. */
  static String commonName(String rfc2253) throws Refused {
    String found = "";
    for (String part : rfc2253.split(",", -1)) {
      if (part.startsWith("CN=")) {
        if (!found.isEmpty()) {
          throw broken("two common names");
        }
        found = part.substring(3);
      }
    }
    return found;
  }

  private static Octets tcb(X509Certificate leaf, boolean turin) throws Refused {
    byte[] tcb = new byte[8];
    if (turin) {
      // FMC, bootloader, TEE, SNP, then reserved
      String[] order = {"3.9", "3.1", "3.2", "3.3", "3.4", "3.5", "3.6"};
      for (int i = 0; i < order.length; i++) {
        boolean reserved = i >= 4;
        tcb[i] = (byte) (reserved ? optionalSpl(leaf, order[i]) : spl(leaf, order[i]));
      }
    } else {
      String[] order = {"3.1", "3.2", "3.4", "3.5", "3.6", "3.7", "3.3"};
      for (int i = 0; i < order.length; i++) {
        boolean reserved = i >= 2 && i <= 5;
        tcb[i] = (byte) (reserved ? optionalSpl(leaf, order[i]) : spl(leaf, order[i]));
      }
    }
    tcb[7] = (byte) spl(leaf, "3.8");
    return Octets.copyOf(tcb);
  }

  private static int optionalSpl(X509Certificate leaf, String arc) throws Refused {
    return leaf.getExtensionValue(ARC + arc) == null ? 0 : spl(leaf, arc);
  }

  private static int spl(X509Certificate leaf, String arc) throws Refused {
    try {
      if (ASN1Primitive.fromByteArray(content(leaf, arc)) instanceof ASN1Integer integer) {
        BigInteger value = integer.getValue();
        if (value.signum() >= 0 && value.bitLength() <= 8) {
          return value.intValue();
        }
      }
    } catch (IOException | RuntimeException malformed) {
      throw broken("extension ." + arc + " is not DER");
    }
    throw broken("extension ." + arc + " is not a security version");
  }

  private static String ia5(X509Certificate leaf, String arc) throws Refused {
    try {
      if (ASN1Primitive.fromByteArray(content(leaf, arc)) instanceof ASN1IA5String text
          && text.getString().length() <= MAX_NAME) {
        return text.getString();
      }
    } catch (IOException | RuntimeException malformed) {
      throw broken("extension ." + arc + " is not DER");
    }
    throw broken("extension ." + arc + " is not a name");
  }

  /** AMD puts the id raw into extnValue; some tools wrap it. The length tells, never a byte. */
  private static Optional<Octets> hardwareId(X509Certificate leaf, int length) throws Refused {
    if (leaf.getExtensionValue(ARC + "4") == null) {
      return Optional.empty();
    }
    byte[] content = content(leaf, "4");
    if (content.length == length) {
      return Optional.of(Octets.copyOf(content));
    }
    if (content.length == length + 2 && content[0] == 0x04 && content[1] == length) {
      return Optional.of(Octets.copyOf(content, 2, content.length));
    }
    throw broken("HWID is not " + length + " bytes");
  }

  private static byte[] content(X509Certificate leaf, String arc) throws Refused {
    byte[] value = leaf.getExtensionValue(ARC + arc);
    if (value == null) {
      throw broken("extension ." + arc + " is absent");
    }
    try {
      return ASN1OctetString.getInstance(value).getOctets();
    } catch (RuntimeException malformed) {
      throw broken("extension ." + arc + " is not DER");
    }
  }

  private static Refused broken(String why) {
    return new Refused(ATT_CHAIN_INVALID, "SNP endorsement key certificate: " + why);
  }
}
