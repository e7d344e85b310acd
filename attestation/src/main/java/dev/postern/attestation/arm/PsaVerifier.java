package dev.postern.attestation.arm;

import dev.postern.attestation.evidence.Refused;

/** Answers whether a PSA token is the word of a device whose attestation key is pinned. */
public final class PsaVerifier {
  private final ArmKeys keys;

  public PsaVerifier(ArmKeys keys) {
    this.keys = keys;
  }

  /** Verifies a token; there is no time in one, so none is asked. */
  public VerifiedPsaToken verify(PsaToken token) throws Refused {
    keys.requireSigned(token.message(), token.instanceId(), "PSA token");
    return new VerifiedPsaToken(token);
  }
}
