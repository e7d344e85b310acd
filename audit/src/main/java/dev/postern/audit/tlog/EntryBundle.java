package dev.postern.audit.tlog;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The bytes of a tile of entries: each with its length before it, 2 bytes, big-endian. */
public final class EntryBundle {
  /** The longest entry: its length is written in 16 bits. */
  public static final int MAX_ENTRY_BYTES = 0xffff;

  /** The largest bundle there can be. */
  public static final int MAX_BYTES = Tile.WIDTH * (2 + MAX_ENTRY_BYTES);

  private EntryBundle() {}

  /** Adds an entry to the end of a bundle. */
  public static void append(ByteArrayOutputStream bundle, byte[] entry) {
    if (entry.length > MAX_ENTRY_BYTES) {
      throw new IllegalArgumentException("an entry has at most " + MAX_ENTRY_BYTES + " bytes");
    }
    bundle.write(entry.length >>> 8);
    bundle.write(entry.length);
    bundle.writeBytes(entry);
  }

  /**
   * The first entries of a bundle.
   *
   * @param exact whether nothing may stand after them
   * @return empty if the bundle has fewer entries, is cut short, or has more though it must not
   */
  public static Optional<List<byte[]>> parse(byte[] bundle, int width, boolean exact) {
    var entries = new ArrayList<byte[]>(width);
    int at = 0;
    while (entries.size() < width) {
      if (bundle.length - at < 2) {
        return Optional.empty();
      }
      int length = ((bundle[at] & 0xff) << 8) | (bundle[at + 1] & 0xff);
      at += 2;
      if (bundle.length - at < length) {
        return Optional.empty();
      }
      entries.add(Arrays.copyOfRange(bundle, at, at + length));
      at += length;
    }
    return exact && at != bundle.length ? Optional.empty() : Optional.of(entries);
  }
}
