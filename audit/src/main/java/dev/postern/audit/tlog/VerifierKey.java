package dev.postern.audit.tlog;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * A public key that signs notes, with its name.
 *
 * <p>Text: {@code name+hash+key}; the hash is 4 bytes in hex, the first of {@code SHA-256(name ||
 * 0x0A || 0x01 || public key)}; the key is base64 of {@code 0x01 || public key}, type 1 being
 * Ed25519.
 *
 * <p>Source: C2SP signed-note, "Verifier keys".
 */
public final class VerifierKey {
  static final byte ED25519 = 1;

  private final String name;
  private final byte[] raw;
  private final byte[] id;

  VerifierKey(String name, byte[] raw) {
    this.name = name;
    this.raw = raw.clone();
    this.id = Arrays.copyOf(id(name, raw).toBytes(), 4);
  }

  private static Sha256 id(String name, byte[] raw) {
    return Sha256.of(name.getBytes(UTF_8), new byte[] {'\n', ED25519}, raw);
  }

  /**
   * Reads a key's text.
   *
   * @throws IllegalArgumentException with a sentence for people if it is none
   */
  public static VerifierKey parse(String text) {
    // base64 has `+` too, a name does not
    String[] parts = text.strip().split("\\+", 3);
    if (parts.length != 3) {
      throw new IllegalArgumentException(
          "`" + text + "` is no verifier key, expected name+hash+base64");
    }
    requireName(parts[0]);
    byte[] key;
    byte[] hash;
    try {
      key = Base64.getDecoder().decode(parts[2]);
      hash = HexFormat.of().parseHex(parts[1]);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "`" + text + "` is no verifier key, expected name+hash+base64", e);
    }
    if (key.length != 1 + Ed25519.PUBLIC_BYTES || key[0] != ED25519) {
      throw new IllegalArgumentException("the verifier key is not of type Ed25519");
    }
    var verifier = new VerifierKey(parts[0], Arrays.copyOfRange(key, 1, key.length));
    if (!Arrays.equals(hash, verifier.id)) {
      throw new IllegalArgumentException("the verifier key's hash does not fit its name and key");
    }
    return verifier;
  }

  /**
   * Checks a key's name, which is also a log's origin.
   *
   * @throws IllegalArgumentException if it is empty, or has space, control characters or `+`
   */
  public static String requireName(String name) {
    boolean plain =
        name.codePoints()
            .noneMatch(
                c -> Character.isWhitespace(c) || Character.isSpaceChar(c) || c < 0x20 || c == '+');
    if (name.isEmpty() || !plain) {
      throw new IllegalArgumentException(
          "`" + name + "` is no name for a log: it must not be empty or have spaces or `+`");
    }
    return name;
  }

  public String name() {
    return name;
  }

  /** The 4 bytes that signature lines begin with. */
  byte[] id() {
    return id.clone();
  }

  boolean verifies(byte[] message, byte[] signature) {
    return Ed25519.verify(raw, message, signature);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof VerifierKey that
        && name.equals(that.name)
        && Arrays.equals(raw, that.raw);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(raw);
  }

  /** The key's text. */
  @Override
  public String toString() {
    var typed = new byte[1 + raw.length];
    typed[0] = ED25519;
    System.arraycopy(raw, 0, typed, 1, raw.length);
    return name
        + "+"
        + HexFormat.of().formatHex(id)
        + "+"
        + Base64.getEncoder().encodeToString(typed);
  }
}
