package dev.postern.attestation.evidence.cli;

import dev.postern.attestation.arm.ArmKeys;
import dev.postern.attestation.arm.CcaRules;
import dev.postern.attestation.arm.PsaRules;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.nitro.NitroRules;
import dev.postern.attestation.snp.SnpRules;
import dev.postern.attestation.tdx.TdxRules;
import dev.postern.attestation.tpm.TpmRules;
import java.util.Set;

/**
 * What is accepted of each family before policy.
 *
 * @param tpmCaPins SPKI SHA-256 of CAs that certify TPM attestation keys
 * @param tpmEnrolledKeys SPKI SHA-256 of enrolled TPM attestation keys
 * @param psaKeys pinned attestation keys of devices with PSA tokens
 * @param ccaKeys pinned attestation keys of CCA platforms
 */
public record EvidenceRules(
    SnpRules snp,
    TdxRules tdx,
    NitroRules nitro,
    TpmRules tpm,
    PsaRules psa,
    CcaRules cca,
    Set<Octets> tpmCaPins,
    Set<Octets> tpmEnrolledKeys,
    ArmKeys psaKeys,
    ArmKeys ccaKeys) {
  public EvidenceRules {
    tpmCaPins = Set.copyOf(tpmCaPins);
    tpmEnrolledKeys = Set.copyOf(tpmEnrolledKeys);
  }

  /** Every family's safe defaults, with the TPM CAs given; no key of Arm's families is pinned. */
  public static EvidenceRules safe(Set<Octets> tpmCaPins) {
    return new EvidenceRules(
        SnpRules.SAFE,
        TdxRules.SAFE,
        NitroRules.SAFE,
        TpmRules.SAFE,
        PsaRules.SAFE,
        CcaRules.SAFE,
        tpmCaPins,
        Set.of(),
        ArmKeys.NONE,
        ArmKeys.NONE);
  }

  /** These rules with keys that count for tokens of both of Arm's families. */
  EvidenceRules withArmKeys(ArmKeys keys) {
    return new EvidenceRules(
        snp, tdx, nitro, tpm, psa, cca, tpmCaPins, tpmEnrolledKeys, keys, keys);
  }
}
