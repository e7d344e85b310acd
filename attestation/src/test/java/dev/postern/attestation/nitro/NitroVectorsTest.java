package dev.postern.attestation.nitro;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_CHAIN_INVALID;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_DEBUG_ENABLED;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_EXPIRED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.attestation.evidence.EvidenceFacts;
import dev.postern.attestation.evidence.EvidenceReason;
import dev.postern.attestation.evidence.Pins;
import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.evidence.TextForms;
import dev.postern.attestation.evidence.Vectors;
import dev.postern.attestation.x509.ChainVerifier;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Genuine documents; expectations are those noted where the samples are from. */
class NitroVectorsTest {
  private static final Instant MADE = Instant.parse("2024-09-07T14:37:39.545Z");
  private static final Instant DEBUG_MADE = Instant.parse("2023-05-05T09:14:48.286Z");

  private final NitroVerifier verifier = new NitroVerifier(Pins.builtIn(), new ChainVerifier());

  private EvidenceFacts accept(byte[] document, NitroRules rules, Instant at) throws Refused {
    return rules.appraise(verifier.verify(NitroDocument.parse(document), at));
  }

  private EvidenceReason refusal(byte[] document, NitroRules rules, Instant at) {
    return catchThrowableOfType(Refused.class, () -> accept(document, rules, at)).reason();
  }

  private static byte[] production() {
    return TextForms.decode(Vectors.read("nitro/nitro_attestation.b64"));
  }

  @Test
  void production_atItsTime_isAccepted() throws Refused {
    EvidenceFacts facts = accept(production(), NitroRules.SAFE, MADE);
    assertThat(facts.measurements().get("pcr0")).startsWith("e72a46ca80a260fb");
    assertThat(facts.publicKey().orElseThrow().length()).isEqualTo(1024);
  }

  @Test
  void production_afterTheLeaf_isExpired() {
    assertThat(refusal(production(), NitroRules.SAFE, Instant.parse("2024-09-07T18:00:00Z")))
        .isEqualTo(ATT_EXPIRED);
  }

  @Test
  void production_underAnotherPin_isRefused() {
    var other =
        new NitroVerifier(
            new Pins(
                Map.of(
                    Pins.Root.AWS_NITRO, Pins.builtIn().of(Pins.Root.INTEL_SGX).iterator().next())),
            new ChainVerifier());
    assertThat(
            catchThrowableOfType(
                    Refused.class, () -> other.verify(NitroDocument.parse(production()), MADE))
                .reason())
        .isEqualTo(ATT_CHAIN_INVALID);
  }

  @Test
  void debugEnclave_isRefusedForThatAlone() throws Refused {
    byte[] document = Vectors.read("nitro/nitro-key-attestation.cbor");
    assertThat(refusal(document, NitroRules.SAFE, DEBUG_MADE)).isEqualTo(ATT_DEBUG_ENABLED);
    EvidenceFacts facts = accept(document, new NitroRules(true), DEBUG_MADE);
    assertThat(facts.publicKey().orElseThrow().length()).isEqualTo(126);
    assertThat(facts.nonce()).isEmpty();
  }

  @Test
  void production_withAnyBitChanged_isRefused() {
    byte[] document = production();
    var random = new Random(4);
    for (int i = 0; i < 300; i++) {
      byte[] changed = document.clone();
      int bit = random.nextInt(document.length * 8);
      changed[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThat(catchThrowableOfType(Refused.class, () -> accept(changed, NitroRules.SAFE, MADE)))
          .as("bit %d", bit)
          .isNotNull();
    }
  }
}
