package dev.postern.policy.bundle;

import java.util.Optional;

/** The keys that bundles are believed by. */
public interface BundleSignatures {
  /** The {@code typ} of a signature over a manifest. */
  String TYPE = "postern-policy-bundle+jws";

  /**
   * Whose signature it is.
   *
   * @param manifest the bytes that are signed
   * @param detached a compact JWS with an empty payload (RFC 7515, appendix F)
   * @return the key's name; empty if no key here is named by it
   * @throws BundleRefused if it is malformed, or names a key here and does not hold
   */
  Optional<String> signer(byte[] manifest, String detached) throws BundleRefused;
}
