package dev.postern.audit.tlog;

import dev.postern.audit.tlog.Proofs.ProofUnavailable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The subtrees of a log of known size, from its tiles. Trusts the tiles: what is proved is not. */
public final class TileSubtrees implements Proofs.Subtrees {
  private final TileSource source;
  private final long size;

  public TileSubtrees(TileSource source, long size) {
    this.source = source;
    this.size = size;
  }

  @Override
  public Sha256 hash(int height, long index) throws ProofUnavailable {
    int level = height / 8;
    int spread = height % 8;
    // the subtree is over 2^spread neighbouring hashes of its level
    long first = index << spread;
    long tileIndex = first / Tile.WIDTH;
    int from = (int) (first % Tile.WIDTH);
    int to = from + (1 << spread);
    List<Sha256> hashes = Frontier.hashes(tile(level, tileIndex), to);
    return TreeHash.over(hashes.subList(from, to));
  }

  private byte[] tile(int level, long index) throws ProofUnavailable {
    long count = size >>> (8 * level);
    long left = count - index * Tile.WIDTH;
    if (left <= 0) {
      throw new ProofUnavailable("the tree has no such tile");
    }
    var tile = new Tile(level, index, (int) Math.min(left, Tile.WIDTH));
    int most = Tile.WIDTH * Sha256.BYTES;
    try {
      Optional<byte[]> bytes = source.read(tile.path(), most);
      if (bytes.isEmpty() && !tile.full()) {
        // a partial tile may be gone once the full one is there
        bytes = source.read(tile.whole().path(), most);
      }
      byte[] found =
          bytes.orElseThrow(() -> new ProofUnavailable("`" + tile.path() + "` is missing"));
      if (found.length < tile.width() * Sha256.BYTES) {
        throw new ProofUnavailable("`" + tile.path() + "` is too short");
      }
      return found;
    } catch (IOException e) {
      throw new ProofUnavailable("`" + tile.path() + "` cannot be read: " + e.getMessage());
    }
  }
}
