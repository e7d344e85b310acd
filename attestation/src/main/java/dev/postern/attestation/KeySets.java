package dev.postern.attestation;

import dev.postern.attestation.jose.KeyPurpose;
import dev.postern.attestation.jose.VerificationKey;

/**
 * The configured keys. Lookups read memory only: no file, no network, whatever the names say. Safe
 * for use by many threads; an answer may change between two calls when sets are refreshed.
 */
public interface KeySets {
  /** The key that {@code issuer} has under exactly this {@code kid} for this purpose. */
  Lookup find(String issuer, String kid, KeyPurpose purpose);

  /** The answer to one lookup. */
  sealed interface Lookup {
    record Found(VerificationKey key) implements Lookup {}

    /** The issuer has no such key. */
    record Unknown() implements Lookup {}

    /** The key was withdrawn. */
    record Revoked() implements Lookup {}

    /** The issuer's keys could not be read yet, or are too old to be trusted. */
    record Unavailable() implements Lookup {}
  }

  Lookup UNKNOWN = new Lookup.Unknown();
  Lookup REVOKED = new Lookup.Revoked();
  Lookup UNAVAILABLE = new Lookup.Unavailable();
}
