package dev.postern.audit.tlog;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/**
 * A text with signatures under it, not yet verified.
 *
 * <p>Wire: UTF-8; the text, which ends in a newline; an empty line; lines {@code — name base64},
 * the base64 being a key's 4-byte id and its signature. Lines by unknown keys mean nothing.
 *
 * <p>Source: C2SP signed-note.
 */
public final class SignedNote {
  /** The most bytes of a note that is read. */
  public static final int MAX_BYTES = 64 * 1024;

  static final String DASH = "— ";
  private static final int MAX_SIGNATURES = 64;

  /** One signature line. */
  private static final class Line {
    final String name;
    final byte[] id;
    final byte[] signature;

    Line(String name, byte[] id, byte[] signature) {
      this.name = name;
      this.id = id;
      this.signature = signature;
    }
  }

  private final String text;
  private final List<Line> lines;

  private SignedNote(String text, List<Line> lines) {
    this.text = text;
    this.lines = lines;
  }

  /**
   * Reads a note.
   *
   * @throws IllegalArgumentException with a sentence for people if the bytes are none
   */
  public static SignedNote parse(byte[] bytes) {
    if (bytes.length > MAX_BYTES) {
      throw new IllegalArgumentException("larger than " + MAX_BYTES + " bytes");
    }
    String note;
    try {
      note = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("not UTF-8", e);
    }
    if (note.chars().anyMatch(c -> c < 0x20 && c != '\n')) {
      throw new IllegalArgumentException("has control characters");
    }
    int end = note.lastIndexOf("\n\n");
    if (end < 0 || !note.endsWith("\n")) {
      throw new IllegalArgumentException("has no signature lines");
    }
    String[] signatures = note.substring(end + 2).split("\n", -1);
    if (signatures.length - 1 > MAX_SIGNATURES || signatures.length < 2) {
      throw new IllegalArgumentException("has no signature lines, or too many");
    }
    var lines = new ArrayList<Line>();
    for (String signature : Arrays.copyOf(signatures, signatures.length - 1)) {
      lines.add(line(signature));
    }
    return new SignedNote(note.substring(0, end + 1), List.copyOf(lines));
  }

  private static Line line(String text) {
    int space = text.lastIndexOf(' ');
    if (!text.startsWith(DASH) || space < DASH.length()) {
      throw new IllegalArgumentException("has a malformed signature line");
    }
    byte[] whole;
    try {
      whole = Base64.getDecoder().decode(text.substring(space + 1));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("has a malformed signature line", e);
    }
    // one text per signature: spare bits and left-out padding are not taken
    String canonical = Base64.getEncoder().encodeToString(whole);
    if (whole.length < 5 || !text.endsWith(" " + canonical)) {
      throw new IllegalArgumentException("has a malformed signature line");
    }
    return new Line(
        VerifierKey.requireName(text.substring(DASH.length(), space)),
        Arrays.copyOf(whole, 4),
        Arrays.copyOfRange(whole, 4, whole.length));
  }

  /** Whether a key signed the text. Every line that claims to be by this key must hold. */
  public boolean signedBy(VerifierKey key) {
    List<Line> claimed =
        lines.stream()
            .filter(line -> line.name.equals(key.name()) && Arrays.equals(line.id, key.id()))
            .toList();
    return !claimed.isEmpty()
        && claimed.stream().allMatch(line -> key.verifies(text.getBytes(UTF_8), line.signature));
  }

  /** The signed text, with its last newline. */
  public String text() {
    return text;
  }

  /** Who the lines say signed it, as name and hash; proves nothing. */
  public List<String> claimedSigners() {
    return lines.stream().map(line -> line.name + "+" + HexFormat.of().formatHex(line.id)).toList();
  }
}
