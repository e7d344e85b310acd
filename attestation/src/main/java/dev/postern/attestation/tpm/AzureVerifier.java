package dev.postern.attestation.tpm;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_CLAIM_MISSING;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_COLLATERAL_MISSING;

import dev.postern.attestation.evidence.Claims;
import dev.postern.attestation.evidence.EvidenceFacts;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.snp.SnpReport;
import dev.postern.attestation.snp.SnpRules;
import dev.postern.attestation.snp.SnpVerifier;
import dev.postern.attestation.tdx.TdxCollateral;
import dev.postern.attestation.tdx.TdxQuote;
import dev.postern.attestation.tdx.TdxRules;
import dev.postern.attestation.tdx.TdxVerifier;
import dev.postern.attestation.x509.X509Reader;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * Verifies Azure's two layers, both of which must hold: the hardware report vouches for the runtime
 * data and so for the vTPM's key, and that key signed the quote.
 *
 * <p>The paravisor runs at VMPL 0; {@link SnpRules#SAFE} asks for that.
 */
public final class AzureVerifier {
  private final SnpVerifier snp;
  private final TdxVerifier tdx;

  public AzureVerifier(SnpVerifier snp, TdxVerifier tdx) {
    this.snp = snp;
    this.tdx = tdx;
  }

  /** Verifies and appraises evidence at {@code at}; collateral is for TDX. */
  public EvidenceFacts verify(
      AzureEvidence evidence,
      List<X509Certificate> certificates,
      List<X509CRL> crls,
      List<byte[]> collateral,
      SnpRules snpRules,
      TdxRules tdxRules,
      TpmRules tpmRules,
      Instant at)
      throws Refused {
    EvidenceFacts hardware =
        switch (evidence.hcl().kind()) {
          case SNP -> {
            var pool = new ArrayList<>(certificates);
            if (evidence.vcek().isPresent()) {
              pool.addAll(X509Reader.certificates(evidence.vcek().get().toByteArray(), "VCEK"));
            }
            SnpReport report = SnpReport.parse(evidence.hcl().hardware().toByteArray());
            yield snpRules.appraise(snp.verify(report, pool, crls, at));
          }
          case TDX -> {
            if (evidence.tdQuote().isEmpty()) {
              throw new Refused(ATT_CLAIM_MISSING, "Azure TDX evidence has no TD quote");
            }
            if (collateral.isEmpty()) {
              throw new Refused(ATT_COLLATERAL_MISSING, "no TDX collateral was given");
            }
            TdxQuote quote = TdxQuote.parse(evidence.tdQuote().get().toByteArray());
            yield tdxRules.appraise(tdx.verify(quote, TdxCollateral.parse(collateral), at));
          }
        };
    evidence.hcl().requireBoundBy(hardware.reportData().orElse(Octets.copyOf(new byte[64])));
    VerifiedTpmQuote quote =
        TpmVerifier.quoteBy(
            evidence.hcl().attestationKey(), evidence.signature(), evidence.quote());
    EvidenceFacts vtpm = tpmRules.appraise(quote);
    return joined(hardware, vtpm);
  }

  private static EvidenceFacts joined(EvidenceFacts hardware, EvidenceFacts vtpm) {
    var measurements = new LinkedHashMap<>(hardware.measurements());
    measurements.putAll(vtpm.measurements());
    var unchecked = new ArrayList<>(hardware.unchecked());
    return new EvidenceFacts(
        "azure-" + hardware.profile(),
        measurements,
        hardware.tcb(),
        hardware.tcbStatus(),
        Optional.empty(),
        vtpm.nonce(),
        Optional.empty(),
        new Claims()
            .put("format", "azure-vtpm")
            .put("hardware", hardware.claims())
            .put("vtpm", vtpm.claims())
            .toJson(),
        unchecked);
  }
}
