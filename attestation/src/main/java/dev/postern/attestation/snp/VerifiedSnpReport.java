package dev.postern.attestation.snp;

import dev.postern.attestation.x509.VerifiedChain;

/** A report that AMD's key for its chip or provider signed. Only {@link SnpVerifier} makes one. */
public final class VerifiedSnpReport {
  private final SnpReport report;
  private final SnpEndorsement endorsement;
  private final VerifiedChain chain;
  private final boolean revocationChecked;

  VerifiedSnpReport(
      SnpReport report,
      SnpEndorsement endorsement,
      VerifiedChain chain,
      boolean revocationChecked) {
    this.report = report;
    this.endorsement = endorsement;
    this.chain = chain;
    this.revocationChecked = revocationChecked;
  }

  public SnpReport report() {
    return report;
  }

  public SnpEndorsement endorsement() {
    return endorsement;
  }

  public VerifiedChain chain() {
    return chain;
  }

  /** Whether a revocation list of AMD's root was given, and held. */
  public boolean revocationChecked() {
    return revocationChecked;
  }
}
