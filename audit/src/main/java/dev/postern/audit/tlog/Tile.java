package dev.postern.audit.tlog;

import java.util.ArrayList;
import java.util.List;

/**
 * One tile of a tree: a run of up to 256 hashes of one level, or of as many entries, in one file.
 *
 * <p>Levels count from 0 in steps of 8 tree levels. Hashes lie one after the other, 32 bytes each;
 * entries have their length before them, 2 bytes, big-endian. A tile with fewer than 256 is partial
 * and its file name ends in {@code .p/<width>}.
 *
 * <p>Source: C2SP tlog-tiles, "Merkle Tree" and "Log entries".
 *
 * @param level 0 to 7, or {@link #ENTRIES}
 * @param index which tile of its level, from 0
 * @param width how many hashes or entries it has, 1 to 256
 */
public record Tile(int level, long index, int width) {
  /** Hashes or entries in a full tile. */
  public static final int WIDTH = 256;

  /** Stands for the level of the entries themselves. */
  public static final int ENTRIES = -1;

  /** More levels than a tree of 2^63 entries has. */
  private static final int MAX_LEVEL = 7;

  public Tile {
    if (level < ENTRIES || level > MAX_LEVEL || index < 0 || width < 1 || width > WIDTH) {
      throw new IllegalArgumentException("no such tile: " + level + " " + index + " " + width);
    }
  }

  public boolean full() {
    return width == WIDTH;
  }

  /** The full tile at the same place. */
  public Tile whole() {
    return new Tile(level, index, WIDTH);
  }

  /** The file's name under the log's folder, such as {@code tile/0/x001/234.p/7}. */
  public String path() {
    return base() + (full() ? "" : ".p/" + width);
  }

  /** The folder of the partial files at this place. */
  public String partials() {
    return base() + ".p";
  }

  private String base() {
    var path = new StringBuilder();
    long rest = index;
    do {
      String element = "%03d".formatted(rest % 1000);
      path.insert(0, path.isEmpty() ? element : "x" + element + "/");
      rest /= 1000;
    } while (rest > 0);
    return "tile/" + (level == ENTRIES ? "entries" : Integer.toString(level)) + "/" + path;
  }

  /** The tile of a level that stands at the right edge of a tree, if it has one there. */
  static List<Tile> rightEdge(long size) {
    var tiles = new ArrayList<Tile>();
    long count = size;
    for (int level = 0; count > 0; level++, count /= WIDTH) {
      if (count % WIDTH != 0) {
        tiles.add(new Tile(level, count / WIDTH, (int) (count % WIDTH)));
      }
    }
    return List.copyOf(tiles);
  }
}
