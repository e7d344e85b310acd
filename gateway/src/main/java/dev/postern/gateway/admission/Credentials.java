package dev.postern.gateway.admission;

import dev.postern.attestation.CallerContext;
import dev.postern.attestation.Challenges;
import dev.postern.attestation.Confirmation;
import dev.postern.attestation.ProofExpectation;
import dev.postern.attestation.ProofVerifier;
import dev.postern.attestation.Verification;
import dev.postern.attestation.VerifiedToken;
import dev.postern.gateway.trust.TrustKeeper;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Tokens and proofs of possession: what shows that a caller is who it says. */
public final class Credentials {
  private final TrustKeeper trust;
  private final Challenges challenges;
  private final ProofVerifier proofs;
  private final Supplier<Set<String>> serverCertificates;

  /**
   * @param serverCertificates base64url SHA-256 of each leaf certificate a caller may have seen
   */
  public Credentials(
      TrustKeeper trust, Challenges challenges, Supplier<Set<String>> serverCertificates) {
    this.trust = trust;
    this.challenges = challenges;
    this.proofs = new ProofVerifier(challenges);
    this.serverCertificates = serverCertificates;
  }

  /** How far clocks may differ: so long after its end a token must still be remembered. */
  Duration skew() {
    return trust.settings().skew();
  }

  /** A challenge for a proof about this session; an empty id for those that are about none. */
  Challenges.Issued challengeFor(String sessionId) {
    return challenges.issue(Challenges.Purpose.PROOF, sessionId);
  }

  /** A challenge for {@code GetChallenge}. */
  public Challenges.Issued unbound(Challenges.Purpose purpose) {
    return challenges.issue(purpose, "");
  }

  VerifiedToken verified(String token, CallerContext caller) throws Refused {
    if (token.isEmpty()) {
      throw new Refused(Refusal.unauthenticated("TOKEN_MISSING", "no token"));
    }
    return switch (trust.verify(token, caller)) {
      case Verification.Verified(VerifiedToken verified) -> verified;
      case Verification.Denied denied -> throw new Refused(Refusal.of(denied));
    };
  }

  /** Holds a proof against what it has to say; returns if it says so and the key is the token's. */
  void requireProof(String proof, Confirmation key, ProofExpectation expected) throws Refused {
    switch (proofs.verify(proof, key, expected)) {
      case ProofVerifier.Proof.Held held -> {}
      case ProofVerifier.Proof.Refused(Verification.Denied denied) ->
          throw new Refused(Refusal.of(denied));
    }
  }

  /** What a proof for an Attach must say. */
  ProofExpectation forAttach(
      AttachAttempt attempt, Challenges.Issued challenge, String sessionId, String ath) {
    return new ProofExpectation(
        trust.settings().gatewayId(),
        Optional.of(challenge.challenge()),
        sessionId,
        ath,
        sessionId,
        attempt.target(),
        attempt.tool(),
        attempt.scopes(),
        serverCertificates.get());
  }

  /** What a proof over a challenge from {@code GetChallenge} must say. */
  ProofExpectation forUnbound(
      String ath, String sessionId, String target, String tool, List<String> scopes) {
    return new ProofExpectation(
        trust.settings().gatewayId(),
        Optional.empty(),
        "",
        ath,
        sessionId,
        target,
        tool,
        scopes,
        serverCertificates.get());
  }
}
