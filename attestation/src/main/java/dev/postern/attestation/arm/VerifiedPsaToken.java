package dev.postern.attestation.arm;

/** A token that a pinned key signed. Only {@link PsaVerifier} makes one. */
public final class VerifiedPsaToken {
  private final PsaToken token;

  VerifiedPsaToken(PsaToken token) {
    this.token = token;
  }

  public PsaToken token() {
    return token;
  }
}
