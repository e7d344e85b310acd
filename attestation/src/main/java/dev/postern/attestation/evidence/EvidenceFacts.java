package dev.postern.attestation.evidence;

import dev.postern.json.JsonValue.JsonObject;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What accepted Evidence says, in one shape for all families.
 *
 * @param profile the family's name as policy spells it, e.g. {@code sev-snp}
 * @param measurements values by name, lower-case hex; never empty for hardware families
 * @param tcb security version numbers by name; empty where the family has none
 * @param tcbStatus the vendor's status of the TCB; absent where the family has none
 * @param reportData the 64 bytes that the attester chose (SNP, TDX); absent elsewhere
 * @param nonce the challenge field (Nitro nonce, TPM extraData, EAT nonce); absent if not set
 * @param publicKey the key that the attester named (Nitro public_key), raw; absent if none
 * @param claims everything for people and records
 * @param unchecked what no expectation was given for, by name
 */
public record EvidenceFacts(
    String profile,
    Map<String, String> measurements,
    Map<String, Long> tcb,
    Optional<String> tcbStatus,
    Optional<Octets> reportData,
    Optional<Octets> nonce,
    Optional<Octets> publicKey,
    JsonObject claims,
    List<String> unchecked) {
  public EvidenceFacts {
    measurements = Collections.unmodifiableMap(new LinkedHashMap<>(measurements));
    tcb = Collections.unmodifiableMap(new LinkedHashMap<>(tcb));
    unchecked = List.copyOf(unchecked);
  }

  /** These facts with other names in {@link #unchecked}. */
  public EvidenceFacts withUnchecked(List<String> names) {
    return new EvidenceFacts(
        profile, measurements, tcb, tcbStatus, reportData, nonce, publicKey, claims, names);
  }
}
