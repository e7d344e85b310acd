package dev.postern.attestation.arm;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_DEBUG_ENABLED;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_MEASUREMENT_MISSING;

import dev.postern.attestation.evidence.Claims;
import dev.postern.attestation.evidence.EvidenceFacts;
import dev.postern.attestation.evidence.Refused;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is accepted of a genuine PSA token before any policy is asked.
 *
 * @param requireSecured whether the lifecycle has to be SECURED (0x30xx); every other state may
 *     mean open debug ports, or says nothing
 */
public record PsaRules(boolean requireSecured) {
  /** A secured lifecycle required. */
  public static final PsaRules SAFE = new PsaRules(true);

  private static final int SECURED = 0x30;

  /** The facts of a token that these rules accept. */
  public EvidenceFacts appraise(VerifiedPsaToken verified) throws Refused {
    PsaToken token = verified.token();
    if (requireSecured) {
      requireSecured(token.lifecycle(), "PSA");
    }
    if (token.components().isEmpty()) {
      throw new Refused(ATT_MEASUREMENT_MISSING, "the PSA token measures no software");
    }
    var measurements = new LinkedHashMap<String, String>();
    measurements.put("implementation-id", token.implementationId().hex());
    Firmware.addTo(measurements, "", token.components());
    var claims =
        new Claims()
            .put("format", "psa")
            .put("eat_profile", token.profile())
            .put("instance_id", token.instanceId())
            .put("implementation_id", token.implementationId())
            .put("client_id", token.clientId())
            .put("lifecycle", "0x%04x".formatted(token.lifecycle()))
            .put("nonce", token.nonce());
    token.bootSeed().ifPresent(seed -> claims.put("boot_seed", seed));
    token.certificationReference().ifPresent(text -> claims.put("certification_reference", text));
    token.verificationService().ifPresent(text -> claims.put("verification_service", text));
    claims.put("software_components", Firmware.claim(token.components()));
    return new EvidenceFacts(
        "psa",
        measurements,
        Map.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(token.nonce()),
        Optional.empty(),
        claims.toJson(),
        List.of("key_revocation"));
  }

  static void requireSecured(int lifecycle, String what) throws Refused {
    if (lifecycle >> 8 != SECURED) {
      throw new Refused(
          ATT_DEBUG_ENABLED,
          "%s lifecycle is 0x%04x, not secured (0x30xx)".formatted(what, lifecycle));
    }
  }
}
