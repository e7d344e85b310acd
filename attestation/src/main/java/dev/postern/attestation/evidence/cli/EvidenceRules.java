package dev.postern.attestation.evidence.cli;

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
 */
public record EvidenceRules(
    SnpRules snp,
    TdxRules tdx,
    NitroRules nitro,
    TpmRules tpm,
    Set<Octets> tpmCaPins,
    Set<Octets> tpmEnrolledKeys) {
  public EvidenceRules {
    tpmCaPins = Set.copyOf(tpmCaPins);
    tpmEnrolledKeys = Set.copyOf(tpmEnrolledKeys);
  }

  /** Every family's safe defaults, with the TPM CAs given. */
  public static EvidenceRules safe(Set<Octets> tpmCaPins) {
    return new EvidenceRules(
        SnpRules.SAFE, TdxRules.SAFE, NitroRules.SAFE, TpmRules.SAFE, tpmCaPins, Set.of());
  }
}
