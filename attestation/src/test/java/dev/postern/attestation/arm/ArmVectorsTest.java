package dev.postern.attestation.arm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.attestation.cbor.CborLimits;
import dev.postern.attestation.cbor.CborReader;
import dev.postern.attestation.cbor.CborValue.CborBytes;
import dev.postern.attestation.cbor.CborValue.CborMap;
import dev.postern.attestation.cbor.CborValue.CborTag;
import dev.postern.attestation.evidence.EvidenceFacts;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.evidence.Vectors;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The samples of eat/ORIGIN.md, and single bits of them changed. */
class ArmVectorsTest {
  private static ArmKeys keys(String path) throws Refused {
    return ArmKeys.parse(List.of(Octets.copyOf(Vectors.read(path))));
  }

  private static EvidenceFacts psa(byte[] token, ArmKeys keys) throws Refused {
    return PsaRules.SAFE.appraise(new PsaVerifier(keys).verify(PsaToken.parse(token)));
  }

  private static EvidenceFacts cca(byte[] token, ArmKeys keys) throws Refused {
    return CcaRules.SAFE.appraise(new CcaVerifier(keys).verify(CcaToken.parse(token)));
  }

  @Test
  void psaToken_isAccepted() throws Refused {
    EvidenceFacts facts =
        psa(Vectors.read("eat/psa/psa.good.cose"), keys("eat/psa/psa.good.iak.pub.jwk"));
    assertThat(facts.nonce().orElseThrow().hex())
        .isEqualTo("414a7c174141b3d0e9a1d28af31520f0d42299feac4007ded89d68ae6cd92f19");
    assertThat(facts.claims().string("instance_id"))
        .contains("01ceebae7b8927a3227e5303cf5e0f1f7b34bb542ad7250ac03fbcde36ec2f1508");
    assertThat(facts.claims().string("lifecycle")).contains("0x3000");
    assertThat(facts.measurements()).containsKeys("BL", "PRoT", "ARoT");
  }

  @Test
  void legacyPsaToken_isAccepted() throws Refused {
    EvidenceFacts facts =
        psa(
            Vectors.read("eat/psa/psa-profile1-token.cbor"),
            keys("eat/psa/psa-profile1.iak.pub.pem"));
    assertThat(facts.claims().string("eat_profile")).contains("PSA_IOT_PROFILE_1");
    assertThat(facts.measurements()).containsKeys("BL", "M1", "M2", "M3");
  }

  @Test
  void psaTokens_changedInOneBit_areRefused() throws Refused {
    byte[] token = Vectors.read("eat/psa/psa.good.cose");
    ArmKeys keys = keys("eat/psa/psa.good.iak.pub.jwk");
    for (int bit = 0; bit < token.length * 8; bit += 5) {
      byte[] changed = token.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(catchThrowableOfType(Refused.class, () -> psa(changed, keys)))
          .as("bit %d", bit)
          .isNotNull();
    }
  }

  @Test
  void ccaToken_isAccepted() throws Refused {
    EvidenceFacts facts =
        cca(Vectors.read("eat/cca/cca-good.cbor"), keys("eat/cca/cca-good.cpak.pub.jwk"));
    assertThat(facts.reportData().orElseThrow().hex()).startsWith("6f24d6b9635a2c8b");
    assertThat(facts.measurements()).containsEntry("rim", "43".repeat(64));
  }

  @Test
  void ccaToken_withTheRealmOfAnother_isRefused() throws Refused {
    byte[] genuine = Vectors.read("eat/cca/cca-good.cbor");
    ArmKeys keys = keys("eat/cca/cca-good.cpak.pub.jwk");
    if (CborReader.read(genuine, CborLimits.EVIDENCE) instanceof CborTag(long tag, CborMap parts)
        && parts.get(44234).orElseThrow() instanceof CborBytes(Octets platform)) {
      var other = new FakeArm();
      byte[] spliced =
          FakeArm.envelope(
              tag,
              platform.toByteArray(),
              FakeArm.sign(other.realmClaims(Octets.ofHex("00".repeat(64))), other.realmKeys));
      assertThat(catchThrowableOfType(Refused.class, () -> cca(spliced, keys)).detail())
          .contains("another realm's key");
    } else {
      throw new AssertionError("the sample is not of its form");
    }
  }

  @Test
  void ccaToken_changedInOneBit_isRefused() throws Refused {
    byte[] token = Vectors.read("eat/cca/cca-good.cbor");
    ArmKeys keys = keys("eat/cca/cca-good.cpak.pub.jwk");
    for (int bit = 0; bit < token.length * 8; bit += 11) {
      byte[] changed = token.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(catchThrowableOfType(Refused.class, () -> cca(changed, keys)))
          .as("bit %d", bit)
          .isNotNull();
    }
  }
}
