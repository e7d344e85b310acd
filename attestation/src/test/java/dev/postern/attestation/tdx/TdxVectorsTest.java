package dev.postern.attestation.tdx;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_COLLATERAL_MISSING;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_COLLATERAL_STALE;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_DEBUG_ENABLED;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_EVIDENCE_UNSUPPORTED;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_FUTURE;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_TCB_OUTDATED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.attestation.evidence.EvidenceFacts;
import dev.postern.attestation.evidence.EvidenceReason;
import dev.postern.attestation.evidence.Pins;
import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.evidence.TextForms;
import dev.postern.attestation.evidence.Vectors;
import dev.postern.attestation.x509.ChainVerifier;
import dev.postern.attestation.x509.Revocation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Genuine quotes with their collateral; expectations are those noted where the samples are from.
 */
class TdxVectorsTest {
  private static final Instant JULY = Instant.parse("2025-07-01T00:00:00Z");
  private static final String B0 = "tdx/v4-uptodate-b0c06f/tdx_quote_collateral.json";

  private final TdxVerifier verifier =
      new TdxVerifier(Pins.builtIn(), new ChainVerifier(), new Revocation());

  private EvidenceFacts accept(TdxRules rules, byte[] quote, Instant at, String... collateral)
      throws Refused {
    var files = new ArrayList<byte[]>();
    for (String file : collateral) {
      files.add(Vectors.read(file));
    }
    return rules.appraise(
        verifier.verify(TdxQuote.parse(TextForms.decode(quote)), TdxCollateral.parse(files), at));
  }

  private EvidenceReason refusal(byte[] quote, Instant at, String... collateral) {
    return catchThrowableOfType(Refused.class, () -> accept(TdxRules.SAFE, quote, at, collateral))
        .reason();
  }

  @Test
  void b0c06f_inItsWindow_isUpToDate() throws Refused {
    byte[] quote = Vectors.read("tdx/v4-uptodate-b0c06f/tdx_quote");
    EvidenceFacts facts = accept(TdxRules.SAFE, quote, JULY, B0);
    assertThat(facts.tcbStatus()).contains("UpToDate");
    assertThat(facts.measurements().get("mrtd")).startsWith("91eb2b44d141d4ec");
    assertThat(facts.claims().string("fmspc")).contains("b0c06f000000");
    assertThat(refusal(quote, Instant.parse("2025-07-20T00:00:00Z"), B0))
        .isEqualTo(ATT_COLLATERAL_STALE);
    assertThat(refusal(quote, Instant.parse("2025-06-01T00:00:00Z"), B0)).isEqualTo(ATT_FUTURE);
    assertThat(refusal(quote, JULY)).isEqualTo(ATT_COLLATERAL_MISSING);
  }

  @Test
  void a20a06f_inItsWindow_isUpToDate() throws Refused {
    EvidenceFacts facts =
        accept(
            TdxRules.SAFE,
            Vectors.read("tdx/v4-uptodate-20a06f/quote_hex.txt"),
            Instant.parse("2025-09-15T00:00:00Z"),
            "tdx/v4-uptodate-20a06f/quote_collateral.json");
    assertThat(facts.tcbStatus()).contains("UpToDate");
    assertThat(facts.measurements().get("mrconfigid")).startsWith("0112a20aed7d6c68");
  }

  @Test
  void version5_inItsWindow_isUpToDate() throws Refused {
    byte[] quote = Vectors.read("tdx/v5-uptodate-90c06f/quote_v5_sample.dat");
    String collateral = "tdx/v5-uptodate-90c06f/collateral_90c06f_2026-02.json";
    EvidenceFacts facts =
        accept(TdxRules.SAFE, quote, Instant.parse("2026-02-20T00:00:00Z"), collateral);
    assertThat(facts.measurements().get("mrservicetd")).isEqualTo("00".repeat(48));
    assertThat(refusal(quote, JULY, collateral)).isEqualTo(ATT_FUTURE);
  }

  @Test
  void debugTd_withIntelsResponsesAsFiles_isRefusedForThatAlone() throws Refused {
    byte[] quote = Vectors.read("tdx/v4-debug-50806f/tdx_quote_4.dat");
    String folder = "tdx/v4-debug-50806f/";
    String[] files = {
      folder + "sample_tcbInfo_response",
      folder + "sample_qeIdentity_response",
      folder + "pckcrl",
      folder + "rootcrl.der",
      folder + "pckcrl_issuer_chain.pem",
      folder + "tcbinfo_issuer_chain.pem"
    };
    var at = Instant.parse("2023-07-01T01:00:00Z");
    assertThat(refusal(quote, at, files)).isEqualTo(ATT_DEBUG_ENABLED);
    var debug = new TdxRules(Set.of(TcbStatus.UP_TO_DATE), 0, true, false, false, Set.of());
    assertThat(accept(debug, quote, at, files).tcbStatus()).contains("UpToDate");
    assertThat(refusal(quote, at, files[0], files[1], files[2], files[4], files[5]))
        .isEqualTo(ATT_COLLATERAL_MISSING);
  }

  @Test
  void platformBelowEveryLevel_isRefused() {
    assertThat(refusal(Vectors.read("tdx/v4-unsupported-b0c06f/tdx-quote.hex"), JULY, B0))
        .isEqualTo(ATT_TCB_OUTDATED);
  }

  @Test
  void sgxQuote_isUnsupported() {
    assertThat(
            refusal(
                Vectors.read("tdx/sgx-v3-confighw/sgx_quote"),
                JULY,
                "tdx/v4-uptodate-b0c06f/tdx_quote_collateral.json"))
        .isEqualTo(ATT_EVIDENCE_UNSUPPORTED);
  }

  @Test
  void quoteWithAnyBitChanged_isRefused() throws Refused {
    byte[] quote = Vectors.read("tdx/v4-uptodate-b0c06f/tdx_quote");
    TdxCollateral collateral = TdxCollateral.parse(List.of(Vectors.read(B0)));
    var random = new Random(5);
    for (int i = 0; i < 300; i++) {
      // the signed range first, then everything up to the certificates
      int bit = random.nextInt((i < 200 ? 632 : 632 + 4 + 128 + 6 + 450 + 32) * 8);
      byte[] changed = quote.clone();
      changed[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThat(
              catchThrowableOfType(
                  Refused.class,
                  () ->
                      TdxRules.SAFE.appraise(
                          verifier.verify(TdxQuote.parse(changed), collateral, JULY))))
          .as("bit %d", bit)
          .isNotNull();
    }
  }
}
