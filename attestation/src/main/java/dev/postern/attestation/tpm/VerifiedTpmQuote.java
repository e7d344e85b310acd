package dev.postern.attestation.tpm;

import dev.postern.attestation.evidence.Octets;
import java.security.PublicKey;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A quote by a trusted attestation key. Only {@link TpmVerifier} makes one. */
public final class VerifiedTpmQuote {
  private final TpmAttest attest;
  private final PublicKey attestationKey;
  private final Map<String, Octets> pcrs;
  private final Optional<TpmPublic> certifiedKey;

  VerifiedTpmQuote(
      TpmAttest attest,
      PublicKey attestationKey,
      Map<String, Octets> pcrs,
      Optional<TpmPublic> certifiedKey) {
    this.attest = attest;
    this.attestationKey = attestationKey;
    this.pcrs = Collections.unmodifiableMap(new TreeMap<>(pcrs));
    this.certifiedKey = certifiedKey;
  }

  public TpmAttest attest() {
    return attest;
  }

  public PublicKey attestationKey() {
    return attestationKey;
  }

  /** Values by bank and index, {@code sha256:0}. */
  public Map<String, Octets> pcrs() {
    return pcrs;
  }

  /** A key in the same TPM that the attestation key certified over the same challenge. */
  public Optional<TpmPublic> certifiedKey() {
    return certifiedKey;
  }
}
