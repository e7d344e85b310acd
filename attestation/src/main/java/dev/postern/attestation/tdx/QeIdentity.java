package dev.postern.attestation.tdx;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_ENDORSEMENT_MISMATCH;
import static dev.postern.attestation.tdx.TcbInfo.hex;
import static dev.postern.attestation.tdx.TcbInfo.number;

import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import dev.postern.json.JsonValue.JsonObject;
import java.util.List;
import java.util.Optional;

/**
 * Intel's identity of the TD quoting enclave, version 2.
 *
 * <p>Source: Intel PCS API v4, "Enclave Identity V2". Attributes and mask are byte strings in the
 * report's order; MISCSELECT is a 32-bit number in big-endian hex.
 */
record QeIdentity(
    TcbInfo.Validity validity,
    long evaluationNumber,
    Octets miscSelect,
    Octets miscSelectMask,
    Octets attributes,
    Octets attributesMask,
    Octets mrSigner,
    int isvProdId,
    List<TcbInfo.SvnLevel> levels) {
  QeIdentity {
    levels = List.copyOf(levels);
  }

  static QeIdentity parse(SignedJson signed) throws Refused {
    JsonObject json = signed.json("QE identity");
    if (!json.string("id").equals(Optional.of("TD_QE")) || number(json, "version", 100) != 2) {
      throw TcbInfo.invalid("QE identity is not TD_QE version 2");
    }
    return new QeIdentity(
        TcbInfo.Validity.of(json, "QE identity"),
        number(json, "tcbEvaluationDataNumber", Integer.MAX_VALUE),
        hex(json, "miscselect", 4),
        hex(json, "miscselectMask", 4),
        hex(json, "attributes", 16),
        hex(json, "attributesMask", 16),
        hex(json, "mrsigner", 32),
        number(json, "isvprodid", 65535),
        TcbInfo.svnLevels(json, "QE identity"));
  }

  /** Requires that {@code report} is of the enclave this identity describes. */
  void require(QeReport report) throws Refused {
    if (!report.mrSigner().equals(mrSigner)) {
      throw mismatch("MRSIGNER");
    }
    if (report.isvProdId() != isvProdId) {
      throw mismatch("ISVPRODID");
    }
    if ((report.miscSelect() & u32(miscSelectMask)) != (u32(miscSelect) & u32(miscSelectMask))) {
      throw mismatch("MISCSELECT");
    }
    requireMasked(report.attributes(), attributes, attributesMask, "QE ATTRIBUTES");
  }

  static void requireMasked(Octets actual, Octets expected, Octets mask, String what)
      throws Refused {
    for (int i = 0; i < mask.length(); i++) {
      if ((actual.at(i) & mask.at(i)) != (expected.at(i) & mask.at(i))) {
        throw new Refused(ATT_ENDORSEMENT_MISMATCH, what + " are not Intel's under the mask");
      }
    }
  }

  private static long u32(Octets bigEndian) {
    return Long.parseLong(bigEndian.hex(), 16);
  }

  private static Refused mismatch(String field) {
    return new Refused(ATT_ENDORSEMENT_MISMATCH, "QE " + field + " is not that of Intel's enclave");
  }
}
