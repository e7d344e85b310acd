package dev.postern.attestation.results;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_CLAIM_MISSING;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_CONFIGURATION;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_DEBUG_ENABLED;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_EVIDENCE_UNSUPPORTED;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_STATUS;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_TCB_OUTDATED;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_VERIFIER_UNTRUSTED;

import dev.postern.attestation.evidence.Refused;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonBool;
import dev.postern.json.JsonValue.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is accepted of the results of cloud services that have claims of their own. A claim that a
 * rule needs and the result lacks is a refusal.
 */
final class ServiceRules {
  private ServiceRules() {}

  /**
   * Google Confidential Space: a production image in a confidential VM whose operator changed
   * nothing.
   */
  static void confidentialSpace(JsonObject claims) throws Refused {
    if (!text(claims, "iss").equals("https://confidentialcomputing.googleapis.com")) {
      throw new Refused(ATT_VERIFIER_UNTRUSTED, "iss is not Confidential Space's");
    }
    if (!text(claims, "swname").equals("CONFIDENTIAL_SPACE")
        || !claims.integer("oemid").equals(Optional.of(11129L))) {
      throw new Refused(ATT_EVIDENCE_UNSUPPORTED, "swname or oemid is not Confidential Space's");
    }
    if (!text(claims, "dbgstat").equals("disabled-since-boot")) {
      throw new Refused(ATT_DEBUG_ENABLED, "dbgstat is not disabled-since-boot");
    }
    requireTrue(claims, "secboot");
    String model = text(claims, "hwmodel");
    // a shielded VM is measured, but its memory is the host's to read
    if (!Set.of("GCP_AMD_SEV", "GCP_AMD_SEV_ES", "GCP_AMD_SEV_SNP", "GCP_INTEL_TDX")
        .contains(model)) {
      throw new Refused(ATT_EVIDENCE_UNSUPPORTED, "hwmodel " + model);
    }
    JsonObject submods = object(claims, "submods");
    List<String> support =
        object(submods, "confidential_space")
            .array("support_attributes")
            .flatMap(JsonArray::strings)
            .orElse(List.of());
    if (!support.contains("STABLE")) {
      throw new Refused(ATT_STATUS, "the image's support attributes lack STABLE");
    }
    JsonObject container = object(submods, "container");
    if (!text(container, "image_digest").startsWith("sha256:")) {
      throw new Refused(ATT_CLAIM_MISSING, "container.image_digest is no SHA-256");
    }
    for (String override : List.of("env_override", "cmd_override")) {
      boolean empty =
          switch (container.get(override).orElse(JsonObject.EMPTY)) {
            case JsonObject object -> object.members().isEmpty();
            case JsonArray array -> array.elements().isEmpty();
            default -> false;
          };
      if (!empty) {
        throw new Refused(ATT_CONFIGURATION, "the operator set container." + override);
      }
    }
    if (model.equals("GCP_INTEL_TDX")) {
      JsonObject tdx = object(claims, "tdx");
      String status =
          tdx.has("gcp_attester_tcb_status")
              ? text(tdx, "gcp_attester_tcb_status")
              : text(tdx, "attester_tcb_status");
      requireStatus(status);
    }
  }

  /** Microsoft Azure Attestation of a confidential VM, or of a bare SNP report. */
  static void azure(JsonObject claims) throws Refused {
    if (!text(claims, "iss").startsWith("https://")) {
      throw new Refused(ATT_VERIFIER_UNTRUSTED, "iss is no provider's URL");
    }
    JsonObject tee = claims;
    if (text(claims, "x-ms-attestation-type").equals("azurevm")) {
      requireTrue(claims, "secureboot");
      for (Map.Entry<String, JsonValue> claim : claims.members().entrySet()) {
        String name = claim.getKey();
        boolean off = claim.getValue().equals(JsonBool.FALSE);
        if (name.startsWith("x-ms-azurevm-") && name.endsWith("debug-enabled") && !off) {
          throw new Refused(ATT_DEBUG_ENABLED, name + " is not false");
        }
      }
      for (String required : List.of("bootdebug", "kerneldebug", "hypervisordebug")) {
        if (!claims.has("x-ms-azurevm-" + required + "-enabled")) {
          throw new Refused(ATT_CLAIM_MISSING, "x-ms-azurevm-" + required + "-enabled");
        }
      }
      if (!claims.get("x-ms-azurevm-testsigning-enabled").equals(Optional.of(JsonBool.FALSE))) {
        throw new Refused(ATT_CONFIGURATION, "test signing is not off");
      }
      tee = object(claims, "x-ms-isolation-tee");
      if (!text(tee, "x-ms-compliance-status").equals("azure-compliant-cvm")) {
        throw new Refused(ATT_STATUS, "not an azure-compliant-cvm");
      }
    }
    switch (text(tee, "x-ms-attestation-type")) {
      case "sevsnpvm" -> {
        requireFalse(tee, "x-ms-sevsnpvm-is-debuggable", true);
        requireFalse(tee, "x-ms-sevsnpvm-migration-allowed", false);
        if (!tee.integer("x-ms-sevsnpvm-vmpl").equals(Optional.of(0L))) {
          throw new Refused(ATT_CONFIGURATION, "x-ms-sevsnpvm-vmpl is not 0");
        }
        String unused = text(tee, "x-ms-sevsnpvm-launchmeasurement");
        if (unused.isEmpty()) {
          throw new Refused(ATT_CLAIM_MISSING, "x-ms-sevsnpvm-launchmeasurement is empty");
        }
      }
      case "tdxvm" -> {
        requireFalse(tee, "x-ms-tdx-td-attributes-debug", true);
        requireStatus(tee.string("x-ms-tdx-tcb-status").or(() -> statusOf(claims)).orElse(""));
      }
      default -> throw new Refused(ATT_EVIDENCE_UNSUPPORTED, "x-ms-attestation-type");
    }
    String unused = text(claims, "x-ms-policy-hash");
    if (unused.isEmpty()) {
      throw new Refused(ATT_CLAIM_MISSING, "x-ms-policy-hash is empty");
    }
  }

  private static Optional<String> statusOf(JsonObject claims) {
    return claims.string("attester_tcb_status");
  }

  /** Intel Trust Authority, versions 1 (flat) and 2 (an object per attester). */
  static void intel(JsonObject claims) throws Refused {
    String unused = text(claims, "iss");
    if (unused.isEmpty()) {
      throw new Refused(ATT_VERIFIER_UNTRUSTED, "iss is empty");
    }
    boolean nested = claims.object("tdx").isPresent();
    JsonObject attester = nested ? object(claims, "tdx") : claims;
    String type = nested ? "TDX" : text(claims, "attester_type");
    if (!type.equals("TDX") && !type.equals("SEVSNP") && !type.equals("SGX")) {
      throw new Refused(ATT_EVIDENCE_UNSUPPORTED, "attester_type " + type);
    }
    requireStatus(text(attester, "attester_tcb_status"));
    JsonArray unmatched =
        claims.has("policy_ids_unmatched")
            ? claims
                .array("policy_ids_unmatched")
                .orElseThrow(() -> Refused.malformed("policy_ids_unmatched is no array"))
            : JsonArray.EMPTY;
    if (!unmatched.elements().isEmpty()) {
      throw new Refused(ATT_STATUS, "policy_ids_unmatched is not empty");
    }
    Optional<String> debug = attester.string("dbgstat").or(() -> claims.string("dbgstat"));
    if (debug.isEmpty() || !debug.get().startsWith("disabled")) {
      throw new Refused(ATT_DEBUG_ENABLED, "dbgstat is not disabled");
    }
    if (type.equals("TDX")) {
      requireFalse(attester, "tdx_is_debuggable", true);
    } else if (type.equals("SGX")) {
      throw new Refused(ATT_EVIDENCE_UNSUPPORTED, "an SGX enclave is no debugger's machine");
    } else {
      requireFalse(attester, "sevsnp_is_debuggable", true);
    }
  }

  private static void requireStatus(String status) throws Refused {
    if (!status.equals("UpToDate") && !status.equals("OK")) {
      throw new Refused(ATT_TCB_OUTDATED, "TCB status is `" + status + "`");
    }
  }

  private static void requireTrue(JsonObject json, String name) throws Refused {
    if (!json.get(name).equals(Optional.of(JsonBool.TRUE))) {
      throw new Refused(ATT_CONFIGURATION, name + " is not true");
    }
  }

  private static void requireFalse(JsonObject json, String name, boolean debug) throws Refused {
    if (!json.get(name).equals(Optional.of(JsonBool.FALSE))) {
      throw new Refused(debug ? ATT_DEBUG_ENABLED : ATT_CONFIGURATION, name + " is not false");
    }
  }

  private static String text(JsonObject json, String name) throws Refused {
    Optional<String> value = json.string(name);
    if (value.isEmpty()) {
      throw new Refused(ATT_CLAIM_MISSING, name);
    }
    return value.get();
  }

  private static JsonObject object(JsonObject json, String name) throws Refused {
    Optional<JsonObject> value = json.object(name);
    if (value.isEmpty()) {
      throw new Refused(ATT_CLAIM_MISSING, name);
    }
    return value.get();
  }
}
