package dev.postern.attestation.tpm;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_AK_UNTRUSTED;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_COLLATERAL_MISSING;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_FUTURE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.attestation.evidence.EvidenceFacts;
import dev.postern.attestation.evidence.EvidenceReason;
import dev.postern.attestation.evidence.Hashes;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Pins;
import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.evidence.Vectors;
import dev.postern.attestation.snp.SnpRules;
import dev.postern.attestation.snp.SnpVerifier;
import dev.postern.attestation.tdx.TdxRules;
import dev.postern.attestation.tdx.TdxVerifier;
import dev.postern.attestation.x509.ChainVerifier;
import dev.postern.attestation.x509.Revocation;
import dev.postern.attestation.x509.X509Reader;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Genuine quotes; expectations are those noted where the samples are from. */
class TpmVectorsTest {
  private static final Instant AT = Instant.parse("2025-06-01T00:00:00Z");

  private final ChainVerifier chains = new ChainVerifier();
  private final AzureVerifier azure =
      new AzureVerifier(
          new SnpVerifier(Pins.builtIn(), chains, new Revocation()),
          new TdxVerifier(Pins.builtIn(), chains, new Revocation()));

  private EvidenceFacts gce(Instant at) throws Refused {
    var certificates = new ArrayList<X509Certificate>();
    certificates.addAll(
        X509Reader.certificates(Vectors.read("tpm/tpm_ek_intermediate_2.crt"), "intermediate"));
    certificates.addAll(X509Reader.certificates(Vectors.read("tpm/tpm_ek_root_1.cer"), "root"));
    var verifier = new TpmVerifier(Pins.builtIn().of(Pins.Root.GCE_TPM), Set.of(), chains);
    return TpmRules.SAFE.appraise(
        verifier.verify(
            TpmEvidence.parse(Vectors.read("tpm/gce-cos-85-nonce9009.pb")), certificates, at));
  }

  @Test
  void gce_withItsChain_isAccepted() throws Refused {
    EvidenceFacts facts = gce(AT);
    assertThat(facts.nonce().orElseThrow().hex()).isEqualTo("9009");
    assertThat(facts.measurements()).containsKeys("sha256-pcr0", "sha384-pcr23").hasSize(48);
  }

  @Test
  void gce_beforeItsCertificate_isRefused() {
    assertThat(
            catchThrowableOfType(Refused.class, () -> gce(Instant.parse("2021-08-01T00:00:00Z")))
                .reason())
        .isEqualTo(ATT_FUTURE);
  }

  @Test
  void keyWithoutCertificate_isRefusedUnlessEnrolled() throws Refused {
    TpmEvidence evidence = TpmEvidence.parse(Vectors.read("tpm/tpm_evidence.json"));
    var unenrolled = new TpmVerifier(Set.of(), Set.of(), chains);
    assertThat(
            catchThrowableOfType(Refused.class, () -> unenrolled.verify(evidence, List.of(), AT))
                .reason())
        .isEqualTo(ATT_AK_UNTRUSTED);
    Octets identity = Hashes.SHA256.of(evidence.akSpki().orElseThrow().toByteArray());
    var enrolled = new TpmVerifier(Set.of(), Set.of(identity), chains);
    assertThat(enrolled.verify(evidence, List.of(), AT).attest().extraData().length())
        .isEqualTo(64);
  }

  private EvidenceFacts azure(byte[] file, String... roots) throws Refused {
    var certificates = new ArrayList<X509Certificate>();
    for (String root : roots) {
      certificates.addAll(X509Reader.certificates(Vectors.read(root), root));
    }
    return azure.verify(
        AzureEvidence.parse(file),
        certificates,
        List.of(),
        List.of(),
        SnpRules.SAFE,
        TdxRules.SAFE,
        TpmRules.SAFE,
        AT);
  }

  @Test
  void azureSnp_withItsVcek_isAccepted() throws Refused {
    EvidenceFacts milan =
        azure(Vectors.read("azure-vtpm/snp-milan-evidence-v1.json"), "snp/roots/ask_ark_milan.pem");
    assertThat(milan.nonce().orElseThrow().toByteArray())
        .isEqualTo("challenge".getBytes(StandardCharsets.UTF_8));
    assertThat(milan.measurements().get("measurement")).startsWith("6a063be9dd79f637");
    EvidenceFacts genoa =
        azure(Vectors.read("azure-vtpm/snp-genoa-evidence.json"), "snp/roots/ask_ark_genoa.pem");
    assertThat(genoa.nonce().orElseThrow().hex()).startsWith("0218488bae25d250");
  }

  @Test
  void azureTdx_withoutCollateral_isRefused() {
    EvidenceReason reason =
        catchThrowableOfType(
                Refused.class, () -> azure(Vectors.read("azure-vtpm/tdx-evidence-v1.json")))
            .reason();
    assertThat(reason).isEqualTo(ATT_COLLATERAL_MISSING);
  }
}
