package dev.postern.audit.tlog;

import java.util.Base64;

/**
 * What a log signs: its name, its size and its root.
 *
 * <p>Text: three lines, the origin, the size in decimal, the root hash in base64; further lines are
 * extensions and mean nothing here. Source: C2SP tlog-checkpoint.
 *
 * @param origin the log's name
 * @param size entries in the tree
 * @param root the tree's root
 */
public record Checkpoint(String origin, long size, Sha256 root) {
  /** The text to be signed. */
  public String text() {
    return origin + "\n" + size + "\n" + Base64.getEncoder().encodeToString(root.toBytes()) + "\n";
  }

  /**
   * Reads a checkpoint's text.
   *
   * @throws IllegalArgumentException with a sentence for people if it is none
   */
  public static Checkpoint parse(String text) {
    String[] lines = text.split("\n", -1);
    if (lines.length < 4 || lines[0].isEmpty()) {
      throw new IllegalArgumentException("has fewer than three lines");
    }
    // decimal without leading zeros
    if (!lines[1].matches("0|[1-9][0-9]{0,17}")) {
      throw new IllegalArgumentException("its second line is not a size");
    }
    try {
      return new Checkpoint(
          lines[0], Long.parseLong(lines[1]), Sha256.copyOf(Base64.getDecoder().decode(lines[2])));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("its third line is not a root hash", e);
    }
  }
}
