package dev.postern.attestation.x509;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** The blocks of a PEM text (RFC 7468). Text between blocks is skipped, as OpenSSL writes some. */
public final class Pem {
  private static final String BEGIN = "-----BEGIN ";
  private static final String END = "-----END ";
  private static final String DASHES = "-----";

  /**
   * One block.
   *
   * @param label what stands after BEGIN, e.g. {@code CERTIFICATE}
   */
  public record Block(String label, Octets der) {}

  private Pem() {}

  /** Whether {@code bytes} has a PEM header somewhere near its start. */
  public static boolean looksLike(byte[] bytes) {
    return bytes.length > 0
        && bytes[0] != 0x30
        && new String(bytes, 0, Math.min(bytes.length, 16 * 1024), ISO_8859_1).contains(BEGIN);
  }

  /**
   * All blocks in order.
   *
   * @param limit most blocks
   */
  public static List<Block> blocks(byte[] bytes, int limit) throws Refused {
    String text = new String(bytes, ISO_8859_1);
    var blocks = new ArrayList<Block>();
    int at = text.indexOf(BEGIN);
    while (at >= 0) {
      if (blocks.size() == limit) {
        throw Refused.malformed("more than " + limit + " PEM blocks");
      }
      int labelEnd = text.indexOf(DASHES, at + BEGIN.length());
      if (labelEnd < 0 || labelEnd - at > 80) {
        throw Refused.malformed("PEM block without an end of its header");
      }
      String label = text.substring(at + BEGIN.length(), labelEnd);
      String footer = END + label + DASHES;
      int bodyStart = labelEnd + DASHES.length();
      int bodyEnd = text.indexOf(footer, bodyStart);
      if (bodyEnd < 0) {
        throw Refused.malformed("PEM block without its END line");
      }
      blocks.add(new Block(label, body(text.substring(bodyStart, bodyEnd))));
      at = text.indexOf(BEGIN, bodyEnd + footer.length());
    }
    return blocks;
  }

  private static Octets body(String text) throws Refused {
    var plain = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '\n' && c != '\r' && c != ' ' && c != '\t') {
        plain.append(c);
      }
    }
    try {
      return Octets.copyOf(Base64.getDecoder().decode(plain.toString()));
    } catch (IllegalArgumentException notBase64) {
      throw Refused.malformed("PEM block is not base64");
    }
  }
}
