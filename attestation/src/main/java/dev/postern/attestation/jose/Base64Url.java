package dev.postern.attestation.jose;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/** Base64url (RFC 4648 §5) in its one canonical spelling: no padding, unused bits zero. */
public final class Base64Url {
  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  private static final byte[] VALUES = new byte[128];

  static {
    Arrays.fill(VALUES, (byte) -1);
    for (int i = 0; i < ALPHABET.length(); i++) {
      VALUES[ALPHABET.charAt(i)] = (byte) i;
    }
  }

  private Base64Url() {}

  public static String encode(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** The bytes that {@code text} spells canonically; empty for any other text. */
  public static Optional<byte[]> decode(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (!inAlphabet(text.charAt(i))) {
        return Optional.empty();
      }
    }
    byte[] ascii = text.getBytes(ISO_8859_1);
    return isCanonical(ascii, 0, ascii.length)
        ? Optional.of(Base64.getUrlDecoder().decode(ascii))
        : Optional.empty();
  }

  /**
   * Decodes {@code ascii[from, to)}, all of whose characters are in the alphabet; empty if it is
   * not canonical.
   */
  static Optional<byte[]> decode(byte[] ascii, int from, int to) {
    return isCanonical(ascii, from, to)
        ? Optional.of(Base64.getUrlDecoder().decode(Arrays.copyOfRange(ascii, from, to)))
        : Optional.empty();
  }

  static boolean inAlphabet(int c) {
    return c >= 0 && c < VALUES.length && VALUES[c] >= 0;
  }

  /** Whether the length is possible and the bits that no byte uses are zero. */
  private static boolean isCanonical(byte[] ascii, int from, int to) {
    return switch ((to - from) % 4) {
      case 0 -> true;
      case 2 -> (VALUES[ascii[to - 1]] & 0x0f) == 0;
      case 3 -> (VALUES[ascii[to - 1]] & 0x03) == 0;
      default -> false;
    };
  }
}
