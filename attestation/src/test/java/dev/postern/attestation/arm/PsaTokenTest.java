package dev.postern.attestation.arm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.attestation.cbor.CborValue;
import dev.postern.attestation.cbor.CborValue.CborArray;
import dev.postern.attestation.cbor.CborValue.CborBytes;
import dev.postern.attestation.cbor.CborValue.CborInt;
import dev.postern.attestation.cbor.CborValue.CborMap;
import dev.postern.attestation.cbor.CborValue.CborText;
import dev.postern.attestation.evidence.EvidenceFacts;
import dev.postern.attestation.evidence.EvidenceReason;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.evidence.TestCa;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PsaTokenTest {
  private static final Octets NONCE = Octets.ofHex("11".repeat(32));

  private final FakeArm arm = new FakeArm();

  private EvidenceFacts verify(byte[] token) throws Refused {
    return verify(token, ArmKeys.parse(List.of(arm.jwk("any"))));
  }

  private static EvidenceFacts verify(byte[] token, ArmKeys keys) throws Refused {
    return PsaRules.SAFE.appraise(new PsaVerifier(keys).verify(PsaToken.parse(token)));
  }

  private EvidenceReason refusal(Consumer<Map<Long, CborValue>> change) {
    Map<Long, CborValue> claims = FakeArm.psaClaims(NONCE);
    change.accept(claims);
    return refusal(arm.psa(claims));
  }

  private EvidenceReason refusal(byte[] token) {
    return catchThrowableOfType(Refused.class, () -> verify(token)).reason();
  }

  @Test
  void bothSpellings_sayTheSame() throws Refused {
    EvidenceFacts current = verify(arm.psa(FakeArm.psaClaims(NONCE)));
    EvidenceFacts legacy = verify(arm.psa(FakeArm.legacyClaims(NONCE)));
    assertThat(current.measurements())
        .isEqualTo(legacy.measurements())
        .containsOnlyKeys("implementation-id", "BL", "signer:BL", "ARoT", "signer:ARoT");
    assertThat(current.nonce()).isEqualTo(legacy.nonce()).contains(NONCE);
    assertThat(legacy.claims().string("eat_profile")).contains("PSA_IOT_PROFILE_1");
  }

  @Test
  void legacyToken_withoutProfile_isOfTheOldProfile() throws Refused {
    Map<Long, CborValue> claims = FakeArm.legacyClaims(NONCE);
    claims.remove(-75000L);
    assertThat(verify(arm.psa(claims)).claims().string("eat_profile"))
        .contains("PSA_IOT_PROFILE_1");
  }

  @ParameterizedTest
  @ValueSource(longs = {10, 256, 2394, 2395, 2396, 2399})
  void missingClaim_isNamed(long claim) {
    assertThat(refusal(claims -> claims.remove(claim))).isEqualTo(EvidenceReason.ATT_CLAIM_MISSING);
  }

  @ParameterizedTest
  @ValueSource(longs = {265, 10, 256, 2394, 2395, 2396, 2397, 2399, 2398, 2400})
  void claimOfAnotherType_isMalformed(long claim) {
    assertThat(refusal(claims -> claims.put(claim, new CborMap(Map.of()))))
        .isEqualTo(EvidenceReason.ATT_MALFORMED);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 0x1000, 0x2000, 0x2fff, 0x3100, 0x4000, 0x5000, 0x6000})
  void lifecycleThatIsNotSecured_isRefused(int lifecycle) {
    assertThat(refusal(claims -> claims.put(2395L, new CborInt(lifecycle))))
        .isEqualTo(EvidenceReason.ATT_DEBUG_ENABLED);
  }

  @Test
  void valuesOutOfForm_areMalformed() {
    assertThat(refusal(claims -> claims.put(2395L, new CborInt(0x13000))))
        .isEqualTo(EvidenceReason.ATT_MALFORMED);
    assertThat(refusal(claims -> claims.put(2394L, new CborInt(0))))
        .isEqualTo(EvidenceReason.ATT_MALFORMED);
    assertThat(refusal(claims -> claims.put(10L, FakeArm.bytes(31, 1))))
        .isEqualTo(EvidenceReason.ATT_MALFORMED);
    assertThat(refusal(claims -> claims.put(256L, FakeArm.bytes(33, 2))))
        .isEqualTo(EvidenceReason.ATT_MALFORMED);
    assertThat(refusal(claims -> claims.put(2397L, FakeArm.bytes(33, 2))))
        .isEqualTo(EvidenceReason.ATT_MALFORMED);
    assertThat(refusal(claims -> claims.put(2399L, new CborArray(List.of()))))
        .isEqualTo(EvidenceReason.ATT_MALFORMED);
    assertThat(
            refusal(
                claims ->
                    claims.put(
                        2399L,
                        new CborArray(List.of(FakeArm.map(Map.of(2L, FakeArm.bytes(32, 1))))))))
        .isEqualTo(EvidenceReason.ATT_CLAIM_MISSING);
  }

  @Test
  void otherProfileOrMixOfTwo_isRefused() {
    assertThat(refusal(claims -> claims.put(265L, new CborText("http://arm.com/psa/3.0.0"))))
        .isEqualTo(EvidenceReason.ATT_PROFILE_UNSUPPORTED);
    assertThat(refusal(claims -> claims.put(-75002L, new CborInt(0x3000))))
        .isEqualTo(EvidenceReason.ATT_MALFORMED);
    assertThat(refusal(claims -> claims.put(265L, new CborText("PSA_IOT_PROFILE_1"))))
        .isEqualTo(EvidenceReason.ATT_PROFILE_UNSUPPORTED);
  }

  @Test
  void legacyToken_thatMeasuresNothing_isRefused() {
    Map<Long, CborValue> claims = FakeArm.legacyClaims(NONCE);
    claims.put(-75007L, new CborInt(1));
    assertThat(refusal(arm.psa(claims))).isEqualTo(EvidenceReason.ATT_MALFORMED);
    claims.remove(-75006L);
    assertThat(refusal(arm.psa(claims))).isEqualTo(EvidenceReason.ATT_MEASUREMENT_MISSING);
  }

  @Test
  void componentsOfOneType_keepNamesOfTheirOwn() throws Refused {
    Map<Long, CborValue> claims = FakeArm.psaClaims(NONCE);
    claims.put(
        2399L,
        new CborArray(
            List.of(
                FakeArm.component("BL", 1),
                FakeArm.component("BL", 2),
                FakeArm.component("signer:BL", 3),
                FakeArm.component("implementation-id", 4))));
    assertThat(verify(arm.psa(claims)).measurements())
        .containsEntry("BL", "01".repeat(32))
        .containsEntry("BL#2", "02".repeat(32))
        .containsEntry("signer:BL", "09".repeat(32))
        .containsEntry("signer_BL", "03".repeat(32))
        .containsEntry("implementation-id", "03".repeat(32))
        .containsEntry("implementation-id#2", "04".repeat(32));
  }

  @Test
  void keyOfAnotherDevice_isRefused() throws Refused {
    byte[] token = arm.psa(FakeArm.psaClaims(NONCE));
    ArmKeys other = ArmKeys.parse(List.of(new FakeArm().jwk("any")));
    assertThat(catchThrowableOfType(Refused.class, () -> verify(token, other)).reason())
        .isEqualTo(EvidenceReason.ATT_SIG_INVALID);
    assertThat(catchThrowableOfType(Refused.class, () -> verify(token, ArmKeys.NONE)).reason())
        .isEqualTo(EvidenceReason.ATT_VERIFIER_UNTRUSTED);
  }

  @Test
  void keyPinnedForAnotherInstance_isNotTried() throws Refused {
    byte[] token = arm.psa(FakeArm.psaClaims(NONCE));
    ArmKeys own = ArmKeys.parse(List.of(arm.jwk(FakeArm.INSTANCE.hex())));
    assertThat(verify(token, own).profile()).isEqualTo("psa");
    ArmKeys others = ArmKeys.parse(List.of(arm.jwk("01" + "ac".repeat(32))));
    assertThat(catchThrowableOfType(Refused.class, () -> verify(token, others)).reason())
        .isEqualTo(EvidenceReason.ATT_VERIFIER_UNTRUSTED);
  }

  @Test
  void everyBitOfTheSignedRange_counts() throws Refused {
    ArmKeys keys = ArmKeys.parse(List.of(arm.jwk("any")));
    byte[] token = arm.psa(FakeArm.psaClaims(NONCE));
    for (int i = 0; i < token.length; i++) {
      byte[] changed = token.clone();
      changed[i] ^= (byte) (1 << (i % 8));
      try {
        verify(changed, keys);
        // the one place outside: the unprotected header's map may not change at all
        throw new AssertionError("byte " + i + " changed, and the token still holds");
      } catch (Refused refused) {
        assertThat(refused.reason()).isNotNull();
      }
    }
  }

  @Test
  void symmetricToken_isRefused() {
    byte[] token = arm.psa(FakeArm.psaClaims(NONCE));
    token[0] = (byte) 0xd1; // tag 17, COSE_Mac0
    assertThat(refusal(token)).isEqualTo(EvidenceReason.ATT_MALFORMED);
  }

  @Test
  void keysThatAreNone_areRefused() {
    for (String text :
        List.of(
            "{}",
            "no",
            "{\"keys\":[1]}",
            "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}",
            "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
            TestCa.pem(TestCa.root("CN=no key", "secp256r1").certificate()))) {
      Octets file = Octets.copyOf(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
      assertThat(catchThrowableOfType(Refused.class, () -> ArmKeys.parse(List.of(file))))
          .as(text)
          .isNotNull();
    }
  }

  @Test
  void unnamedKeys_areFew() {
    List<Octets> many = java.util.Collections.nCopies(17, arm.jwk("any"));
    assertThat(catchThrowableOfType(Refused.class, () -> ArmKeys.parse(many))).isNotNull();
  }

  @Test
  void nonceIsBytes() {
    assertThat(refusal(claims -> claims.put(10L, new CborArray(List.of(new CborBytes(NONCE))))))
        .isEqualTo(EvidenceReason.ATT_MALFORMED);
  }
}
