package dev.postern.attestation.evidence.cli;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_MALFORMED;

import dev.postern.attestation.arm.CcaToken;
import dev.postern.attestation.arm.CcaVerifier;
import dev.postern.attestation.arm.PsaToken;
import dev.postern.attestation.arm.PsaVerifier;
import dev.postern.attestation.evidence.EvidenceFacts;
import dev.postern.attestation.evidence.EvidenceResult;
import dev.postern.attestation.evidence.Pins;
import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.evidence.TextForms;
import dev.postern.attestation.nitro.NitroDocument;
import dev.postern.attestation.nitro.NitroVerifier;
import dev.postern.attestation.snp.SnpEvidence;
import dev.postern.attestation.snp.SnpVerifier;
import dev.postern.attestation.tdx.TdxCollateral;
import dev.postern.attestation.tdx.TdxEvidence;
import dev.postern.attestation.tdx.TdxVerifier;
import dev.postern.attestation.tpm.AzureEvidence;
import dev.postern.attestation.tpm.AzureVerifier;
import dev.postern.attestation.tpm.TpmEvidence;
import dev.postern.attestation.tpm.TpmVerifier;
import dev.postern.attestation.x509.ChainVerifier;
import dev.postern.attestation.x509.Revocation;
import dev.postern.attestation.x509.X509Reader;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Verifies and appraises Evidence of every family. Never throws for any Evidence; what it does is
 * bounded by the sizes it is given. Remembers certificates and collateral that held. Safe for use
 * by many threads.
 */
public final class EvidenceEngine {
  /** Longest Evidence file, in bytes as it stands. */
  public static final int MAX_EVIDENCE_BYTES = 1024 * 1024;

  private static final int MAX_FILES = 64;

  private final EvidenceRules rules;
  private final NitroVerifier nitro;
  private final SnpVerifier snp;
  private final TdxVerifier tdx;
  private final TpmVerifier tpm;
  private final AzureVerifier azure;
  private final PsaVerifier psa;
  private final CcaVerifier cca;

  public EvidenceEngine(Pins pins, EvidenceRules rules) {
    this.rules = rules;
    var chains = new ChainVerifier();
    var revocation = new Revocation();
    this.nitro = new NitroVerifier(pins, chains);
    this.snp = new SnpVerifier(pins, chains, revocation);
    this.tdx = new TdxVerifier(pins, chains, revocation);
    this.tpm = new TpmVerifier(rules.tpmCaPins(), rules.tpmEnrolledKeys(), chains);
    this.azure = new AzureVerifier(snp, tdx);
    this.psa = new PsaVerifier(rules.psaKeys());
    this.cca = new CcaVerifier(rules.ccaKeys());
  }

  /** The verdict on one bundle at {@code at}. */
  public EvidenceResult verify(EvidenceBundle bundle, Expectations expected, Instant at) {
    try {
      return new EvidenceResult.Valid(expected.require(facts(bundle, at)));
    } catch (Refused refused) {
      return new EvidenceResult.Invalid(refused.reason(), refused.detail());
    } catch (RuntimeException unforeseen) {
      // a reader that throws has found something nobody thought of: never a reason to accept
      return new EvidenceResult.Invalid(
          ATT_MALFORMED, "unreadable: " + unforeseen.getClass().getSimpleName());
    }
  }

  private EvidenceFacts facts(EvidenceBundle bundle, Instant at) throws Refused {
    byte[] evidence = bundle.evidence().toByteArray();
    if (evidence.length == 0 || evidence.length > MAX_EVIDENCE_BYTES) {
      throw Refused.malformed("Evidence of " + evidence.length + " bytes");
    }
    if (bundle.certificates().size() > MAX_FILES || bundle.collateral().size() > MAX_FILES) {
      throw Refused.malformed("more than " + MAX_FILES + " files");
    }
    var certificates = new ArrayList<X509Certificate>();
    var crls = new ArrayList<X509CRL>();
    for (EvidenceBundle.Blob file : bundle.certificates()) {
      X509Reader.Content content =
          X509Reader.content(TextForms.decodeUnlessPem(file.toByteArray()), "certificate file");
      certificates.addAll(content.certificates());
      crls.addAll(content.crls());
    }
    List<byte[]> collateral = new ArrayList<>();
    bundle.collateral().forEach(file -> collateral.add(file.toByteArray()));
    return switch (bundle.format()) {
      case NITRO -> {
        NitroDocument document = NitroDocument.parse(TextForms.decode(evidence));
        yield rules.nitro().appraise(nitro.verify(document, at));
      }
      case SEV_SNP -> {
        SnpEvidence parsed = SnpEvidence.parse(evidence);
        certificates.addAll(parsed.certificates());
        for (byte[] file : collateral) {
          X509Reader.Content content = X509Reader.content(file, "collateral file");
          certificates.addAll(content.certificates());
          crls.addAll(content.crls());
        }
        yield rules.snp().appraise(snp.verify(parsed.report(), certificates, crls, at));
      }
      case TDX -> {
        bundle.certificates().forEach(file -> collateral.add(file.toByteArray()));
        yield rules
            .tdx()
            .appraise(tdx.verify(TdxEvidence.quote(evidence), TdxCollateral.parse(collateral), at));
      }
      case TPM2 -> rules.tpm().appraise(tpm.verify(TpmEvidence.parse(evidence), certificates, at));
      case AZURE_VTPM ->
          azure.verify(
              AzureEvidence.parse(evidence),
              certificates,
              crls,
              collateral,
              rules.snp(),
              rules.tdx(),
              rules.tpm(),
              at);
      case PSA -> {
        PsaToken token = PsaToken.parse(TextForms.decode(evidence));
        yield rules.psa().appraise(psa.verify(token));
      }
      case CCA -> {
        CcaToken token = CcaToken.parse(TextForms.decode(evidence));
        yield rules.cca().appraise(cca.verify(token));
      }
    };
  }
}
