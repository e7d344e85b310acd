package dev.postern.attestation.arm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.attestation.cbor.CborValue;
import dev.postern.attestation.cbor.CborValue.CborArray;
import dev.postern.attestation.cbor.CborValue.CborBytes;
import dev.postern.attestation.cbor.CborValue.CborInt;
import dev.postern.attestation.cbor.CborValue.CborMap;
import dev.postern.attestation.cbor.CborValue.CborTag;
import dev.postern.attestation.cbor.CborValue.CborText;
import dev.postern.attestation.cbor.CborWriter;
import dev.postern.attestation.evidence.EvidenceFacts;
import dev.postern.attestation.evidence.EvidenceReason;
import dev.postern.attestation.evidence.Hashes;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CcaTokenTest {
  private static final Octets CHALLENGE = Octets.ofHex("22".repeat(64));

  private final FakeArm arm = new FakeArm();
  private final Map<Long, CborValue> platform = arm.platformClaims();
  private final Map<Long, CborValue> realm = arm.realmClaims(CHALLENGE);

  private EvidenceFacts verify(byte[] token) throws Refused {
    ArmKeys keys = ArmKeys.parse(List.of(arm.jwk("any")));
    return CcaRules.SAFE.appraise(new CcaVerifier(keys).verify(CcaToken.parse(token)));
  }

  private EvidenceReason refusal(byte[] token) {
    return catchThrowableOfType(Refused.class, () -> verify(token)).reason();
  }

  private EvidenceReason afterPlatform(Consumer<Map<Long, CborValue>> change) {
    change.accept(platform);
    return refusal(arm.cca(platform, realm));
  }

  private EvidenceReason afterRealm(Consumer<Map<Long, CborValue>> change) {
    change.accept(realm);
    return refusal(arm.cca(platform, realm));
  }

  @Test
  void genuine_isValid() throws Refused {
    EvidenceFacts facts = verify(arm.cca(platform, realm));
    assertThat(facts.reportData()).contains(CHALLENGE);
    assertThat(facts.measurements())
        .containsEntry("rim", "07".repeat(32))
        .containsEntry("rem3", "08".repeat(32))
        .containsEntry("platform:BL", "05".repeat(32))
        .containsKeys("rpv", "implementation-id", "platform:signer:BL");
  }

  @Test
  void newerEnvelope_isRead() throws Refused {
    byte[] token =
        CborWriter.write(
            new CborTag(
                907,
                FakeArm.map(
                    Map.of(
                        44234L, cmw(FakeArm.sign(platform, arm.attestationKeys)),
                        44241L, cmw(FakeArm.sign(realm, arm.realmKeys))))));
    assertThat(verify(token).profile()).isEqualTo("cca");
  }

  private static CborArray cmw(byte[] token) {
    return new CborArray(List.of(new CborInt(263), new CborBytes(Octets.copyOf(token))));
  }

  @Test
  void oldRealmKeyAndNoRealmProfile_areRead() throws Refused {
    realm.remove(265L);
    realm.put(44237L, new CborBytes(arm.rawPoint()));
    platform.put(10L, new CborBytes(Hashes.SHA256.of(arm.rawPoint().toByteArray())));
    assertThat(verify(arm.cca(platform, realm)).profile()).isEqualTo("cca");
  }

  @Test
  void realmOfAnotherMachine_isRefused() {
    var other = new FakeArm();
    byte[] spliced =
        FakeArm.envelope(
            399,
            FakeArm.sign(platform, arm.attestationKeys),
            FakeArm.sign(other.realmClaims(CHALLENGE), other.realmKeys));
    assertThat(refusal(spliced)).isEqualTo(EvidenceReason.ATT_ENDORSEMENT_MISMATCH);
  }

  @Test
  void realmSignedByAnotherKey_isRefused() {
    byte[] token =
        FakeArm.envelope(
            399,
            FakeArm.sign(platform, arm.attestationKeys),
            FakeArm.sign(realm, new FakeArm().realmKeys));
    assertThat(refusal(token)).isEqualTo(EvidenceReason.ATT_SIG_INVALID);
  }

  @Test
  void platformOfAnotherKey_isRefused() {
    var other = new FakeArm();
    byte[] token =
        FakeArm.envelope(
            399, FakeArm.sign(platform, other.attestationKeys), FakeArm.sign(realm, arm.realmKeys));
    assertThat(refusal(token)).isEqualTo(EvidenceReason.ATT_SIG_INVALID);
  }

  @ParameterizedTest
  @ValueSource(longs = {265, 10, 2396, 256, 2395, 2401, 2402, 2399})
  void missingPlatformClaim_isNamed(long claim) {
    assertThat(afterPlatform(claims -> claims.remove(claim)))
        .isEqualTo(EvidenceReason.ATT_CLAIM_MISSING);
  }

  @ParameterizedTest
  @ValueSource(longs = {10, 44235, 44238, 44239, 44236, 44237, 44240})
  void missingRealmClaim_isNamed(long claim) {
    assertThat(afterRealm(claims -> claims.remove(claim)))
        .isEqualTo(EvidenceReason.ATT_CLAIM_MISSING);
  }

  @ParameterizedTest
  @ValueSource(longs = {265, 10, 44235, 44238, 44239, 44236, 44237, 44240})
  void realmClaimOfAnotherType_isMalformed(long claim) {
    assertThat(afterRealm(claims -> claims.put(claim, new CborMap(Map.of()))))
        .isEqualTo(EvidenceReason.ATT_MALFORMED);
  }

  @Test
  void lifecycleAndProfiles_areChecked() {
    assertThat(afterPlatform(claims -> claims.put(2395L, new CborInt(0x4000))))
        .isEqualTo(EvidenceReason.ATT_DEBUG_ENABLED);
    assertThat(afterPlatform(claims -> claims.put(265L, new CborText("http://arm.com/psa/2.0.0"))))
        .isEqualTo(EvidenceReason.ATT_PROFILE_UNSUPPORTED);
    platform.putAll(arm.platformClaims());
    assertThat(afterRealm(claims -> claims.put(265L, new CborText("tag:arm.com,2023:realm#9"))))
        .isEqualTo(EvidenceReason.ATT_PROFILE_UNSUPPORTED);
  }

  @Test
  void keyThatIsNone_isMalformed() {
    for (Octets key : List.of(Octets.ofHex("00"), Octets.ofHex("04" + "11".repeat(96)))) {
      realm.put(44237L, new CborBytes(key));
      platform.put(10L, new CborBytes(Hashes.SHA256.of(key.toByteArray())));
      assertThat(refusal(arm.cca(platform, realm))).isEqualTo(EvidenceReason.ATT_MALFORMED);
    }
  }

  @Test
  void hashOfTheRealmKey_isTheNamedOne() throws Refused {
    realm.put(44240L, new CborText("sha-512"));
    assertThat(refusal(arm.cca(platform, realm)))
        .isEqualTo(EvidenceReason.ATT_ENDORSEMENT_MISMATCH);
    platform.put(10L, new CborBytes(Hashes.SHA512.of(arm.coseKey().toByteArray())));
    assertThat(verify(arm.cca(platform, realm)).profile()).isEqualTo("cca");
    realm.put(44240L, new CborText("sha-1"));
    assertThat(refusal(arm.cca(platform, realm))).isEqualTo(EvidenceReason.ATT_MALFORMED);
  }

  @Test
  void otherEnvelopes_areMalformed() {
    byte[] one = FakeArm.sign(platform, arm.attestationKeys);
    byte[] two = FakeArm.sign(realm, arm.realmKeys);
    assertThat(refusal(one)).isEqualTo(EvidenceReason.ATT_MALFORMED);
    assertThat(refusal(FakeArm.envelope(18, one, two))).isEqualTo(EvidenceReason.ATT_MALFORMED);
    assertThat(refusal(new byte[0])).isEqualTo(EvidenceReason.ATT_MALFORMED);
  }

  @Test
  void everyByte_counts() {
    byte[] token = arm.cca(platform, realm);
    for (int i = 0; i < token.length; i++) {
      byte[] changed = token.clone();
      changed[i] ^= (byte) (1 << (i % 8));
      assertThat(catchThrowableOfType(Refused.class, () -> verify(changed)))
          .as("byte %d", i)
          .isNotNull();
    }
  }
}
