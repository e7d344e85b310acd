package dev.postern.attestation.jose;

/** What a configured key may vouch for. A key found for one purpose verifies nothing else. */
public enum KeyPurpose {
  /** Outer debug tokens and ID tokens. */
  TOKEN,
  /** Attestation Results. */
  ATTESTATION
}
