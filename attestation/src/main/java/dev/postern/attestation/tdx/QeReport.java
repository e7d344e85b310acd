package dev.postern.attestation.tdx;

import dev.postern.attestation.evidence.ByteCursor;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;

/**
 * The quoting enclave's report, unverified: an SGX REPORTBODY of 384 bytes.
 *
 * <p>Source: Intel SGX ECDSA Quote Library API, A.4, enclave report body.
 */
public record QeReport(
    Octets raw,
    long miscSelect,
    Octets attributes,
    Octets mrSigner,
    int isvProdId,
    int isvSvn,
    Octets reportData) {
  static final int BYTES = 384;

  static QeReport parse(byte[] bytes) throws Refused {
    var in = new ByteCursor(bytes, "QE report");
    in.skip(16);
    long miscSelect = in.u32le();
    in.skip(28);
    Octets attributes = in.octets(16);
    in.skip(64);
    Octets mrSigner = in.octets(32);
    in.skip(96);
    int isvProdId = in.u16le();
    int isvSvn = in.u16le();
    in.skip(60);
    Octets reportData = in.octets(64);
    in.end();
    return new QeReport(
        Octets.copyOf(bytes), miscSelect, attributes, mrSigner, isvProdId, isvSvn, reportData);
  }
}
