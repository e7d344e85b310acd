package dev.postern.audit.tlog;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** A SHA-256 digest: 32 bytes, compared in constant time, printed in hex. */
public final class Sha256 {
  public static final int BYTES = 32;

  private final byte[] bytes;

  private Sha256(byte[] bytes) {
    this.bytes = bytes;
  }

  /** The digest of a message. */
  public static Sha256 of(byte[]... parts) {
    MessageDigest digest = digest();
    for (byte[] part : parts) {
      digest.update(part);
    }
    return new Sha256(digest.digest());
  }

  /**
   * A digest that was computed elsewhere.
   *
   * @throws IllegalArgumentException if it has not 32 bytes
   */
  public static Sha256 copyOf(byte[] digest) {
    return copyOf(digest, 0, digest.length);
  }

  /** A digest in the middle of an array. */
  public static Sha256 copyOf(byte[] array, int from, int to) {
    if (to - from != BYTES) {
      throw new IllegalArgumentException("a SHA-256 digest has 32 bytes");
    }
    return new Sha256(Arrays.copyOfRange(array, from, to));
  }

  /** A digest in hex, of either case. */
  public static Sha256 parse(String hex) {
    return copyOf(HexFormat.of().parseHex(hex));
  }

  /** A fresh digest function. */
  public static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException everyPlatformHasIt) {
      throw new IllegalStateException(everyPlatformHasIt);
    }
  }

  public byte[] toBytes() {
    return bytes.clone();
  }

  /** Writes the digest into an array. */
  public void copyTo(byte[] target, int at) {
    System.arraycopy(bytes, 0, target, at, BYTES);
  }

  void addTo(MessageDigest digest) {
    digest.update(bytes);
  }

  public String hex() {
    return HexFormat.of().formatHex(bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Sha256 that && MessageDigest.isEqual(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return hex();
  }
}
