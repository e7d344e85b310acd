package dev.postern.attestation.arm;

import dev.postern.attestation.evidence.Claims;
import dev.postern.attestation.evidence.EvidenceFacts;
import dev.postern.attestation.evidence.Refused;
import dev.postern.json.JsonValue.JsonArray;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is accepted of a genuine CCA token before any policy is asked.
 *
 * @param requireSecured whether the platform's lifecycle has to be SECURED (0x30xx)
 */
public record CcaRules(boolean requireSecured) {
  /** A secured lifecycle required. */
  public static final CcaRules SAFE = new CcaRules(true);

  /** The facts of a token that these rules accept. */
  public EvidenceFacts appraise(VerifiedCcaToken verified) throws Refused {
    CcaToken.Platform platform = verified.token().platform();
    CcaToken.Realm realm = verified.token().realm();
    if (requireSecured) {
      PsaRules.requireSecured(platform.lifecycle(), "CCA platform");
    }
    var measurements = new LinkedHashMap<String, String>();
    measurements.put("rim", realm.initial().hex());
    for (int i = 0; i < realm.extensible().size(); i++) {
      measurements.put("rem" + i, realm.extensible().get(i).hex());
    }
    measurements.put("rpv", realm.personalization().hex());
    measurements.put("implementation-id", platform.implementationId().hex());
    Firmware.addTo(measurements, "platform:", platform.components());
    var claims =
        new Claims()
            .put("format", "cca")
            .put("instance_id", platform.instanceId())
            .put("implementation_id", platform.implementationId())
            .put("platform_profile", platform.profile())
            .put("lifecycle", "0x%04x".formatted(platform.lifecycle()))
            .put("configuration", platform.configuration())
            .put("platform_hash", platform.hash())
            .put("software_components", Firmware.claim(platform.components()))
            .put("challenge", realm.challenge())
            .put("personalization_value", realm.personalization())
            .put("initial_measurement", realm.initial())
            .put(
                "extensible_measurements",
                JsonArray.ofStrings(realm.extensible().stream().map(value -> value.hex()).toList()))
            .put("realm_hash", realm.hash());
    realm.profile().ifPresent(profile -> claims.put("realm_profile", profile));
    platform.verificationService().ifPresent(text -> claims.put("verification_service", text));
    return new EvidenceFacts(
        "cca",
        measurements,
        Map.of(),
        Optional.empty(),
        Optional.of(realm.challenge()),
        Optional.empty(),
        Optional.empty(),
        claims.toJson(),
        List.of("key_revocation"));
  }
}
