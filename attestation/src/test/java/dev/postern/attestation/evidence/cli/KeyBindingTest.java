package dev.postern.attestation.evidence.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.attestation.evidence.EvidenceFacts;
import dev.postern.attestation.evidence.EvidenceReason;
import dev.postern.attestation.evidence.Hashes;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.jose.Algorithm;
import dev.postern.attestation.mint.SigningKey;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KeyBindingTest {
  private static final String CHALLENGE = "a-challenge";

  private final SigningKey key = SigningKey.generate(Algorithm.ES256);
  private final byte[] thumbprint = key.thumbprint().bytes();
  private final Octets answered =
      concat(thumbprint, Hashes.SHA256.of(CHALLENGE.getBytes(US_ASCII)).toByteArray());
  private final Octets unanswered = concat(thumbprint, new byte[32]);

  private static Octets concat(byte[] a, byte[] b) {
    byte[] all = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, all, a.length, b.length);
    return Octets.copyOf(all);
  }

  private static EvidenceFacts facts(
      Optional<Octets> reportData, Optional<Octets> nonce, Optional<Octets> publicKey) {
    return new EvidenceFacts(
        "any",
        Map.of(),
        Map.of(),
        Optional.empty(),
        reportData,
        nonce,
        publicKey,
        JsonObject.EMPTY,
        List.of());
  }

  private static EvidenceFacts reportData(Octets value) {
    return facts(Optional.of(value), Optional.empty(), Optional.empty());
  }

  private static EvidenceFacts nonce(Octets value) {
    return facts(Optional.empty(), Optional.of(value), Optional.empty());
  }

  private Optional<EvidenceReason> refusal(
      EvidenceFormat format, EvidenceFacts facts, Optional<String> challenge) {
    Refused refused =
        catchThrowableOfType(
            Refused.class,
            () -> new KeyBinding(key.thumbprint(), challenge).require(format, facts));
    return Optional.ofNullable(refused).map(Refused::reason);
  }

  private static Octets flipped(Octets value, int byteIndex) {
    byte[] bytes = value.toByteArray();
    bytes[byteIndex] ^= 1;
    return Octets.copyOf(bytes);
  }

  @ParameterizedTest
  @EnumSource(
      value = EvidenceFormat.class,
      names = {"SEV_SNP", "TDX", "CCA"})
  void reportData_isComparedWhole(EvidenceFormat format) {
    Optional<String> challenge = Optional.of(CHALLENGE);
    assertThat(refusal(format, reportData(answered), challenge)).isEmpty();
    assertThat(refusal(format, reportData(unanswered), Optional.empty())).isEmpty();
    for (int i = 0; i < 64; i++) {
      assertThat(refusal(format, reportData(flipped(answered, i)), challenge))
          .contains(i < 32 ? EvidenceReason.ATT_KEY_MISMATCH : EvidenceReason.ATT_NONCE_MISMATCH);
    }
    // padding counts: what is not asked for must not be there
    assertThat(refusal(format, reportData(flipped(unanswered, 63)), Optional.empty()))
        .contains(EvidenceReason.ATT_NONCE_MISMATCH);
    assertThat(refusal(format, reportData(answered), Optional.empty()))
        .contains(EvidenceReason.ATT_NONCE_MISMATCH);
    assertThat(refusal(format, reportData(unanswered), challenge))
        .contains(EvidenceReason.ATT_NONCE_MISMATCH);
    assertThat(refusal(format, reportData(unanswered.slice(0, 32)), Optional.empty()))
        .contains(EvidenceReason.ATT_KEY_MISMATCH);
    assertThat(
            refusal(
                format,
                facts(Optional.empty(), Optional.of(answered), Optional.empty()),
                challenge))
        .contains(EvidenceReason.ATT_KEY_MISMATCH);
  }

  @Test
  void psaNonce_isLaidOutByItsLength() {
    Optional<String> challenge = Optional.of(CHALLENGE);
    Octets hashed = Hashes.SHA256.of(CHALLENGE.getBytes(US_ASCII), thumbprint);
    assertThat(refusal(EvidenceFormat.PSA, nonce(answered), challenge)).isEmpty();
    assertThat(refusal(EvidenceFormat.PSA, nonce(hashed), challenge)).isEmpty();
    assertThat(refusal(EvidenceFormat.PSA, nonce(Hashes.SHA256.of(thumbprint)), Optional.empty()))
        .isEmpty();
    assertThat(refusal(EvidenceFormat.PSA, nonce(hashed), Optional.empty()))
        .contains(EvidenceReason.ATT_KEY_MISMATCH);
    assertThat(refusal(EvidenceFormat.PSA, nonce(unanswered.slice(0, 32)), Optional.empty()))
        .contains(EvidenceReason.ATT_KEY_MISMATCH);
    assertThat(refusal(EvidenceFormat.PSA, nonce(unanswered.slice(0, 48)), Optional.empty()))
        .contains(EvidenceReason.ATT_KEY_MISMATCH);
  }

  @ParameterizedTest
  @EnumSource(
      value = EvidenceFormat.class,
      names = {"TPM2", "AZURE_VTPM"})
  void extraData_isOfChallengeAndKey(EvidenceFormat format) {
    Octets extraData = Hashes.SHA256.of(CHALLENGE.getBytes(US_ASCII), thumbprint);
    assertThat(refusal(format, nonce(extraData), Optional.of(CHALLENGE))).isEmpty();
    for (int i = 0; i < 32; i++) {
      assertThat(refusal(format, nonce(flipped(extraData, i)), Optional.of(CHALLENGE)))
          .contains(EvidenceReason.ATT_KEY_MISMATCH);
    }
    assertThat(refusal(format, nonce(extraData), Optional.empty()))
        .contains(EvidenceReason.ATT_KEY_MISMATCH);
    assertThat(refusal(format, nonce(extraData), Optional.of("another")))
        .contains(EvidenceReason.ATT_KEY_MISMATCH);
    assertThat(refusal(format, nonce(extraData.slice(0, 31)), Optional.of(CHALLENGE)))
        .contains(EvidenceReason.ATT_KEY_MISMATCH);
  }

  @Test
  void tpmCertifiedKey_hasToBeTheCallers() {
    Octets extraData = Hashes.SHA256.of(CHALLENGE.getBytes(US_ASCII), thumbprint);
    Optional<String> challenge = Optional.of(CHALLENGE);
    assertThat(
            refusal(EvidenceFormat.TPM2, certified(extraData, key.publicJwk().toSpki()), challenge))
        .isEmpty();
    assertThat(
            refusal(
                EvidenceFormat.TPM2,
                certified(extraData, SigningKey.generate(Algorithm.ES256).publicJwk().toSpki()),
                challenge))
        .contains(EvidenceReason.ATT_KEY_MISMATCH);
  }

  private static EvidenceFacts certified(Octets extraData, byte[] spki) {
    return facts(Optional.empty(), Optional.of(extraData), Optional.of(Octets.copyOf(spki)));
  }

  @Test
  void nitroDocument_namesKeyAndChallenge() {
    var jwk = Octets.copyOf(JsonWriter.write(key.publicJwk().toJson()).getBytes(UTF_8));
    var spki = Octets.copyOf(key.publicJwk().toSpki());
    var challenge = Octets.copyOf(CHALLENGE.getBytes(US_ASCII));
    for (Octets form : List.of(jwk, spki)) {
      assertThat(nitro(Optional.of(form), Optional.of(challenge), Optional.of(CHALLENGE)))
          .isEmpty();
      assertThat(nitro(Optional.of(form), Optional.empty(), Optional.empty())).isEmpty();
      assertThat(nitro(Optional.of(form), Optional.of(Octets.EMPTY), Optional.empty())).isEmpty();
      assertThat(nitro(Optional.of(form), Optional.of(challenge), Optional.empty()))
          .contains(EvidenceReason.ATT_NONCE_MISMATCH);
      assertThat(nitro(Optional.of(form), Optional.empty(), Optional.of(CHALLENGE)))
          .contains(EvidenceReason.ATT_NONCE_MISMATCH);
    }
    var other = Octets.copyOf(SigningKey.generate(Algorithm.ES256).publicJwk().toSpki());
    for (Optional<Octets> wrong :
        List.of(Optional.<Octets>empty(), Optional.of(other), Optional.of(Octets.ofHex("7b7d")))) {
      assertThat(nitro(wrong, Optional.of(challenge), Optional.of(CHALLENGE)))
          .contains(EvidenceReason.ATT_KEY_MISMATCH);
    }
  }

  private Optional<EvidenceReason> nitro(
      Optional<Octets> publicKey, Optional<Octets> nonce, Optional<String> challenge) {
    return refusal(EvidenceFormat.NITRO, facts(Optional.empty(), nonce, publicKey), challenge);
  }
}
