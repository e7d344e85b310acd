package dev.postern.attestation.tpm;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_ALG_NOT_ALLOWED;

import dev.postern.attestation.evidence.Hashes;
import dev.postern.attestation.evidence.Refused;

/** TPM_ALG_ID values of hash functions (TPM 2.0 part 2, table 9). SHA-1 is not among them. */
final class TpmHash {
  private TpmHash() {}

  static Hashes of(int algorithm) throws Refused {
    return switch (algorithm) {
      case 0x000b -> Hashes.SHA256;
      case 0x000c -> Hashes.SHA384;
      case 0x000d -> Hashes.SHA512;
      default ->
          throw new Refused(
              ATT_ALG_NOT_ALLOWED, "TPM hash algorithm 0x" + Integer.toHexString(algorithm));
    };
  }
}
