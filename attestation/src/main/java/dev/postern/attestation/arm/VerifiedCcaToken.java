package dev.postern.attestation.arm;

/** A token whose platform a pinned key vouches for. Only {@link CcaVerifier} makes one. */
public final class VerifiedCcaToken {
  private final CcaToken token;

  VerifiedCcaToken(CcaToken token) {
    this.token = token;
  }

  public CcaToken token() {
    return token;
  }
}
