package dev.postern.audit.tlog;

import java.util.ArrayList;
import java.util.List;

/** Inclusion and consistency proofs (RFC 9162 §2.1.3, §2.1.4; RFC 6962 has the same trees). */
public final class Proofs {
  private Proofs() {}

  /** Hashes of perfect subtrees of a log. */
  public interface Subtrees {
    /**
     * The hash over the entries from {@code index << height} to {@code (index + 1) << height}.
     *
     * @throws ProofUnavailable if the log's files do not give it
     */
    Sha256 hash(int height, long index) throws ProofUnavailable;
  }

  /** A proof cannot be made: a tile is missing or unreadable. */
  public static final class ProofUnavailable extends Exception {
    private static final long serialVersionUID = 1L;

    public ProofUnavailable(String message) {
      super(message);
    }
  }

  /**
   * The audit path of one entry.
   *
   * @throws IllegalArgumentException unless {@code 0 <= index < size}
   */
  public static List<Sha256> inclusion(long index, long size, Subtrees subtrees)
      throws ProofUnavailable {
    if (index < 0 || index >= size) {
      throw new IllegalArgumentException("no entry " + index + " in a tree of " + size);
    }
    var path = new ArrayList<Sha256>();
    long low = 0;
    long high = size;
    // from the root down; the path is read from the leaf up
    while (high - low > 1) {
      long middle = low + split(high - low);
      if (index < middle) {
        path.addFirst(range(middle, high, subtrees));
        high = middle;
      } else {
        path.addFirst(range(low, middle, subtrees));
        low = middle;
      }
    }
    return List.copyOf(path);
  }

  /**
   * The proof that a smaller tree is the beginning of a larger one.
   *
   * @throws IllegalArgumentException unless {@code 0 < smaller <= larger}
   */
  public static List<Sha256> consistency(long smaller, long larger, Subtrees subtrees)
      throws ProofUnavailable {
    if (smaller < 1 || smaller > larger) {
      throw new IllegalArgumentException("no proof from " + smaller + " to " + larger);
    }
    var proof = new ArrayList<Sha256>();
    long low = 0;
    long high = larger;
    while (high != smaller) {
      long middle = low + split(high - low);
      if (smaller <= middle) {
        proof.addFirst(range(middle, high, subtrees));
        high = middle;
      } else {
        proof.addFirst(range(low, middle, subtrees));
        low = middle;
      }
    }
    // when the smaller tree is a whole left subtree its root is known to the verifier
    if (low != 0) {
      proof.addFirst(range(low, high, subtrees));
    }
    return List.copyOf(proof);
  }

  /** Whether a path leads from an entry's hash to a root. */
  public static boolean verifyInclusion(
      long index, long size, Sha256 leaf, List<Sha256> path, Sha256 root) {
    if (index < 0 || index >= size) {
      return false;
    }
    long node = index;
    long last = size - 1;
    Sha256 hash = leaf;
    for (Sha256 sibling : path) {
      if (last == 0) {
        return false;
      }
      if ((node & 1) == 1 || node == last) {
        hash = TreeHash.node(sibling, hash);
        while ((node & 1) == 0 && node != 0) {
          node >>>= 1;
          last >>>= 1;
        }
      } else {
        hash = TreeHash.node(hash, sibling);
      }
      node >>>= 1;
      last >>>= 1;
    }
    return last == 0 && hash.equals(root);
  }

  /** Whether a proof shows that one root's tree is the beginning of another's. */
  public static boolean verifyConsistency(
      long smaller, Sha256 smallerRoot, long larger, Sha256 largerRoot, List<Sha256> proof) {
    if (smaller < 0 || smaller > larger) {
      return false;
    }
    if (smaller == larger) {
      return proof.isEmpty() && smallerRoot.equals(largerRoot);
    }
    if (smaller == 0) {
      // every tree begins with the empty one
      return proof.isEmpty() && smallerRoot.equals(TreeHash.EMPTY);
    }
    var hashes = new ArrayList<>(proof);
    if (Long.bitCount(smaller) == 1) {
      hashes.addFirst(smallerRoot);
    }
    if (hashes.isEmpty()) {
      return false;
    }
    long node = smaller - 1;
    long last = larger - 1;
    while ((node & 1) == 1) {
      node >>>= 1;
      last >>>= 1;
    }
    Sha256 first = hashes.getFirst();
    Sha256 second = first;
    for (Sha256 hash : hashes.subList(1, hashes.size())) {
      if (last == 0) {
        return false;
      }
      if ((node & 1) == 1 || node == last) {
        first = TreeHash.node(hash, first);
        second = TreeHash.node(hash, second);
        while ((node & 1) == 0 && node != 0) {
          node >>>= 1;
          last >>>= 1;
        }
      } else {
        second = TreeHash.node(second, hash);
      }
      node >>>= 1;
      last >>>= 1;
    }
    return last == 0 && first.equals(smallerRoot) && second.equals(largerRoot);
  }

  /** The root over the entries from {@code low} to {@code high}, where low suits such a subtree. */
  private static Sha256 range(long low, long high, Subtrees subtrees) throws ProofUnavailable {
    long count = high - low;
    if (Long.bitCount(count) == 1) {
      int height = Long.numberOfTrailingZeros(count);
      return subtrees.hash(height, low >>> height);
    }
    long middle = low + split(count);
    return TreeHash.node(range(low, middle, subtrees), range(middle, high, subtrees));
  }

  /** The largest power of two below a count of at least 2. */
  private static long split(long count) {
    return Long.highestOneBit(count - 1);
  }
}
