package dev.postern.attestation.nitro;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_DEBUG_ENABLED;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_MEASUREMENT_MISSING;

import dev.postern.attestation.evidence.Claims;
import dev.postern.attestation.evidence.EvidenceFacts;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonString;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is accepted of a genuine document before any policy is asked.
 *
 * @param allowDebug whether an enclave in debug mode (PCR0, 1 and 2 all zero) is taken
 */
public record NitroRules(boolean allowDebug) {
  /** Debug enclaves refused. */
  public static final NitroRules SAFE = new NitroRules(false);

  private static final List<Integer> IMAGE_PCRS = List.of(0, 1, 2);

  /** The facts of a document that these rules accept. */
  public EvidenceFacts appraise(VerifiedNitroDocument verified) throws Refused {
    NitroDocument document = verified.document();
    for (int index : IMAGE_PCRS) {
      Octets value = document.pcrs().get(index);
      if (value == null) {
        throw new Refused(ATT_MEASUREMENT_MISSING, "Nitro document lacks PCR" + index);
      }
      // Each by itself: PCR4 is set in debug mode too, so "all PCRs are zero" would miss it.
      if (value.isZero() && !allowDebug) {
        throw new Refused(ATT_DEBUG_ENABLED, "Nitro PCR" + index + " is zero: a debug enclave");
      }
    }
    var measurements = new LinkedHashMap<String, String>();
    var pcrs = new LinkedHashMap<String, JsonValue>();
    for (Map.Entry<Integer, Octets> pcr : document.pcrs().entrySet()) {
      measurements.put("pcr" + pcr.getKey(), pcr.getValue().hex());
      pcrs.put(Integer.toString(pcr.getKey()), new JsonString(pcr.getValue().hex()));
    }
    var claims =
        new Claims()
            .put("format", "nitro")
            .put("module_id", document.moduleId())
            .put("timestamp", document.timestamp().toString())
            .put("debug", measurements.getOrDefault("pcr0", "").matches("0*"))
            .put("pcrs", new JsonValue.JsonObject(pcrs));
    document.publicKey().ifPresent(value -> claims.put("public_key", value));
    document.userData().ifPresent(value -> claims.put("user_data", value));
    document.nonce().ifPresent(value -> claims.put("nonce", value));
    claims.put(
        "certificate_not_after", verified.chain().leaf().getNotAfter().toInstant().toString());
    return new EvidenceFacts(
        "nitro",
        measurements,
        Map.of(),
        Optional.empty(),
        Optional.empty(),
        document.nonce(),
        document.publicKey(),
        claims.toJson(),
        List.of("revocation"));
  }
}
