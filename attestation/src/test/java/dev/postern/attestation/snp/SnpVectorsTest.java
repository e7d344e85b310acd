package dev.postern.attestation.snp;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_CHAIN_INVALID;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_DEBUG_ENABLED;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_EXPIRED;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_FUTURE;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_SIG_INVALID;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_TCB_OUTDATED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.attestation.evidence.EvidenceFacts;
import dev.postern.attestation.evidence.EvidenceReason;
import dev.postern.attestation.evidence.Pins;
import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.evidence.Vectors;
import dev.postern.attestation.x509.ChainVerifier;
import dev.postern.attestation.x509.Revocation;
import dev.postern.attestation.x509.X509Reader;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Genuine reports of Milan and Genoa; expectations are those noted where the samples are from. */
class SnpVectorsTest {
  private static final Instant IN_2024 = Instant.parse("2024-06-01T00:00:00Z");

  private final SnpVerifier verifier =
      new SnpVerifier(Pins.builtIn(), new ChainVerifier(), new Revocation());

  private EvidenceFacts accept(byte[] evidence, SnpRules rules, Instant at, String... certificates)
      throws Refused {
    SnpEvidence parsed = SnpEvidence.parse(evidence);
    List<X509Certificate> pool = new ArrayList<>(parsed.certificates());
    for (String file : certificates) {
      pool.addAll(X509Reader.certificates(Vectors.read(file), file));
    }
    return rules.appraise(verifier.verify(parsed.report(), pool, List.of(), at));
  }

  private EvidenceReason refusal(byte[] evidence, SnpRules rules, Instant at, String... files) {
    return catchThrowableOfType(Refused.class, () -> accept(evidence, rules, at, files)).reason();
  }

  private EvidenceReason refusal(byte[] evidence, Instant at, String... files) {
    return refusal(evidence, SnpRules.SAFE, at, files);
  }

  private static final String[] MILAN = {
    "snp/roots/ask_ark_milan.pem", "snp/milan-v2-vcek/vcek_milan.der"
  };

  @Test
  void milan_inItsTime_isAccepted() throws Refused {
    EvidenceFacts facts =
        accept(Vectors.read("snp/milan-v2-vcek/report_milan.hex"), SnpRules.SAFE, IN_2024, MILAN);
    assertThat(facts.measurements())
        .containsEntry(
            "measurement",
            "7a1e5c266c0108dbc9bb94fa926951320940915d0aafb42464bd88b579ea158d"
                + "3e1a0dc39b2c60bd95b9c480cd81841f");
    assertThat(facts.tcb())
        .isEqualTo(Map.of("bootloader", 3L, "tee", 0L, "snp", 8L, "microcode", 0x73L));
    assertThat(facts.unchecked()).containsExactly("revocation", "minimum_tcb");
  }

  @Test
  void leafAlone_isCompletedWithAmdsOwnCertificates() throws Refused {
    EvidenceFacts facts =
        accept(
            Vectors.read("snp/milan-v2-vcek/report_milan.hex"),
            SnpRules.SAFE,
            IN_2024,
            "snp/milan-v2-vcek/vcek_milan.der");
    assertThat(facts.claims().string("product")).contains("Milan");
  }

  @Test
  void milan_afterItsCertificate_isExpired() {
    byte[] report = Vectors.read("snp/milan-v2-vcek/report_milan.hex");
    assertThat(refusal(report, Instant.parse("2031-01-01T00:00:00Z"), MILAN))
        .isEqualTo(ATT_EXPIRED);
    assertThat(refusal(report, Instant.parse("2022-01-01T00:00:00Z"), MILAN)).isEqualTo(ATT_FUTURE);
  }

  @Test
  void milanDebug_isRefusedForThatAlone() throws Refused {
    byte[] report = Vectors.read("snp/milan-v2-debug/attestation.bin");
    String[] certificates = {"snp/roots/ask_ark_milan.pem", "snp/milan-v2-debug/vcek.testcer"};
    var at = Instant.parse("2023-01-01T00:00:00Z");
    assertThat(refusal(report, at, certificates)).isEqualTo(ATT_DEBUG_ENABLED);
    var debug = rules(true, Map.of());
    assertThat(accept(report, debug, at, certificates).tcb()).containsEntry("snp", 5L);
    assertThat(refusal(report, rules(true, Map.of("snp", 8L)), at, certificates))
        .isEqualTo(ATT_TCB_OUTDATED);
  }

  @Test
  void milanWithIdKey_whoseCurrentTcbIsAboveReported_isAccepted() throws Refused {
    EvidenceFacts facts =
        accept(
            Vectors.read("snp/milan-v2-idkey/test-report.bin"),
            SnpRules.SAFE,
            IN_2024,
            "snp/roots/ask_ark_milan.pem",
            "snp/milan-v2-idkey/test-vcek.der");
    assertThat(facts.tcb()).containsEntry("microcode", 0x73L);
    assertThat(facts.claims().integer("guest_svn")).contains(4L);
  }

  @Test
  void genoaFromConfigfs_withItsOwnCertificates_isAccepted() throws Refused {
    EvidenceFacts facts =
        accept(
            Vectors.read("snp/genoa-v3-tsm/sevsnp-tsm-report.json"),
            SnpRules.SAFE,
            Instant.parse("2026-01-01T00:00:00Z"));
    assertThat(facts.claims().string("product")).contains("Genoa");
    assertThat(facts.tcb()).containsEntry("snp", 0x17L);
  }

  @Test
  void mixedUp_isRefused() {
    byte[] milan = Vectors.read("snp/milan-v2-vcek/report_milan.hex");
    assertThat(
            refusal(
                milan, IN_2024, "snp/roots/ask_ark_milan.pem", "snp/milan-v2-idkey/test-vcek.der"))
        .isEqualTo(ATT_SIG_INVALID);
    assertThat(
            refusal(
                milan, IN_2024, "snp/roots/ask_ark_genoa.pem", "snp/milan-v2-vcek/vcek_milan.der"))
        .isEqualTo(ATT_CHAIN_INVALID);
  }

  @Test
  void milan_withAnyBitOfTheSignedRangeChanged_isRefused() {
    byte[] report =
        dev.postern.attestation.evidence.TextForms.decode(
            Vectors.read("snp/milan-v2-vcek/report_milan.hex"));
    var random = new Random(3);
    for (int i = 0; i < 200; i++) {
      byte[] changed = report.clone();
      int bit = random.nextInt(0x2a0 * 8);
      changed[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThat(
              catchThrowableOfType(
                  Refused.class, () -> accept(changed, SnpRules.SAFE, IN_2024, MILAN)))
          .as("bit %d", bit)
          .isNotNull();
    }
    for (int at = 0x2a0; at < SnpReport.BYTES; at++) {
      byte[] changed = report.clone();
      changed[at] ^= 1;
      int position = at;
      assertThat(
              catchThrowableOfType(
                  Refused.class, () -> accept(changed, SnpRules.SAFE, IN_2024, MILAN)))
          .as("byte %d", position)
          .isNotNull();
    }
  }

  private static SnpRules rules(boolean debug, Map<String, Long> minimum) {
    return new SnpRules(
        SnpRules.SAFE.products(), 0, debug, false, true, minimum, SnpRules.KNOWN_PLATFORM_BITS);
  }
}
