package dev.postern.policy;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a verified attestation says, as far as policy may ask. What is absent here does not meet any
 * condition on it.
 *
 * @param profile {@code eat}, {@code ear}, {@code simulated}, {@code sev-snp}, …
 * @param verifier the Attestation Result's issuer; empty for raw Evidence
 * @param issuedAt when it was made; absent is older than any {@code maxAge}
 * @param eatProfile the EAT profile claim
 * @param status the Verifier's verdict, such as {@code affirming}
 * @param debugState a rung's word, such as {@code disabled-since-boot}; absent or unknown is
 *     enabled
 * @param measurements by name; a name may have several values, hex digests in lower case
 * @param tcb security version numbers by component name
 * @param simulated whether software alone vouches for it
 * @param fresh whether a challenge of this gateway is in it
 */
public record AttestationFacts(
    String profile,
    Optional<String> verifier,
    Optional<Instant> issuedAt,
    Optional<String> eatProfile,
    Optional<String> status,
    Optional<String> debugState,
    Map<String, Set<String>> measurements,
    Map<String, Long> tcb,
    boolean simulated,
    boolean fresh) {
  /** Profiles that are raw hardware Evidence: permits on them must name measurements. */
  public static final Set<String> RAW_EVIDENCE =
      Set.of("sev-snp", "tdx", "nitro", "tpm2", "azure-sev-snp", "azure-tdx", "psa", "cca");

  /** Profiles whose results come from a Verifier. */
  public static final List<String> RESULT_PROFILES =
      List.of("eat", "ear", "simulated", "maa", "ita", "confidential-space");

  public AttestationFacts {
    var copy = new TreeMap<String, Set<String>>();
    measurements.forEach((name, values) -> copy.put(name, Set.copyOf(values)));
    measurements = Map.copyOf(copy);
    tcb = Map.copyOf(tcb);
  }

  /** Facts of a profile and nothing else; the {@code with…} methods add to them. */
  public static AttestationFacts of(String profile) {
    return new AttestationFacts(
        profile,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        Map.of(),
        profile.equals("simulated"),
        false);
  }
}
