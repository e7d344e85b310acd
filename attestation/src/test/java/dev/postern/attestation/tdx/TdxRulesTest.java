package dev.postern.attestation.tdx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.attestation.evidence.EvidenceFacts;
import dev.postern.attestation.evidence.EvidenceReason;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Pins;
import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.evidence.TestCa;
import dev.postern.attestation.tdx.FakeTdx.Parts;
import dev.postern.attestation.x509.ChainVerifier;
import dev.postern.attestation.x509.Revocation;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One thing at a time broken in quotes and collateral that keys of our own signed. */
class TdxRulesTest {
  private final FakeTdx intel = new FakeTdx();

  private EvidenceReason refusal(Consumer<Parts> change) {
    return refusal(change, TdxRules.SAFE);
  }

  private EvidenceReason refusal(Consumer<Parts> change, TdxRules rules) {
    return catchThrowableOfType(Refused.class, () -> intel.verify(change, rules)).reason();
  }

  private static TdxRules taking(TcbStatus status) {
    return new TdxRules(Set.of(status), 0, false, false, false, Set.of());
  }

  private static void u64(byte[] bytes, int at, long value) {
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(at, value);
  }

  @Test
  void genuine_isValid() throws Refused {
    EvidenceFacts facts = intel.verify(parts -> {}, TdxRules.SAFE);
    assertThat(facts.tcbStatus()).contains("UpToDate");
    assertThat(facts.measurements()).containsEntry("mrtd", "22" + "00".repeat(47));
    EvidenceFacts v5 =
        intel.verify(
            parts -> {
              parts.version = 5;
              parts.bodyBytes = 648;
            },
            TdxRules.SAFE);
    assertThat(v5.measurements()).containsKey("mrservicetd");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
  void debugBits_areRefused(int bit) {
    assertThat(refusal(parts -> u64(parts.body, 120, 1L << 28 | 1L << bit)))
        .isEqualTo(EvidenceReason.ATT_DEBUG_ENABLED);
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 27, 29, 32, 62})
  void migrationAndUnknownAttributeBits_areRefused(int bit) {
    assertThat(refusal(parts -> u64(parts.body, 120, 1L << 28 | 1L << bit)))
        .isEqualTo(EvidenceReason.ATT_CONFIGURATION);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 0x61ae7L | 1L << 63, 0x61ae7L | 1L << 3})
  void xfamOutsideOfItsMask_isRefused(long xfam) {
    assertThat(refusal(parts -> u64(parts.body, 128, xfam)))
        .isEqualTo(EvidenceReason.ATT_CONFIGURATION);
  }

  @Test
  void septVeDisable_isNamedOrRequired() throws Refused {
    assertThat(intel.verify(parts -> u64(parts.body, 120, 0), TdxRules.SAFE).unchecked())
        .contains("sept_ve_disable");
    var strict = new TdxRules(Set.of(TcbStatus.UP_TO_DATE), 0, false, false, true, Set.of());
    assertThat(refusal(parts -> u64(parts.body, 120, 0), strict))
        .isEqualTo(EvidenceReason.ATT_CONFIGURATION);
  }

  @Test
  void serviceTd_isRefusedUnlessNamed() throws Refused {
    Consumer<Parts> bound =
        parts -> {
          parts.version = 5;
          parts.bodyBytes = 648;
          parts.body[600] = 9;
        };
    assertThat(refusal(bound)).isEqualTo(EvidenceReason.ATT_CONFIGURATION);
    var named =
        new TdxRules(
            Set.of(TcbStatus.UP_TO_DATE),
            0,
            false,
            false,
            false,
            Set.of(Octets.ofHex("09" + "00".repeat(47))));
    assertThat(intel.verify(bound, named).profile()).isEqualTo("tdx");
  }

  @Test
  void seamIdentity_hasToBeIntels() {
    assertThat(refusal(parts -> parts.body[64] = 1))
        .isEqualTo(EvidenceReason.ATT_ENDORSEMENT_MISMATCH);
    assertThat(refusal(parts -> parts.body[112] = 1))
        .isEqualTo(EvidenceReason.ATT_ENDORSEMENT_MISMATCH);
    // attributes that Intel's mask leaves out are refused all the same
    assertThat(
            refusal(
                parts -> {
                  parts.body[112] = 1;
                  parts.tcbInfo = text -> text.replace("FFFFFFFFFFFFFFFF", "0000000000000000");
                }))
        .isEqualTo(EvidenceReason.ATT_CONFIGURATION);
  }

  @ParameterizedTest
  @CsvSource({"16", "48", "128", "256"})
  void quotingEnclave_hasToBeIntels(int at) {
    assertThat(refusal(parts -> parts.qeReport[at] ^= 1))
        .isEqualTo(EvidenceReason.ATT_ENDORSEMENT_MISMATCH);
  }

  @Test
  void platformAndComponents_converge() throws Refused {
    assertThat(refusal(parts -> parts.pckComponents.set(15, 4)))
        .isEqualTo(EvidenceReason.ATT_TCB_OUTDATED);
    assertThat(refusal(parts -> parts.pceSvn = 10)).isEqualTo(EvidenceReason.ATT_TCB_OUTDATED);
    assertThat(refusal(parts -> parts.pckComponents.set(0, 0)))
        .isEqualTo(EvidenceReason.ATT_TCB_OUTDATED);
    assertThat(refusal(parts -> parts.body[2] = 5)).isEqualTo(EvidenceReason.ATT_TCB_OUTDATED);
    assertThat(
            intel
                .verify(parts -> parts.body[2] = 5, taking(TcbStatus.CONFIGURATION_NEEDED))
                .tcbStatus())
        .contains("ConfigurationNeeded");
    // an old module or quoting enclave turns it into OutOfDateConfigurationNeeded: never taken
    assertThat(
            refusal(
                parts -> {
                  parts.body[2] = 5;
                  parts.body[0] = 2;
                },
                taking(TcbStatus.CONFIGURATION_NEEDED)))
        .isEqualTo(EvidenceReason.ATT_TCB_OUTDATED);
    assertThat(refusal(parts -> parts.body[0] = 2)).isEqualTo(EvidenceReason.ATT_TCB_OUTDATED);
    assertThat(refusal(parts -> parts.body[0] = 1)).isEqualTo(EvidenceReason.ATT_TCB_OUTDATED);
    assertThat(refusal(parts -> parts.body[1] = 7)).isEqualTo(EvidenceReason.ATT_TCB_OUTDATED);
    assertThat(refusal(parts -> parts.qeReport[258] = 3))
        .isEqualTo(EvidenceReason.ATT_TCB_OUTDATED);
    assertThat(refusal(parts -> parts.qeReport[258] = 2))
        .isEqualTo(EvidenceReason.ATT_TCB_OUTDATED);
    assertThat(
            refusal(
                parts ->
                    parts.tcbInfo =
                        text ->
                            text.replaceFirst(
                                "(isvsvn\":3.,\"tcbStatus\":\")UpToDate", "$1Revoked")))
        .isEqualTo(EvidenceReason.ATT_TCB_OUTDATED);
  }

  @Test
  void evaluationNumberBelowTheFloor_isRefused() throws Refused {
    var floor = new TdxRules(Set.of(TcbStatus.UP_TO_DATE), 18, false, false, false, Set.of());
    assertThat(refusal(parts -> {}, floor)).isEqualTo(EvidenceReason.ATT_TCB_OUTDATED);
    var reached = new TdxRules(Set.of(TcbStatus.UP_TO_DATE), 17, false, false, false, Set.of());
    assertThat(intel.verify(parts -> {}, reached).unchecked())
        .doesNotContain("minimum_tcb_evaluation_data_number");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-07-01T00:00:00Z|2026-06-01T00:00:00Z|ATT_COLLATERAL_STALE",
        "2026-05-01T00:00:00Z|2026-06-01T00:00:01Z|ATT_FUTURE",
        "\"id\":\"TD|\"id\":\"XX|ATT_COLLATERAL_INVALID",
        "tcbEvaluationDataNumber|tcbEvaluationDatNumber|ATT_COLLATERAL_INVALID",
        "\"tcbStatus\":\"UpToDate\"|\"tcbStatus\":\"Fine\"|ATT_COLLATERAL_INVALID"
      })
  void documentsThatDoNotHold_areRefused(String row) {
    String[] parts = row.split("\\|", -1);
    EvidenceReason reason = EvidenceReason.valueOf(parts[2]);
    assertThat(refusal(all -> all.tcbInfo = text -> text.replace(parts[0], parts[1])))
        .isEqualTo(reason);
    assertThat(refusal(all -> all.qeIdentity = text -> text.replace(parts[0], parts[1])))
        .isEqualTo(reason);
  }

  @Test
  void documentsOfAnotherPlatform_areRefused() {
    assertThat(refusal(parts -> parts.fmspc = "00906ed50000"))
        .isEqualTo(EvidenceReason.ATT_COLLATERAL_INVALID);
    assertThat(
            refusal(
                parts ->
                    parts.tcbInfo = text -> text.replace("\"pceId\":\"0000", "\"pceId\":\"0100")))
        .isEqualTo(EvidenceReason.ATT_COLLATERAL_INVALID);
  }

  private EvidenceReason refusalOf(List<byte[]> collateral) {
    var parts = new Parts();
    byte[] quote = intel.quote(parts, intel.pck(parts));
    return catchThrowableOfType(Refused.class, () -> intel.verify(quote, collateral, TdxRules.SAFE))
        .reason();
  }

  @Test
  void documentsSignedByAnother_areRefused() {
    var parts = new Parts();
    List<byte[]> files = intel.collateral(parts);
    var other = new ArrayList<>(files);
    other.set(0, FakeTdx.response("tcbInfo", FakeTdx.tcbInfo(), TestCa.keys("secp256r1")));
    assertThat(refusalOf(other)).isEqualTo(EvidenceReason.ATT_COLLATERAL_INVALID);
    other = new ArrayList<>(files);
    other.set(
        1, FakeTdx.response("enclaveIdentity", FakeTdx.qeIdentity(), TestCa.keys("secp256r1")));
    assertThat(refusalOf(other)).isEqualTo(EvidenceReason.ATT_COLLATERAL_INVALID);
    // a look-alike Intel signs its own collateral with its own chain
    assertThat(refusalOf(new FakeTdx().collateral(parts))).isNotNull();
  }

  @Test
  void documentsOfSeveralPlatforms_areToldApart() throws Refused {
    var other = new Parts();
    other.tcbInfo = text -> text.replace(FakeTdx.FMSPC, "00906ed50000");
    var stale = new Parts();
    stale.tcbInfo = text -> text.replace("2026-07-01", "2026-05-20").replace("UpToDate", "Revoked");
    stale.qeIdentity = text -> text.replace("2026-07-01", "2026-05-20");
    var own = new Parts();
    byte[] quote = intel.quote(own, intel.pck(own));
    var all = new ArrayList<byte[]>();
    for (Parts parts : List.of(other, stale, own)) {
      all.addAll(intel.collateral(parts));
    }
    assertThat(intel.verify(quote, all, TdxRules.SAFE).tcbStatus()).contains("UpToDate");
    // a later issue of the same document is the one that counts
    var later = new Parts();
    later.tcbInfo =
        text -> text.replace("2026-05-01", "2026-05-02").replace("UpToDate", "OutOfDate");
    all.addAll(intel.collateral(later));
    assertThat(
            catchThrowableOfType(Refused.class, () -> intel.verify(quote, all, TdxRules.SAFE))
                .reason())
        .isEqualTo(EvidenceReason.ATT_TCB_OUTDATED);
    var without = new ArrayList<>(intel.collateral(other));
    without.addAll(intel.collateral(stale));
    assertThat(refusalOf(without)).isEqualTo(EvidenceReason.ATT_COLLATERAL_STALE);
  }

  @Test
  void missingOrStaleLists_areRefused() {
    var parts = new Parts();
    List<byte[]> without = intel.collateral(parts, List.of());
    assertThat(refusalOf(without)).isEqualTo(EvidenceReason.ATT_COLLATERAL_MISSING);
    assertThat(refusalOf(intel.collateral(parts, List.of(intel.root.crl(TestCa.FROM, TestCa.TO)))))
        .isEqualTo(EvidenceReason.ATT_COLLATERAL_MISSING);
    assertThat(
            refusalOf(
                intel.collateral(
                    parts,
                    List.of(
                        intel.root.crl(TestCa.FROM, TestCa.NOW),
                        intel.platformCa.crl(TestCa.FROM, TestCa.TO)))))
        .isEqualTo(EvidenceReason.ATT_COLLATERAL_STALE);
    assertThat(refusalOf(List.of())).isEqualTo(EvidenceReason.ATT_COLLATERAL_MISSING);
  }

  @Test
  void revokedCertificates_areRefused() {
    var parts = new Parts();
    for (long serial : new long[] {2, 3}) {
      var crls =
          serial == 2
              ? List.of(
                  intel.root.crl(TestCa.FROM, TestCa.TO, BigInteger.TWO),
                  intel.platformCa.crl(TestCa.FROM, TestCa.TO))
              : List.of(
                  intel.root.crl(TestCa.FROM, TestCa.TO),
                  intel.platformCa.crl(TestCa.FROM, TestCa.TO, BigInteger.valueOf(3)));
      assertThat(refusalOf(intel.collateral(parts, crls))).isEqualTo(EvidenceReason.ATT_REVOKED);
    }
  }

  @Test
  void listsSignedByAnother_areRefused() {
    var parts = new Parts();
    var other = new FakeTdx();
    assertThat(
            refusalOf(
                intel.collateral(
                    parts,
                    List.of(
                        other.root.crl(TestCa.FROM, TestCa.TO),
                        other.platformCa.crl(TestCa.FROM, TestCa.TO)))))
        .isIn(
            EvidenceReason.ATT_COLLATERAL_INVALID,
            EvidenceReason.ATT_COLLATERAL_MISSING,
            EvidenceReason.ATT_CHAIN_INVALID);
  }

  @Test
  void lookAlikeRoot_isRefused() {
    var lookAlike = new FakeTdx();
    var parts = new Parts();
    byte[] quote = lookAlike.quote(parts, lookAlike.pck(parts));
    var verifier = new TdxVerifier(intel.pins(), new ChainVerifier(), new Revocation());
    assertThat(
            catchThrowableOfType(
                    Refused.class,
                    () ->
                        verifier.verify(
                            TdxQuote.parse(quote),
                            TdxCollateral.parse(lookAlike.collateral(parts)),
                            TestCa.NOW))
                .reason())
        .isEqualTo(EvidenceReason.ATT_CHAIN_INVALID);
    assertThat(Pins.builtIn().of(Pins.Root.INTEL_SGX)).doesNotContain(intel.root.pin());
  }

  @Test
  void attestationKeyOutsideOfTheQeReport_isRefused() {
    assertThat(refusal(parts -> parts.bindQe = false)).isEqualTo(EvidenceReason.ATT_SIG_INVALID);
    assertThat(refusal(parts -> parts.qeReport[352] = 1)).isEqualTo(EvidenceReason.ATT_SIG_INVALID);
  }

  @Test
  void everyByteOfQuote_counts() {
    var parts = new Parts();
    byte[] quote = intel.quote(parts, intel.pck(parts));
    List<byte[]> collateral = intel.collateral(parts);
    int signatureData = FakeTdx.HEADER + 584 + 4 + 128 + 6 + 384 + 64;
    for (int i = 0; i < signatureData; i += 3) {
      byte[] changed = quote.clone();
      changed[i] ^= (byte) (1 << (i % 8));
      assertThat(
              catchThrowableOfType(
                  Refused.class, () -> intel.verify(changed, collateral, TdxRules.SAFE)))
          .as("byte %d", i)
          .isNotNull();
    }
  }

  @Test
  void certificatesOutOfTheirTime_areRefused() throws Refused {
    var parts = new Parts();
    byte[] quote = intel.quote(parts, intel.pck(parts));
    var collateral = TdxCollateral.parse(intel.collateral(parts));
    var verifier = new TdxVerifier(intel.pins(), new ChainVerifier(), new Revocation());
    for (Instant at : List.of(TestCa.TO.plusSeconds(1), TestCa.FROM.minusSeconds(1))) {
      assertThat(
              catchThrowableOfType(
                      Refused.class, () -> verifier.verify(TdxQuote.parse(quote), collateral, at))
                  .reason())
          .isIn(EvidenceReason.ATT_EXPIRED, EvidenceReason.ATT_FUTURE);
    }
  }
}
