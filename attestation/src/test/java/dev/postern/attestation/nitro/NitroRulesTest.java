package dev.postern.attestation.nitro;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.attestation.cbor.CborValue;
import dev.postern.attestation.cbor.CborValue.CborArray;
import dev.postern.attestation.cbor.CborValue.CborBytes;
import dev.postern.attestation.cbor.CborValue.CborInt;
import dev.postern.attestation.cbor.CborValue.CborMap;
import dev.postern.attestation.cbor.CborValue.CborNull;
import dev.postern.attestation.cbor.CborValue.CborText;
import dev.postern.attestation.cbor.CborWriter;
import dev.postern.attestation.evidence.EvidenceFacts;
import dev.postern.attestation.evidence.EvidenceReason;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Pins;
import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.evidence.TestCa;
import dev.postern.attestation.x509.ChainVerifier;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One thing at a time broken in documents that a hypervisor of our own signed. */
class NitroRulesTest {
  private static final TestCa ROOT = TestCa.root("CN=aws.nitro-enclaves", "secp384r1");
  private static final TestCa ZONE = ROOT.intermediate("CN=zone.aws.nitro-enclaves");
  private static final KeyPair LEAF_KEYS = TestCa.keys("secp384r1");
  private static final X509Certificate LEAF =
      ZONE.leaf("CN=i-test-enc", LEAF_KEYS.getPublic(), List.of());

  private static CborBytes bytes(int length, int fill) {
    byte[] all = new byte[length];
    java.util.Arrays.fill(all, (byte) fill);
    return new CborBytes(Octets.copyOf(all));
  }

  private static Map<String, CborValue> claims() {
    var pcrs = new LinkedHashMap<CborValue, CborValue>();
    for (int i = 0; i < 5; i++) {
      pcrs.put(new CborInt(i), bytes(48, i + 1));
    }
    var claims = new LinkedHashMap<String, CborValue>();
    claims.put("module_id", new CborText("i-test-enc1"));
    claims.put("digest", new CborText("SHA384"));
    claims.put("timestamp", new CborInt(TestCa.NOW.toEpochMilli()));
    claims.put("pcrs", new CborMap(pcrs));
    claims.put("certificate", der(LEAF));
    claims.put(
        "cabundle", new CborArray(List.of(der(ROOT.certificate()), der(ZONE.certificate()))));
    claims.put("public_key", bytes(91, 7));
    claims.put("user_data", CborNull.NULL);
    claims.put("nonce", bytes(20, 8));
    return claims;
  }

  private static CborBytes der(X509Certificate certificate) {
    return new CborBytes(Octets.copyOf(TestCa.der(certificate)));
  }

  private static byte[] signed(Map<String, CborValue> claims, long algorithm, KeyPair keys) {
    var entries = new LinkedHashMap<CborValue, CborValue>();
    claims.forEach((name, value) -> entries.put(new CborText(name), value));
    var header =
        new CborBytes(
            Octets.copyOf(
                CborWriter.write(new CborMap(Map.of(new CborInt(1), new CborInt(algorithm))))));
    var payload = new CborBytes(Octets.copyOf(CborWriter.write(new CborMap(entries))));
    byte[] toSign =
        CborWriter.write(
            new CborArray(
                List.of(new CborText("Signature1"), header, new CborBytes(Octets.EMPTY), payload)));
    try {
      Signature signer = Signature.getInstance("SHA384withECDSAinP1363Format");
      signer.initSign(keys.getPrivate());
      signer.update(toSign);
      return CborWriter.write(
          new CborArray(
              List.of(
                  header,
                  new CborMap(Map.of()),
                  payload,
                  new CborBytes(Octets.copyOf(signer.sign())))));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static EvidenceFacts accept(byte[] document, Pins pins, Instant at) throws Refused {
    return NitroRules.SAFE.appraise(
        new NitroVerifier(pins, new ChainVerifier()).verify(NitroDocument.parse(document), at));
  }

  private static Pins pins() {
    return new Pins(Map.of(Pins.Root.AWS_NITRO, ROOT.pin()));
  }

  private static EvidenceReason refusal(byte[] document, Pins pins, Instant at) {
    return catchThrowableOfType(Refused.class, () -> accept(document, pins, at)).reason();
  }

  private static EvidenceReason changed(Consumer<Map<String, CborValue>> change) {
    Map<String, CborValue> claims = claims();
    change.accept(claims);
    return refusal(signed(claims, -35, LEAF_KEYS), pins(), TestCa.NOW);
  }

  private static CborMap pcrs(int index, CborValue value) {
    var pcrs = (CborMap) requireNonNull(claims().get("pcrs"));
    var entries = new LinkedHashMap<>(pcrs.entries());
    entries.remove(new CborInt(index));
    if (!(value instanceof CborNull)) {
      entries.put(new CborInt(index), value);
    }
    return new CborMap(entries);
  }

  @Test
  void genuine_isValid() throws Refused {
    EvidenceFacts facts = accept(signed(claims(), -35, LEAF_KEYS), pins(), TestCa.NOW);
    assertThat(facts.measurements()).containsEntry("pcr4", "05".repeat(48));
    assertThat(facts.unchecked()).containsExactly("revocation");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void imagePcrs_areThereAndNotZero(int index) {
    assertThat(changed(claims -> claims.put("pcrs", pcrs(index, bytes(48, 0)))))
        .isEqualTo(EvidenceReason.ATT_DEBUG_ENABLED);
    assertThat(changed(claims -> claims.put("pcrs", pcrs(index, CborNull.NULL))))
        .isEqualTo(EvidenceReason.ATT_MEASUREMENT_MISSING);
  }

  @ParameterizedTest
  @ValueSource(strings = {"module_id", "digest", "timestamp", "pcrs", "certificate", "cabundle"})
  void missingMember_isRefused(String name) {
    assertThat(changed(claims -> claims.remove(name))).isEqualTo(EvidenceReason.ATT_CLAIM_MISSING);
    assertThat(changed(claims -> claims.put(name, CborNull.NULL)))
        .isEqualTo(EvidenceReason.ATT_MALFORMED);
  }

  @Test
  void membersOutOfForm_areRefused() {
    assertThat(changed(claims -> claims.put("more", CborNull.NULL)))
        .isEqualTo(EvidenceReason.ATT_MALFORMED);
    assertThat(changed(claims -> claims.put("module_id", new CborText(""))))
        .isEqualTo(EvidenceReason.ATT_MALFORMED);
    assertThat(changed(claims -> claims.put("digest", new CborText("SHA256"))))
        .isEqualTo(EvidenceReason.ATT_ALG_NOT_ALLOWED);
    assertThat(changed(claims -> claims.put("pcrs", pcrs(32, bytes(48, 1)))))
        .isEqualTo(EvidenceReason.ATT_MALFORMED);
    assertThat(changed(claims -> claims.put("pcrs", pcrs(3, bytes(47, 1)))))
        .isEqualTo(EvidenceReason.ATT_MALFORMED);
    assertThat(changed(claims -> claims.put("nonce", bytes(1025, 1))))
        .isEqualTo(EvidenceReason.ATT_MALFORMED);
    assertThat(changed(claims -> claims.put("cabundle", new CborArray(List.of()))))
        .isEqualTo(EvidenceReason.ATT_MALFORMED);
    assertThat(
            changed(
                claims ->
                    claims.put(
                        "timestamp", new CborInt(TestCa.NOW.plusSeconds(61).toEpochMilli()))))
        .isEqualTo(EvidenceReason.ATT_FUTURE);
  }

  @Test
  void otherAlgorithmOrSigner_isRefused() {
    assertThat(refusal(signed(claims(), -7, LEAF_KEYS), pins(), TestCa.NOW))
        .isEqualTo(EvidenceReason.ATT_ALG_NOT_ALLOWED);
    assertThat(refusal(signed(claims(), -35, TestCa.keys("secp384r1")), pins(), TestCa.NOW))
        .isEqualTo(EvidenceReason.ATT_SIG_INVALID);
  }

  @Test
  void lookAlikes_areRefused() {
    byte[] document = signed(claims(), -35, LEAF_KEYS);
    assertThat(refusal(document, Pins.builtIn(), TestCa.NOW))
        .isEqualTo(EvidenceReason.ATT_CHAIN_INVALID);
    // the right root in the bundle beside a forged zone of the same name
    TestCa forged =
        TestCa.root("CN=aws.nitro-enclaves", "secp384r1")
            .intermediate("CN=zone.aws.nitro-enclaves");
    X509Certificate leaf = forged.leaf("CN=i-test-enc", LEAF_KEYS.getPublic(), List.of());
    assertThat(
            changed(
                claims -> {
                  claims.put("certificate", der(leaf));
                  claims.put(
                      "cabundle",
                      new CborArray(List.of(der(ROOT.certificate()), der(forged.certificate()))));
                }))
        .isEqualTo(EvidenceReason.ATT_CHAIN_INVALID);
    // a leaf that issues leaves
    assertThat(changed(claims -> claims.put("certificate", der(ZONE.certificate()))))
        .isIn(EvidenceReason.ATT_CHAIN_INVALID, EvidenceReason.ATT_SIG_INVALID);
  }

  @Test
  void leafOnAnotherCurveOrOutOfTime_isRefused() {
    KeyPair p256 = TestCa.keys("secp256r1");
    X509Certificate weak = ZONE.leaf("CN=i-test-enc", p256.getPublic(), List.of());
    assertThat(changed(claims -> claims.put("certificate", der(weak))))
        .isIn(EvidenceReason.ATT_CHAIN_INVALID, EvidenceReason.ATT_ALG_NOT_ALLOWED);
    byte[] document = signed(claims(), -35, LEAF_KEYS);
    assertThat(refusal(document, pins(), TestCa.TO.plusSeconds(1)))
        .isEqualTo(EvidenceReason.ATT_EXPIRED);
  }
}
