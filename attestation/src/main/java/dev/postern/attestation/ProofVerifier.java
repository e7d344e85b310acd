package dev.postern.attestation;

import static dev.postern.attestation.Reason.BINDING_PROOF_INVALID;
import static dev.postern.attestation.Reason.INTERNAL_ERROR;

import dev.postern.attestation.Verification.Denied;
import dev.postern.attestation.jose.Algorithm;
import dev.postern.attestation.jose.CompactJws;
import dev.postern.attestation.jose.JwkException;
import dev.postern.attestation.jose.JwsException;
import dev.postern.attestation.jose.JwsRules;
import dev.postern.attestation.jose.MalformedSignatureException;
import dev.postern.attestation.jose.PublicJwk;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Checks that a caller holds its key now: a JWS by the {@code cnf} key over a challenge of this
 * gateway, the token and what is asked for (design §4, proof of possession).
 *
 * <p>The header's {@code jwk} is looked at only to find the key whose thumbprint the token names;
 * it is needed where {@code cnf} is a bare {@code jkt}. Every fault is {@link
 * Reason#BINDING_PROOF_INVALID}. Safe for use by many threads.
 */
public final class ProofVerifier {
  /** The {@code typ} of a proof. */
  public static final String TYPE = "postern-proof+jwt";

  private static final int MAX_CHARS = 16 * 1024;
  private static final JwsRules RULES =
      new JwsRules(MAX_CHARS, Algorithm.OF_CALLERS, Set.of(TYPE), true);

  /** The outcome of checking one proof. */
  public sealed interface Proof {
    /** The caller holds this key. */
    record Held(PublicJwk key) implements Proof {}

    record Refused(Denied denial) implements Proof {}
  }

  private final Challenges challenges;

  public ProofVerifier(Challenges challenges) {
    this.challenges = challenges;
  }

  /** Checks {@code jws} against the key that the token confirmed. Never throws. */
  public Proof verify(String jws, Confirmation confirmation, ProofExpectation expected) {
    try {
      return check(jws, confirmation, expected);
    } catch (RuntimeException | StackOverflowError bug) {
      return new Proof.Refused(new Denied(INTERNAL_ERROR, "proof: " + bug.getClass().getName()));
    }
  }

  private Proof check(String text, Confirmation confirmation, ProofExpectation expected) {
    CompactJws jws;
    PublicJwk key;
    JsonObject claims;
    try {
      jws = CompactJws.parse(text, RULES);
      Optional<PublicJwk> found = key(jws, confirmation);
      if (found.isEmpty()) {
        return refused("the header brings no `jwk`, and the token names its key by thumbprint");
      }
      key = found.get();
      if (!key.thumbprint().equals(confirmation.thumbprint())) {
        return refused("made with another key than the token's");
      }
      if (!jws.isSignedBy(key)) {
        return refused("the signature does not hold");
      }
      claims = jws.claims();
    } catch (JwsException e) {
      return refused(e.fault() + ": " + e.getMessage());
    } catch (JwkException e) {
      return refused("`jwk` " + e.getMessage());
    } catch (MalformedSignatureException e) {
      return refused(String.valueOf(e.getMessage()));
    }
    Optional<String> fault = claimFault(claims, expected);
    return fault.isPresent() ? refused(fault.get()) : new Proof.Held(key);
  }

  private static Optional<PublicJwk> key(CompactJws jws, Confirmation confirmation)
      throws JwkException {
    if (confirmation.key().isPresent()) {
      return confirmation.key();
    }
    Optional<JsonObject> jwk = jws.header().object("jwk");
    return jwk.isEmpty() ? Optional.empty() : Optional.of(PublicJwk.parse(jwk.get()));
  }

  private Optional<String> claimFault(JsonObject claims, ProofExpectation expected) {
    if (!is(claims, "aud", expected.gatewayId())) {
      return Optional.of("`aud` is not this gateway");
    }
    String challenge = claims.string("challenge").orElse("");
    if (expected.challenge().isPresent() && !expected.challenge().get().equals(challenge)) {
      return Optional.of("`challenge` is not the one that was sent");
    }
    switch (challenges.check(challenge, Challenges.Purpose.PROOF, expected.challengeBinding())) {
      case FOREIGN -> {
        return Optional.of("`challenge` is not a proof challenge of this gateway");
      }
      case EXPIRED -> {
        return Optional.of("`challenge` has expired");
      }
      case GOOD -> {}
    }
    if (!is(claims, "ath", expected.ath())) {
      return Optional.of("`ath` is not the hash of this token");
    }
    if (!is(claims, "session_id", expected.sessionId())
        || !is(claims, "target", expected.target())
        || !is(claims, "tool", expected.tool())
        || !areScopes(claims, expected.scopes())) {
      return Optional.of("made for another session, target, tool or other scopes");
    }
    if (claims.has("srv")
        && claims.string("srv").filter(expected.serverCertificates()::contains).isEmpty()) {
      return Optional.of("`srv` is not a certificate of this gateway: someone is in between");
    }
    return Optional.empty();
  }

  /** A claim that would say nothing may be left out. */
  private static boolean is(JsonObject claims, String name, String expected) {
    return claims.has(name)
        ? claims.string(name).equals(Optional.of(expected))
        : expected.isEmpty();
  }

  private static boolean areScopes(JsonObject claims, List<String> expected) {
    return claims.has("scopes")
        ? claims.array("scopes").flatMap(JsonArray::strings).equals(Optional.of(expected))
        : expected.isEmpty();
  }

  private static Proof refused(String detail) {
    return new Proof.Refused(new Denied(BINDING_PROOF_INVALID, detail));
  }
}
