package dev.postern.attestation.tpm;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_AK_UNTRUSTED;

import dev.postern.attestation.evidence.Claims;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.x509.ChainVerifier;
import dev.postern.json.JsonException;
import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue.JsonObject;
import java.time.Instant;

/**
 * An attestation key that an admin has decided to believe, as the file that {@code postern trust
 * enroll} writes: its TPMT_PUBLIC, so that its attributes can be seen again, and a name for people.
 */
public record TpmEnrolment(String name, TpmPublic key) {
  private static final String KIND = "tpm2-attestation-key";

  public TpmEnrolment {
    if (name.isBlank() || name.length() > 128) {
      throw new IllegalArgumentException("a name has 1 to 128 characters");
    }
  }

  /**
   * An enrolment of a key.
   *
   * @param publicArea TPMT_PUBLIC or TPM2B_PUBLIC
   * @throws Refused unless it is a restricted signing key made in, and fixed to, its TPM
   */
  public static TpmEnrolment of(String name, byte[] publicArea) throws Refused {
    TpmPublic key = TpmPublic.parse(publicArea);
    if (!key.isAttestationKey()) {
      throw new Refused(
          ATT_AK_UNTRUSTED,
          "the key is no attestation key: attributes 0x" + Long.toHexString(key.attributes()));
    }
    return new TpmEnrolment(name, key);
  }

  /** Reads an enrolment file. */
  public static TpmEnrolment parse(byte[] file) throws Refused {
    JsonObject json;
    try {
      json = JsonReader.readObject(file, JsonLimits.DOCUMENT);
    } catch (JsonException malformed) {
      throw Refused.malformed("enrolment: " + malformed.getMessage());
    }
    String kind = json.string("kind").orElse("");
    String name = json.string("name").orElse("");
    if (!kind.equals(KIND) || name.isBlank() || name.length() > 128) {
      throw Refused.malformed("not a file that `postern trust enroll` wrote");
    }
    TpmEnrolment read = of(name, TpmEvidence.bytes(json, "ak_public").toByteArray());
    String said = json.string("ak_spki_sha256").orElse("");
    if (!said.equals(read.attestationKey().hex())) {
      throw Refused.malformed("`ak_spki_sha256` is not that of `ak_public`");
    }
    return read;
  }

  /** SHA-256 of the key's SubjectPublicKeyInfo: what Evidence is matched by. */
  public Octets attestationKey() {
    return ChainVerifier.spkiSha256(key.key());
  }

  /** The file. */
  public JsonObject toJson(Instant enrolledAt) {
    return new Claims()
        .put("kind", KIND)
        .put("name", name)
        .put("ak_public", key.raw())
        .put("ak_spki_sha256", attestationKey())
        .put("enrolled_at", enrolledAt.toString())
        .toJson();
  }
}
