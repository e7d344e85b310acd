package dev.postern.attestation.tdx;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_ALG_NOT_ALLOWED;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_EVIDENCE_UNSUPPORTED;

import dev.postern.attestation.evidence.ByteCursor;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;

/**
 * A TDX quote as it stands, unverified.
 *
 * <p>Every nested length fits exactly into its parent. Zero bytes after the declared end are
 * ignored (hosts pad quotes to a fixed buffer), others are refused.
 *
 * <p>Source: Intel TDX DCAP Quoting Library API rev. 0.9, appendix A.
 *
 * @param version 4 or 5
 * @param signed header and body (version 5: with type and size), what the attestation key signs
 * @param signature r then s, big-endian
 * @param attestationKey x then y, big-endian
 * @param qeSignature r then s by the PCK, over the QE report
 * @param qeAuthData what the QE report binds beside the key
 * @param pckChain PEM certificates, without the NUL that some hosts put at their end
 */
public record TdxQuote(
    int version,
    TdReport body,
    Octets signed,
    Octets signature,
    Octets attestationKey,
    QeReport qeReport,
    Octets qeSignature,
    Octets qeAuthData,
    Octets pckChain) {
  /** Longest quote taken, in bytes. */
  public static final int MAX_BYTES = 32 * 1024;

  private static final int ECDSA_P256 = 2;
  private static final long TEE_TDX = 0x81;
  private static final Octets INTEL_QE_VENDOR = Octets.ofHex("939a7233f79c4ca9940a0db3957f0607");
  private static final int HEADER = 48;
  private static final int V5_BODY_HEAD = 6;
  private static final int TD_1_0 = 2;
  private static final int TD_1_5 = 3;
  private static final int CERT_DATA_QE_REPORT = 6;
  private static final int CERT_DATA_PCK_CHAIN = 5;

  /** Reads a quote. */
  public static TdxQuote parse(byte[] bytes) throws Refused {
    if (bytes.length > MAX_BYTES) {
      throw Refused.malformed("TDX quote longer than " + MAX_BYTES + " bytes");
    }
    var in = new ByteCursor(bytes, "TDX quote");
    int version = in.u16le();
    if (version != 4 && version != 5) {
      throw new Refused(ATT_EVIDENCE_UNSUPPORTED, "quote version " + version);
    }
    int keyType = in.u16le();
    long tee = in.u32le();
    if (tee != TEE_TDX) {
      throw new Refused(ATT_EVIDENCE_UNSUPPORTED, "quote of TEE type " + tee + ", not TDX");
    }
    if (keyType != ECDSA_P256) {
      throw new Refused(ATT_ALG_NOT_ALLOWED, "attestation key type " + keyType);
    }
    in.reserved(4, "header");
    if (!in.octets(16).equals(INTEL_QE_VENDOR)) {
      throw new Refused(ATT_EVIDENCE_UNSUPPORTED, "quote of another QE vendor");
    }
    in.skip(20);
    boolean td15 = false;
    int bodyBytes = TdReport.BYTES_1_0;
    if (version == 5) {
      int type = in.u16le();
      long size = in.u32le();
      if (type != TD_1_0 && type != TD_1_5) {
        throw new Refused(ATT_EVIDENCE_UNSUPPORTED, "quote body type " + type);
      }
      td15 = type == TD_1_5;
      bodyBytes = td15 ? TdReport.BYTES_1_5 : TdReport.BYTES_1_0;
      if (size != bodyBytes) {
        throw Refused.malformed("quote body of type " + type + " has " + size + " bytes");
      }
    }
    TdReport body = TdReport.parse(in.nested(bodyBytes, "TD report"), td15);
    int signedBytes = HEADER + (version == 5 ? V5_BODY_HEAD : 0) + bodyBytes;
    ByteCursor signature = in.nested(in.u32le(), "quote signature data");
    in.reserved(in.remaining(), "padding");
    return signatureData(version, body, Octets.copyOf(bytes, 0, signedBytes), signature);
  }

  private static TdxQuote signatureData(int version, TdReport body, Octets signed, ByteCursor in)
      throws Refused {
    Octets signature = in.octets(64);
    Octets attestationKey = in.octets(64);
    if (in.u16le() != CERT_DATA_QE_REPORT) {
      throw new Refused(ATT_EVIDENCE_UNSUPPORTED, "quote certification data is not of type 6");
    }
    ByteCursor qe = in.nested(in.u32le(), "QE certification data");
    in.end();
    QeReport report = QeReport.parse(qe.bytes(QeReport.BYTES));
    Octets qeSignature = qe.octets(64);
    Octets authData = qe.octets(qe.u16le());
    if (qe.u16le() != CERT_DATA_PCK_CHAIN) {
      throw new Refused(ATT_EVIDENCE_UNSUPPORTED, "QE certification data has no PCK chain");
    }
    ByteCursor pem = qe.nested(qe.u32le(), "PCK chain");
    qe.end();
    byte[] chain = pem.bytes(pem.remaining());
    int end = chain.length;
    while (end > 0 && chain[end - 1] == 0) {
      end--;
    }
    return new TdxQuote(
        version,
        body,
        signed,
        signature,
        attestationKey,
        report,
        qeSignature,
        authData,
        Octets.copyOf(chain, 0, end));
  }
}
