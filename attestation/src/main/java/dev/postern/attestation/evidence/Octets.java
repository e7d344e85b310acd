package dev.postern.attestation.evidence;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;

/** An immutable string of bytes. Equality takes the same time wherever two of one length differ. */
public final class Octets {
  public static final Octets EMPTY = new Octets(new byte[0]);

  private final byte[] bytes;

  private Octets(byte[] bytes) {
    this.bytes = bytes;
  }

  public static Octets copyOf(byte[] bytes) {
    return new Octets(bytes.clone());
  }

  /** The bytes {@code [from, to)} of {@code bytes}. */
  public static Octets copyOf(byte[] bytes, int from, int to) {
    return new Octets(Arrays.copyOfRange(bytes, from, to));
  }

  /**
   * The bytes that {@code hex} spells, in either case.
   *
   * @throws IllegalArgumentException if it is not an even number of hex digits
   */
  public static Octets ofHex(String hex) {
    return new Octets(HexFormat.of().parseHex(hex));
  }

  public int length() {
    return bytes.length;
  }

  /** The byte at {@code index}, counted from 0, as 0..255. */
  public int at(int index) {
    return bytes[index] & 0xff;
  }

  public Octets slice(int from, int to) {
    return copyOf(bytes, from, to);
  }

  public byte[] toByteArray() {
    return bytes.clone();
  }

  public String hex() {
    return HexFormat.of().formatHex(bytes);
  }

  /** Whether every byte is zero; true of the empty string. */
  public boolean isZero() {
    int or = 0;
    for (byte b : bytes) {
      or |= b;
    }
    return or == 0;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Octets octets && MessageDigest.isEqual(bytes, octets.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** Lower-case hex. */
  @Override
  public String toString() {
    return hex();
  }
}
