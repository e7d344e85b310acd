package dev.postern.attestation.tpm;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_MEASUREMENT_MISSING;

import dev.postern.attestation.evidence.Claims;
import dev.postern.attestation.evidence.EvidenceFacts;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.x509.ChainVerifier;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is accepted of a genuine quote before any policy is asked.
 *
 * @param requireMeasuredBoot whether one of PCR 0 to 7 has to be quoted and not zero; all zero is a
 *     machine that measured nothing
 */
public record TpmRules(boolean requireMeasuredBoot) {
  /** A measured boot required. */
  public static final TpmRules SAFE = new TpmRules(true);

  /** The facts of a quote that these rules accept. */
  public EvidenceFacts appraise(VerifiedTpmQuote verified) throws Refused {
    var measurements = new LinkedHashMap<String, String>();
    boolean measured = false;
    for (Map.Entry<String, Octets> pcr : verified.pcrs().entrySet()) {
      int index = Integer.parseInt(pcr.getKey().substring(pcr.getKey().indexOf(':') + 1));
      measurements.put(pcr.getKey().replace(":0", ":").replace(":", "-pcr"), pcr.getValue().hex());
      measured |= index <= 7 && !pcr.getValue().isZero();
    }
    if (requireMeasuredBoot && !measured) {
      throw new Refused(ATT_MEASUREMENT_MISSING, "TPM PCR 0 to 7 are absent or all zero");
    }
    var claims =
        new Claims()
            .put("format", "tpm2")
            .put("extra_data", verified.attest().extraData())
            .put("ak_spki_sha256", ChainVerifier.spkiSha256(verified.attestationKey()))
            .put("clock", verified.attest().clock())
            .put("reset_count", verified.attest().resetCount())
            .put("restart_count", verified.attest().restartCount())
            .put("safe", verified.attest().safe())
            .put("firmware_version", "0x" + Long.toHexString(verified.attest().firmwareVersion()));
    var pcrs = new Claims();
    measurements.forEach(pcrs::put);
    claims.put("pcrs", pcrs.toJson());
    verified
        .certifiedKey()
        .ifPresent(
            area -> claims.put("certified_key_spki_sha256", ChainVerifier.spkiSha256(area.key())));
    return new EvidenceFacts(
        "tpm2",
        measurements,
        Map.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(verified.attest().extraData()),
        verified.certifiedKey().map(area -> Octets.copyOf(area.key().getEncoded())),
        claims.toJson(),
        List.of("ak_revocation"));
  }
}
