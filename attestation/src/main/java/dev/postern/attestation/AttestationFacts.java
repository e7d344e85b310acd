package dev.postern.attestation;

import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonString;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the attestation says, authenticated; whether it is good enough is policy's question.
 *
 * @param profile profile name as configuration and policy spell it: {@code eat}, {@code ear},
 *     {@code simulated}, …
 * @param verifier {@code iss} of the Verifier; empty text for raw Evidence, which has none
 * @param issuedAt when the Verifier issued the result, or the Evidence was made as far as known
 * @param expiresAt first instant at which it is no longer good
 * @param eatProfile {@code eat_profile}, if the result has one
 * @param status the worst EAR tier over all submodules, {@code affirming} or {@code warning}; empty
 *     for profiles without a verdict
 * @param debugStatus absent means {@link DebugStatus#NOT_REPORTED}, which counts as enabled
 * @param measurements values by name; a name stands for one register, component or content type
 * @param tcb security version numbers by component
 * @param hwmodel {@code hwmodel} as text, if given
 * @param submods names of the submodules
 * @param simulated by a software Verifier: no hardware stands behind it
 * @param fresh whether a live attestation challenge of this gateway was the nonce in it
 * @param claims further authenticated claims, by name, for the record and for later conditions
 */
public record AttestationFacts(
    String profile,
    String verifier,
    Instant issuedAt,
    Instant expiresAt,
    Optional<String> eatProfile,
    Optional<String> status,
    DebugStatus debugStatus,
    Map<String, List<String>> measurements,
    Map<String, Long> tcb,
    Optional<String> hwmodel,
    Optional<String> swname,
    Optional<String> swversion,
    List<String> submods,
    boolean simulated,
    boolean fresh,
    Map<String, JsonValue> claims) {
  /** Claim of raw Evidence that tells its machine from others, as far as the family can. */
  public static final String MACHINE = "machine";

  /** Claim of a fresh attestation: the challenge of this gateway that is in it. */
  public static final String CHALLENGE = "challenge";

  public AttestationFacts {
    measurements = Map.copyOf(measurements);
    tcb = Map.copyOf(tcb);
    submods = List.copyOf(submods);
    claims = Map.copyOf(claims);
  }

  /** The live challenge of this gateway that was attested over, if one was. */
  public Optional<String> challenge() {
    return claims.get(CHALLENGE) instanceof JsonString(String text)
        ? Optional.of(text)
        : Optional.empty();
  }

  AttestationFacts freshBy(String challenge) {
    var more = new HashMap<>(claims);
    more.put(CHALLENGE, new JsonString(challenge));
    return new AttestationFacts(
        profile,
        verifier,
        issuedAt,
        expiresAt,
        eatProfile,
        status,
        debugStatus,
        measurements,
        tcb,
        hwmodel,
        swname,
        swversion,
        submods,
        simulated,
        /* fresh= */ true,
        more);
  }
}
