package dev.postern.attestation.evidence.cli;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_KEY_MISMATCH;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_NONCE_MISMATCH;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.postern.attestation.evidence.EvidenceFacts;
import dev.postern.attestation.evidence.Hashes;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.jose.JwkException;
import dev.postern.attestation.jose.PublicJwk;
import dev.postern.attestation.jose.Thumbprint;
import dev.postern.json.JsonException;
import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import java.util.Optional;

/**
 * Whether Evidence vouches for a key, and answers a challenge, as design §4 says for each family.
 *
 * @param key thumbprint of the key that has to be vouched for
 * @param challenge the challenge that has to be answered; empty if there is none, and then its
 *     place in the Evidence has to be empty too
 */
public record KeyBinding(Thumbprint key, Optional<String> challenge) {
  private static final int HALF = 32;

  /** Requires that {@code facts} bind the key and the challenge; every comparison is whole. */
  public void require(EvidenceFormat format, EvidenceFacts facts) throws Refused {
    switch (format) {
      case SEV_SNP, TDX, CCA -> requireReportData(facts.reportData().orElse(Octets.EMPTY));
      case NITRO -> requireNitro(facts);
      case TPM2 -> {
        requireExtraData(facts);
        if (facts.publicKey().isPresent() && !thumbprintOf(facts.publicKey().get()).equals(key)) {
          throw new Refused(ATT_KEY_MISMATCH, "the certified TPM key is not the caller's");
        }
      }
      case AZURE_VTPM -> requireExtraData(facts);
      case PSA -> requirePsa(facts.nonce().orElse(Octets.EMPTY));
    }
  }

  private void requireReportData(Octets reportData) throws Refused {
    if (reportData.length() != 2 * HALF
        || !reportData.slice(0, HALF).equals(Octets.copyOf(key.bytes()))) {
      throw new Refused(ATT_KEY_MISMATCH, "report data does not start with the key's thumbprint");
    }
    Octets expected =
        challenge
            .map(text -> Hashes.SHA256.of(text.getBytes(US_ASCII)))
            .orElse(Octets.copyOf(new byte[HALF]));
    if (!reportData.slice(HALF, 2 * HALF).equals(expected)) {
      throw new Refused(
          ATT_NONCE_MISMATCH,
          challenge.isPresent()
              ? "report data does not end with the challenge's hash"
              : "report data does not end with zeros, and no challenge was given");
    }
  }

  private void requireNitro(EvidenceFacts facts) throws Refused {
    if (facts.publicKey().isEmpty() || !thumbprintOf(facts.publicKey().get()).equals(key)) {
      throw new Refused(ATT_KEY_MISMATCH, "Nitro public_key is not the caller's key");
    }
    Optional<Octets> expected = challenge.map(text -> Octets.copyOf(text.getBytes(US_ASCII)));
    if (!facts.nonce().filter(nonce -> nonce.length() > 0).equals(expected)) {
      throw new Refused(ATT_NONCE_MISMATCH, "Nitro nonce is not the challenge");
    }
  }

  /** A nonce of 64 bytes is as report data; one of 32 bytes as a TPM's extraData. */
  private void requirePsa(Octets nonce) throws Refused {
    if (nonce.length() == 2 * HALF) {
      requireReportData(nonce);
    } else if (!nonce.equals(ofChallengeAndKey())) {
      throw new Refused(ATT_KEY_MISMATCH, "PSA nonce is not of this key and challenge");
    }
  }

  private Octets ofChallengeAndKey() {
    return Hashes.SHA256.of(challenge.orElse("").getBytes(US_ASCII), key.bytes());
  }

  private void requireExtraData(EvidenceFacts facts) throws Refused {
    if (!facts.nonce().equals(Optional.of(ofChallengeAndKey()))) {
      throw new Refused(ATT_KEY_MISMATCH, "TPM extraData is not of this key and challenge");
    }
  }

  private static Thumbprint thumbprintOf(Octets key) throws Refused {
    try {
      byte[] bytes = key.toByteArray();
      if (bytes.length > 0 && bytes[0] == '{') {
        return PublicJwk.parse(JsonReader.readObject(bytes, JsonLimits.TOKEN)).thumbprint();
      }
      return PublicJwk.ofSpki(bytes).thumbprint();
    } catch (JwkException | JsonException notAKey) {
      throw new Refused(ATT_KEY_MISMATCH, "the attested public key is no key that is taken");
    }
  }
}
