package dev.postern.audit.tlog;

import java.security.MessageDigest;
import java.util.List;

/** Hashes of a Merkle tree (RFC 6962 §2.1; RFC 9162 §2.1.1 says the same). */
public final class TreeHash {
  /** The root of a tree without entries. */
  public static final Sha256 EMPTY = Sha256.of();

  private static final byte[] LEAF = {0};
  private static final byte[] NODE = {1};

  private TreeHash() {}

  /** The hash of an entry. */
  public static Sha256 leaf(byte[] entry) {
    return Sha256.of(LEAF, entry);
  }

  /** The hash over two subtrees. */
  public static Sha256 node(Sha256 left, Sha256 right) {
    MessageDigest digest = Sha256.digest();
    digest.update(NODE);
    left.addTo(digest);
    right.addTo(digest);
    return Sha256.copyOf(digest.digest());
  }

  /**
   * The root over the hashes of neighbouring subtrees of one size.
   *
   * @param hashes at least one
   */
  public static Sha256 over(List<Sha256> hashes) {
    if (hashes.isEmpty()) {
      throw new IllegalArgumentException("a root over nothing");
    }
    if (hashes.size() == 1) {
      return hashes.getFirst();
    }
    // the left part is the largest power of two below the whole
    int split = Integer.highestOneBit(hashes.size() - 1);
    return node(over(hashes.subList(0, split)), over(hashes.subList(split, hashes.size())));
  }
}
