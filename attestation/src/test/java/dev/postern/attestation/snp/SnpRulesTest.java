package dev.postern.attestation.snp;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_ALG_NOT_ALLOWED;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_CHAIN_INVALID;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_COLLATERAL_STALE;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_CONFIGURATION;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_DEBUG_ENABLED;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_ENDORSEMENT_MISMATCH;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_EVIDENCE_UNSUPPORTED;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_EXPIRED;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_MALFORMED;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_REVOKED;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_SIG_INVALID;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_TCB_OUTDATED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.attestation.evidence.EvidenceFacts;
import dev.postern.attestation.evidence.EvidenceReason;
import dev.postern.attestation.evidence.Pins;
import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.evidence.TestCa;
import dev.postern.attestation.x509.ChainVerifier;
import dev.postern.attestation.x509.Revocation;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each rule broken alone, in reports and chains signed by a test CA. */
class SnpRulesTest {
  private static final FakeSnp FAKE = new FakeSnp();
  private static final X509Certificate VCEK = FAKE.vcek();

  private static EvidenceFacts accept(
      byte[] report, Pins pins, List<X509Certificate> pool, List<X509CRL> crls, Instant at)
      throws Refused {
    var verifier = new SnpVerifier(pins, new ChainVerifier(), new Revocation());
    return SnpRules.SAFE.appraise(verifier.verify(SnpReport.parse(report), pool, crls, at));
  }

  private static EvidenceReason refusal(
      byte[] report, Pins pins, List<X509Certificate> pool, List<X509CRL> crls, Instant at) {
    return catchThrowableOfType(Refused.class, () -> accept(report, pins, pool, crls, at)).reason();
  }

  private static EvidenceReason refusal(byte[] report, X509Certificate leaf) {
    return refusal(report, FAKE.pins(), FAKE.certificates(leaf), List.of(), TestCa.NOW);
  }

  @Test
  void goodFake_isAccepted() throws Refused {
    assertThat(
            accept(
                    FAKE.signed(FAKE.body()),
                    FAKE.pins(),
                    FAKE.certificates(VCEK),
                    List.of(FAKE.ark.crl(TestCa.FROM, TestCa.TO)),
                    TestCa.NOW)
                .unchecked())
        .containsExactly("minimum_tcb");
  }

  static Stream<Arguments> brokenFields() {
    return Stream.of(
        broken("version 1", body -> body.putInt(0, 1), ATT_EVIDENCE_UNSUPPORTED),
        broken("version 6", body -> body.putInt(0, 6), ATT_EVIDENCE_UNSUPPORTED),
        broken("debug", body -> body.putLong(8, 0xb0000L), ATT_DEBUG_ENABLED),
        broken("migration agent", body -> body.putLong(8, 0x70000L), ATT_CONFIGURATION),
        broken("policy bit 17 off", body -> body.putLong(8, 0x10000L), ATT_CONFIGURATION),
        broken("policy bit 26", body -> body.putLong(8, 0x4030000L), ATT_CONFIGURATION),
        broken("by the host", body -> body.putInt(0x30, -1), ATT_CONFIGURATION),
        broken("VMPL 1", body -> body.putInt(0x30, 1), ATT_CONFIGURATION),
        broken("algorithm 2", body -> body.putInt(0x34, 2), ATT_ALG_NOT_ALLOWED),
        broken("unknown platform bit", body -> body.putLong(0x40, 0x100), ATT_CONFIGURATION),
        broken("masked chip key", body -> body.putInt(0x48, 2), ATT_CONFIGURATION),
        broken("no signing key", body -> body.putInt(0x48, 7 << 2), ATT_EVIDENCE_UNSUPPORTED),
        broken("VLEK with a VCEK", body -> body.putInt(0x48, 1 << 2), ATT_CHAIN_INVALID),
        broken("reserved flag", body -> body.putInt(0x48, 1 << 5), ATT_MALFORMED),
        broken("reserved 0x4C", body -> body.putInt(0x4c, 1), ATT_MALFORMED),
        broken("migration id", body -> body.put(0x160, (byte) 0), ATT_CONFIGURATION),
        broken("reported TCB", body -> body.put(0x186, (byte) 9), ATT_ENDORSEMENT_MISMATCH),
        broken("committed below reported", body -> body.put(0x1e6, (byte) 7), ATT_TCB_OUTDATED),
        broken("current below committed", body -> body.put(0x3e, (byte) 7), ATT_TCB_OUTDATED),
        broken("Genoa's CPUID", body -> body.put(0x189, (byte) 0x11), ATT_ENDORSEMENT_MISMATCH),
        broken("unknown CPUID", body -> body.put(0x188, (byte) 0x17), ATT_EVIDENCE_UNSUPPORTED),
        broken("chip id", body -> body.put(0x1a0, (byte) 9), ATT_ENDORSEMENT_MISMATCH),
        broken("mitigations before 5", body -> body.putLong(0x1f8, 1), ATT_MALFORMED),
        broken("reserved 0x208", body -> body.put(0x208, (byte) 1), ATT_MALFORMED),
        broken("reserved 0x18B", body -> body.put(0x18b, (byte) 1), ATT_MALFORMED),
        broken("tail", body -> body.put(0x331, (byte) 1), ATT_MALFORMED));
  }

  private static Arguments broken(
      String name, Consumer<ByteBuffer> change, EvidenceReason expected) {
    return Arguments.of(name, change, expected);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("brokenFields")
  void oneBrokenField_isRefused(String name, Consumer<ByteBuffer> change, EvidenceReason reason) {
    ByteBuffer body = FAKE.body();
    change.accept(body);
    assertThat(refusal(FAKE.signed(body), VCEK)).as(name).isEqualTo(reason);
  }

  @Test
  void signatureOutOfRange_isRefused() {
    byte[] zero = FakeSnp.unsigned(FAKE.body());
    assertThat(refusal(zero, VCEK)).isEqualTo(ATT_SIG_INVALID);
    byte[] long73 = FAKE.signed(FAKE.body());
    long73[0x2a0 + 48] = 1;
    assertThat(refusal(long73, VCEK)).isEqualTo(ATT_SIG_INVALID);
  }

  @Test
  void lookAlikeRoot_isRefused() {
    byte[] report = FAKE.signed(FAKE.body());
    assertThat(refusal(report, Pins.builtIn(), FAKE.certificates(VCEK), List.of(), TestCa.NOW))
        .isEqualTo(ATT_CHAIN_INVALID);
    var other = new FakeSnp();
    assertThat(
            refusal(
                report,
                FAKE.pins(),
                List.of(other.ark.certificate(), other.ask.certificate(), VCEK),
                List.of(),
                TestCa.NOW))
        .isEqualTo(ATT_CHAIN_INVALID);
    // the right root beside a forged intermediate of the same name
    assertThat(
            refusal(
                report,
                FAKE.pins(),
                List.of(FAKE.ark.certificate(), other.ask.certificate(), VCEK),
                List.of(),
                TestCa.NOW))
        .isEqualTo(ATT_CHAIN_INVALID);
  }

  @Test
  void leafThatDisagrees_isRefused() {
    byte[] report = FAKE.signed(FAKE.body());
    var keys = FAKE.vcekKeys.getPublic();
    X509Certificate otherTcb =
        FAKE.ask.leaf("CN=SEV-VCEK", keys, FakeSnp.extensions(FAKE.chipId, 9));
    assertThat(refusal(report, otherTcb)).isEqualTo(ATT_ENDORSEMENT_MISMATCH);
    X509Certificate otherChip =
        FAKE.ask.leaf("CN=SEV-VCEK", keys, FakeSnp.extensions(new byte[64], 8));
    assertThat(refusal(report, otherChip)).isEqualTo(ATT_ENDORSEMENT_MISMATCH);
    X509Certificate shortId =
        FAKE.ask.leaf("CN=SEV-VCEK", keys, FakeSnp.extensions(new byte[8], 8));
    assertThat(refusal(report, shortId)).isEqualTo(ATT_CHAIN_INVALID);
    List<TestCa.Ext> all = FakeSnp.extensions(FAKE.chipId, 8);
    X509Certificate noId = FAKE.ask.leaf("CN=SEV-VCEK", keys, all.subList(0, all.size() - 1));
    assertThat(refusal(report, noId)).isEqualTo(ATT_CHAIN_INVALID);
    X509Certificate otherName = FAKE.ask.leaf("CN=VCEK", keys, all);
    assertThat(refusal(report, otherName)).isEqualTo(ATT_CHAIN_INVALID);
  }

  @Test
  void times_areTheChains() {
    byte[] report = FAKE.signed(FAKE.body());
    assertThat(
            refusal(
                report, FAKE.pins(), FAKE.certificates(VCEK), List.of(), TestCa.TO.plusSeconds(1)))
        .isEqualTo(ATT_EXPIRED);
  }

  @Test
  void revocationLists_count() {
    byte[] report = FAKE.signed(FAKE.body());
    List<X509Certificate> pool = FAKE.certificates(VCEK);
    X509CRL revoked = FAKE.ark.crl(TestCa.FROM, TestCa.TO, BigInteger.TWO);
    assertThat(refusal(report, FAKE.pins(), pool, List.of(revoked), TestCa.NOW))
        .isEqualTo(ATT_REVOKED);
    X509CRL stale = FAKE.ark.crl(TestCa.FROM, TestCa.NOW);
    assertThat(refusal(report, FAKE.pins(), pool, List.of(stale), TestCa.NOW))
        .isEqualTo(ATT_COLLATERAL_STALE);
    X509CRL forged = new FakeSnp().ark.crl(TestCa.FROM, TestCa.TO);
    assertThat(refusal(report, FAKE.pins(), pool, List.of(forged), TestCa.NOW))
        .isEqualTo(EvidenceReason.ATT_COLLATERAL_INVALID);
  }
}
