package dev.postern.attestation.evidence.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.attestation.AttestationFacts;
import dev.postern.attestation.Challenges;
import dev.postern.attestation.EvidenceVerifier.Appraisal;
import dev.postern.attestation.EvidenceVerifier.Item;
import dev.postern.attestation.Reason;
import dev.postern.attestation.arm.ArmKeys;
import dev.postern.attestation.arm.FakeArm;
import dev.postern.attestation.evidence.Hashes;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Pins;
import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.evidence.Vectors;
import dev.postern.attestation.jose.Algorithm;
import dev.postern.attestation.mint.EvidenceRecords;
import dev.postern.attestation.mint.SigningKey;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Arm's tokens at admission, and on the command line. */
class ArmEvidenceTest {
  private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");

  private final FakeArm arm = new FakeArm();
  private final SigningKey key = SigningKey.generate(Algorithm.ES256);
  private final Challenges challenges = new Challenges(new byte[32], InstantSource.fixed(NOW));

  private HardwareEvidence admission() throws Refused {
    ArmKeys keys = ArmKeys.parse(List.of(arm.jwk(FakeArm.INSTANCE.hex())));
    var rules = EvidenceRules.safe(Set.of()).withArmKeys(keys);
    return new HardwareEvidence(
        new EvidenceEngine(Pins.builtIn(), rules),
        Set.of(EvidenceFormat.PSA, EvidenceFormat.CCA),
        Optional.of(challenges),
        List.of(),
        List.of());
  }

  private Appraisal admit(EvidenceFormat format, byte[] token, String challenge) throws Refused {
    return admission()
        .verify(
            new Item(HardwareEvidence.mediaType(format), token),
            List.of(new Item(EvidenceRecords.CHALLENGE, challenge.getBytes(US_ASCII))),
            key.thumbprint(),
            NOW);
  }

  @Test
  void psaTokenOverTheGatewaysChallenge_isAdmitted() throws Refused {
    String challenge = challenges.issue(Challenges.Purpose.ATTESTATION, "").challenge();
    Octets nonce = Hashes.SHA256.of(challenge.getBytes(US_ASCII), key.thumbprint().bytes());
    byte[] token = arm.psa(FakeArm.psaClaims(nonce));

    Appraisal appraisal = admit(EvidenceFormat.PSA, token, challenge);

    if (!(appraisal instanceof Appraisal.Genuine(AttestationFacts facts))) {
      throw new AssertionError(appraisal.toString());
    }
    assertThat(facts.profile()).isEqualTo("psa");
    assertThat(facts.fresh()).isTrue();
    assertThat(facts.measurements()).containsEntry("BL", List.of("05".repeat(32)));
    assertThat(facts.claims().get(AttestationFacts.MACHINE))
        .isEqualTo(new JsonString("instance:" + FakeArm.INSTANCE.hex()));
  }

  @Test
  void ccaTokenOverTheGatewaysChallenge_isAdmitted() throws Refused {
    String challenge = challenges.issue(Challenges.Purpose.ATTESTATION, "").challenge();
    Octets data =
        Octets.ofHex(
            Octets.copyOf(key.thumbprint().bytes()).hex()
                + Hashes.SHA256.of(challenge.getBytes(US_ASCII)).hex());
    byte[] token = arm.cca(arm.platformClaims(), arm.realmClaims(data));

    assertThat(admit(EvidenceFormat.CCA, token, challenge)).isInstanceOf(Appraisal.Genuine.class);
  }

  @Test
  void tokenOfAnotherKeyOrChallenge_isRefused() throws Refused {
    String challenge = challenges.issue(Challenges.Purpose.ATTESTATION, "").challenge();
    byte[] token = arm.psa(FakeArm.psaClaims(Octets.ofHex("11".repeat(32))));

    assertThat(reason(admit(EvidenceFormat.PSA, token, challenge)))
        .isEqualTo(Reason.ATT_KEY_MISMATCH);
    assertThat(reason(admit(EvidenceFormat.PSA, token, "no-challenge")))
        .isEqualTo(Reason.ATT_NONCE_MISMATCH);
  }

  private static Reason reason(Appraisal appraisal) {
    if (appraisal instanceof Appraisal.Refused(var denial)) {
      return denial.reason();
    }
    throw new AssertionError(appraisal.toString());
  }

  private static JsonObject verify(
      String format, String evidence, List<String> jwks, List<String> certs, String nonce) {
    return new EvidenceCommand()
        .verify(
            new EvidenceCommand.Request(
                format,
                blob(evidence),
                certs.stream().map(ArmEvidenceTest::blob).toList(),
                List.of(),
                jwks.stream().map(ArmEvidenceTest::blob).toList(),
                nonce.isEmpty() ? Optional.empty() : Optional.of(Octets.ofHex(nonce)),
                Optional.empty()),
            NOW)
        .orElseThrow()
        .json();
  }

  private static EvidenceBundle.Blob blob(String path) {
    return EvidenceBundle.Blob.copyOf(Vectors.read(path));
  }

  @Test
  void samples_areValidOnTheCommandLine() {
    String nonce = "414a7c174141b3d0e9a1d28af31520f0d42299feac4007ded89d68ae6cd92f19";
    String jwk = "eat/psa/psa.good.iak.pub.jwk";
    String psa = "eat/psa/psa.good.cose";
    assertThat(verify("psa", psa, List.of(jwk), List.of(), nonce).string("verdict"))
        .contains("valid");
    assertThat(verify("psa", psa, List.of(), List.of(jwk), "").array("unchecked").orElseThrow())
        .hasToString(
            verify("psa", psa, List.of(jwk), List.of(), "")
                .array("unchecked")
                .orElseThrow()
                .toString());
    assertThat(
            verify("psa", psa, List.of(jwk), List.of(), "00" + nonce.substring(2)).string("reason"))
        .contains("ATT_NONCE_MISMATCH");
    assertThat(verify("psa", psa, List.of(), List.of(), "").string("reason"))
        .contains("ATT_VERIFIER_UNTRUSTED");
    assertThat(
            verify(
                    "psa",
                    "eat/psa/psa-profile1-token.cbor",
                    List.of(),
                    List.of("eat/psa/psa-profile1.iak.pub.pem"),
                    "")
                .string("verdict"))
        .contains("valid");
    assertThat(
            verify(
                    "cca",
                    "eat/cca/cca-good.cbor",
                    List.of("eat/cca/cca-good.cpak.pub.jwk"),
                    List.of(),
                    "")
                .string("verdict"))
        .contains("valid");
  }
}
