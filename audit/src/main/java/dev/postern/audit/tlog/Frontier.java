package dev.postern.audit.tlog;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * The right edge of a growing tree: the hashes of each level that are not in a full tile yet. All
 * that is needed to add entries and to know the root; at most 255 hashes a level. Not thread-safe.
 */
public final class Frontier {
  /** For each level, the hashes after its last full tile. */
  private final List<List<Sha256>> levels = new ArrayList<>();

  private long size;

  /** Of a tree without entries. */
  public Frontier() {}

  /** A copy that grows on its own. */
  public Frontier copy() {
    var copy = new Frontier();
    levels.forEach(level -> copy.levels.add(new ArrayList<>(level)));
    copy.size = size;
    return copy;
  }

  /**
   * Of a tree that is there already.
   *
   * @param tile gives the bytes of each tile asked for
   */
  public static Frontier load(long size, Function<Tile, byte[]> tile) {
    var frontier = new Frontier();
    frontier.size = size;
    long count = size;
    while (count > 0) {
      frontier.levels.add(new ArrayList<>());
      count /= Tile.WIDTH;
    }
    for (Tile edge : Tile.rightEdge(size)) {
      frontier.levels.get(edge.level()).addAll(hashes(tile.apply(edge), edge.width()));
    }
    return frontier;
  }

  /** Entries in the tree. */
  public long size() {
    return size;
  }

  /**
   * Adds an entry.
   *
   * @param full is told of each tile that this entry completes, with its bytes
   */
  public void add(Sha256 leaf, BiConsumer<Tile, byte[]> full) {
    size++;
    Sha256 hash = leaf;
    long count = size;
    for (int level = 0; ; level++, count /= Tile.WIDTH) {
      if (levels.size() == level) {
        levels.add(new ArrayList<>());
      }
      List<Sha256> hashes = levels.get(level);
      hashes.add(hash);
      if (hashes.size() < Tile.WIDTH) {
        return;
      }
      full.accept(new Tile(level, count / Tile.WIDTH - 1, Tile.WIDTH), bytes(hashes));
      hash = TreeHash.over(hashes);
      hashes.clear();
    }
  }

  /** The hashes of the entries after the last full tile. */
  public List<Sha256> lastLeaves() {
    return levels.isEmpty() ? List.of() : List.copyOf(levels.getFirst());
  }

  /** Tells of each partial tile at the right edge, with its bytes. */
  public void partials(BiConsumer<Tile, byte[]> partial) {
    for (Tile tile : Tile.rightEdge(size)) {
      partial.accept(tile, bytes(levels.get(tile.level())));
    }
  }

  /** The root of the tree. */
  public Sha256 root() {
    Sha256 root = null;
    for (List<Sha256> level : levels) {
      // from the smallest perfect subtree to the largest: each stands left of all before it
      int end = level.size();
      while (end > 0) {
        int width = Integer.lowestOneBit(end);
        Sha256 subtree = TreeHash.over(level.subList(end - width, end));
        root = root == null ? subtree : TreeHash.node(subtree, root);
        end -= width;
      }
    }
    return root == null ? TreeHash.EMPTY : root;
  }

  private static byte[] bytes(List<Sha256> hashes) {
    var bytes = new byte[hashes.size() * Sha256.BYTES];
    for (int i = 0; i < hashes.size(); i++) {
      hashes.get(i).copyTo(bytes, i * Sha256.BYTES);
    }
    return bytes;
  }

  /**
   * The first hashes of a tile.
   *
   * @throws IllegalArgumentException if it has fewer
   */
  static List<Sha256> hashes(byte[] tile, int width) {
    if (tile.length < width * Sha256.BYTES) {
      throw new IllegalArgumentException("a tile of " + tile.length + " bytes is too short");
    }
    var hashes = new ArrayList<Sha256>(width);
    for (int i = 0; i < width; i++) {
      hashes.add(Sha256.copyOf(tile, i * Sha256.BYTES, (i + 1) * Sha256.BYTES));
    }
    return hashes;
  }
}
