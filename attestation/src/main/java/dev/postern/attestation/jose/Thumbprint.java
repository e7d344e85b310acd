package dev.postern.attestation.jose;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/** RFC 7638 SHA-256 thumbprint of a public key: 32 bytes, written as 43 characters of base64url. */
public final class Thumbprint {
  public static final int BYTES = 32;
  private static final int TEXT_CHARS = 43;

  private final byte[] digest;

  private Thumbprint(byte[] digest) {
    this.digest = digest;
  }

  /**
   * The thumbprint with these bytes.
   *
   * @throws IllegalArgumentException if it is not 32 bytes
   */
  public static Thumbprint copyOf(byte[] digest) {
    if (digest.length != BYTES) {
      throw new IllegalArgumentException("a thumbprint has 32 bytes");
    }
    return new Thumbprint(digest.clone());
  }

  /** Reads the canonical text form; empty for hex, padding, truncation or anything else. */
  public static Optional<Thumbprint> parse(String text) {
    if (text.length() != TEXT_CHARS) {
      return Optional.empty();
    }
    return Base64Url.decode(text).map(Thumbprint::new);
  }

  public byte[] bytes() {
    return digest.clone();
  }

  /** Equality in constant time. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Thumbprint that && MessageDigest.isEqual(digest, that.digest);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(digest);
  }

  /** The 43 characters of base64url. */
  @Override
  public String toString() {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
  }
}
