package dev.postern.attestation.evidence;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The hash functions that Evidence uses; every runtime has them. */
public enum Hashes {
  SHA256("SHA-256", 32),
  SHA384("SHA-384", 48),
  SHA512("SHA-512", 64);

  private final String algorithm;
  private final int length;

  Hashes(String algorithm, int length) {
    this.algorithm = algorithm;
    this.length = length;
  }

  /** Length of the digest in bytes. */
  public int length() {
    return length;
  }

  /** The digest of the parts, one after the other. */
  public Octets of(byte[]... parts) {
    try {
      var digest = MessageDigest.getInstance(algorithm);
      for (byte[] part : parts) {
        digest.update(part);
      }
      return Octets.copyOf(digest.digest());
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("the runtime lacks " + algorithm, impossible);
    }
  }
}
