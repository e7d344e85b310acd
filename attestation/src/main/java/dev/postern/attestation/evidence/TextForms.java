package dev.postern.attestation.evidence;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/** Evidence files as people keep them: raw, hex with or without 0x, base64 or base64url. */
public final class TextForms {
  private TextForms() {}

  /**
   * The raw bytes of a file. A file counts as text only if all of it, but for surrounding white
   * space and line breaks, is of one of the alphabets; anything else is taken as it is.
   */
  public static byte[] decode(byte[] file) {
    if (!isPlainText(file)) {
      return file;
    }
    String text = withoutSpace(new String(file, ISO_8859_1));
    if (text.isEmpty()) {
      return file;
    }
    String hex = text.toLowerCase(Locale.ROOT);
    hex = hex.startsWith("0x") ? hex.substring(2) : hex;
    try {
      return HexFormat.of().parseHex(hex);
    } catch (IllegalArgumentException notHex) {
      return base64(text).orElse(file);
    }
  }

  /** As {@link #decode}, but a PEM text stays as it is. */
  public static byte[] decodeUnlessPem(byte[] file) {
    boolean pem =
        new String(file, 0, Math.min(file.length, 16 * 1024), ISO_8859_1).contains("-----BEGIN ");
    return pem ? file : decode(file);
  }

  /** The bytes of base64 or base64url text, padded or not; empty if it is neither. */
  public static Optional<byte[]> base64(String text) {
    String unpadded = text.endsWith("==") ? text.substring(0, text.length() - 2) : text;
    unpadded =
        unpadded.length() == text.length() && text.endsWith("=")
            ? text.substring(0, text.length() - 1)
            : unpadded;
    String url = unpadded.replace('+', '-').replace('/', '_');
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(url);
      // the decoder lets trailing bits pass that no encoder writes
      boolean canonical = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(url);
      return canonical ? Optional.of(bytes) : Optional.empty();
    } catch (IllegalArgumentException notBase64) {
      return Optional.empty();
    }
  }

  private static boolean isPlainText(byte[] file) {
    for (byte b : file) {
      if ((b < 0x20 && b != '\n' && b != '\r' && b != '\t') || b == 0x7f) {
        return false;
      }
    }
    return true;
  }

  private static String withoutSpace(String text) {
    var out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
        out.append(c);
      }
    }
    return out.toString();
  }
}
