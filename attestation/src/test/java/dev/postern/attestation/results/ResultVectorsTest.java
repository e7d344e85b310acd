package dev.postern.attestation.results;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_CLAIM_MISSING;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_DEBUG_ENABLED;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_EXPIRED;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_NONCE_MISMATCH;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_SIG_INVALID;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_TCB_OUTDATED;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_VERIFIER_UNTRUSTED;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.attestation.evidence.EvidenceFacts;
import dev.postern.attestation.evidence.EvidenceReason;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Pins;
import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.evidence.Vectors;
import dev.postern.attestation.x509.ChainVerifier;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Results that real services issued; expectations are those noted where the samples are from. */
class ResultVectorsTest {
  private static final String MAA = "verifier-jwt/maa/";
  private static final long MAA_TIME = 1765840000L;

  private final ResultEvidence verifier = new ResultEvidence(Pins.builtIn(), new ChainVerifier());

  private EvidenceFacts accept(
      ResultProfile profile, byte[] token, long at, Optional<String> nonce, String... jwks)
      throws Refused {
    List<Octets> files = Arrays.stream(jwks).map(Vectors::read).map(Octets::copyOf).toList();
    return verifier.verify(
        profile,
        token,
        files,
        nonce.map(text -> Octets.copyOf(text.getBytes(US_ASCII))),
        Instant.ofEpochSecond(at));
  }

  private EvidenceReason refusal(ResultProfile profile, byte[] token, long at, String... jwks) {
    return catchThrowableOfType(
            Refused.class, () -> accept(profile, token, at, Optional.empty(), jwks))
        .reason();
  }

  @Test
  void maa_inItsLifetime_isAccepted() throws Refused {
    byte[] token = Vectors.read(MAA + "maa-sevsnpvm.jwt");
    EvidenceFacts facts =
        accept(ResultProfile.MAA, token, MAA_TIME, Optional.of("midnight-srs"), MAA + "jwks.json");
    assertThat(facts.unchecked()).contains("issuer").doesNotContain("nonce");
    assertThat(refusal(ResultProfile.MAA, token, MAA_TIME + 86400, MAA + "jwks.json"))
        .isEqualTo(ATT_EXPIRED);
    assertThat(
            catchThrowableOfType(
                    Refused.class,
                    () ->
                        accept(
                            ResultProfile.MAA,
                            token,
                            MAA_TIME,
                            Optional.of("midnight-sr"),
                            MAA + "jwks.json"))
                .reason())
        .isEqualTo(ATT_NONCE_MISMATCH);
    assertThat(refusal(ResultProfile.MAA, token, MAA_TIME)).isEqualTo(ATT_VERIFIER_UNTRUSTED);
    assertThat(
            refusal(
                ResultProfile.MAA, token, MAA_TIME, "verifier-jwt/confidential-space/jwks.json"))
        .isEqualTo(ATT_VERIFIER_UNTRUSTED);
  }

  @Test
  void confidentialSpace_ofADebugImage_isRefused() {
    assertThat(
            refusal(
                ResultProfile.CONFIDENTIAL_SPACE,
                Vectors.read("verifier-jwt/confidential-space/gcs-oidc.jwt"),
                1730679812L,
                "verifier-jwt/confidential-space/jwks.json"))
        .isEqualTo(ATT_DEBUG_ENABLED);
  }

  @Test
  void trustAuthority_ofAnOldPlatform_isRefused() {
    assertThat(
            refusal(
                ResultProfile.ITA,
                Vectors.read("verifier-jwt/intel-trust-authority/ita-sgx-outofdate.jwt"),
                1703136800L,
                "verifier-jwt/intel-trust-authority/jwks.json"))
        .isEqualTo(ATT_TCB_OUTDATED);
  }

  @Test
  void trustee_isAcceptedOnlyUnderAGivenKey() throws Refused {
    byte[] token = Vectors.read("verifier-jwt/trustee/trustee-cca-ear.jwt");
    assertThat(refusal(ResultProfile.EAR, token, 1752059300L)).isEqualTo(ATT_VERIFIER_UNTRUSTED);
    // the key in the token's own header, given on purpose as the test may
    byte[] jwk =
        ("{\"alg\":\"ES256\",\"kty\":\"EC\",\"crv\":\"P-256\","
                + "\"x\":\"KRugF02OBR7J0Op3RadryukePhKCQnAVWgajPbNWKjE\","
                + "\"y\":\"ut2YOceP3yq5jvCF6NbeViBCeB50QEOS3YYrYLyCxrE\"}")
            .getBytes(US_ASCII);
    EvidenceFacts facts =
        verifier.verify(
            ResultProfile.EAR,
            token,
            List.of(Octets.copyOf(jwk)),
            Optional.empty(),
            Instant.ofEpochSecond(1752059300L));
    assertThat(facts.profile()).isEqualTo("ear");
  }

  @Test
  void earWithoutExpiry_isRefused() {
    assertThat(
            refusal(
                ResultProfile.EAR,
                Vectors.read("eat/ear/ear-es256.jwt"),
                1666091400L,
                "eat/ear/ear-es256.pub.jwk"))
        .isEqualTo(ATT_CLAIM_MISSING);
  }

  @Test
  void changedTokens_areRefused() {
    byte[] token = Vectors.read(MAA + "maa-sevsnpvm.jwt");
    var random = new Random(8);
    for (int i = 0; i < 60; i++) {
      byte[] changed = token.clone();
      changed[random.nextInt(token.length - 8)] ^= (byte) (1 << random.nextInt(6));
      if (!Arrays.equals(changed, token)) {
        EvidenceReason reason = refusal(ResultProfile.MAA, changed, MAA_TIME, MAA + "jwks.json");
        assertThat(reason).isNotNull();
      }
    }
    byte[] cut = token.clone();
    cut[token.length - 20] ^= 1;
    assertThat(refusal(ResultProfile.MAA, cut, MAA_TIME, MAA + "jwks.json"))
        .isIn(ATT_SIG_INVALID, EvidenceReason.ATT_MALFORMED);
  }
}
