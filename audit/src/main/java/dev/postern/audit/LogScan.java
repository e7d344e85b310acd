package dev.postern.audit;

import dev.postern.audit.tlog.Checkpoint;
import dev.postern.audit.tlog.EntryBundle;
import dev.postern.audit.tlog.Frontier;
import dev.postern.audit.tlog.Sha256;
import dev.postern.audit.tlog.SignedNote;
import dev.postern.audit.tlog.Tile;
import dev.postern.audit.tlog.TileSource;
import dev.postern.audit.tlog.TreeHash;
import dev.postern.audit.tlog.VerifierKey;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One pass over a log, from its checkpoint's first entry to its last: hands every entry on and
 * checks everything that can be checked. One bundle is in memory at a time.
 */
final class LogScan {
  /** Told of each entry that can be read, in order. */
  interface Visitor {
    void entry(long index, byte[] entry) throws IOException;
  }

  /**
   * Missing bundles after which no later one is looked for: a false checkpoint may claim any size.
   */
  private static final int MAX_MISSING = 1000;

  private final TileSource source;
  private @Nullable Problem problem;

  private LogScan(TileSource source) {
    this.source = source;
  }

  /**
   * The first thing that does not hold.
   *
   * @param place a file, or an entry of it
   * @param what what is wrong with it
   */
  record Problem(String place, String what) {}

  /**
   * What a pass found.
   *
   * @param checkpoint the checkpoint it was made under; empty if that could not be used
   * @param problem the first thing that does not hold; empty if all does
   */
  record Outcome(Optional<Checkpoint> checkpoint, Optional<Problem> problem) {}

  /**
   * Reads a log whole.
   *
   * @param key whose signature the checkpoint must have; empty: it is not looked at
   * @param checkpointBytes the checkpoint, read before anything else
   */
  static Outcome run(
      TileSource source, byte[] checkpointBytes, Optional<VerifierKey> key, Visitor visitor)
      throws IOException {
    var scan = new LogScan(source);
    Optional<Checkpoint> checkpoint = scan.checkpoint(checkpointBytes, key);
    if (checkpoint.isPresent()) {
      scan.entries(checkpoint.get(), visitor);
    }
    return new Outcome(checkpoint, Optional.ofNullable(scan.problem));
  }

  private Optional<Checkpoint> checkpoint(byte[] bytes, Optional<VerifierKey> key) {
    try {
      SignedNote note = SignedNote.parse(bytes);
      Checkpoint checkpoint = Checkpoint.parse(note.text());
      if (key.isPresent() && !checkpoint.origin().equals(key.get().name())) {
        found(
            Publisher.CHECKPOINT,
            "it is of the log `"
                + checkpoint.origin()
                + "`, the key is for `"
                + key.get().name()
                + "`");
      } else if (key.isPresent() && !note.signedBy(key.get())) {
        found(
            Publisher.CHECKPOINT,
            "it has no valid signature by the key; it claims " + note.claimedSigners());
      }
      return Optional.of(checkpoint);
    } catch (IllegalArgumentException e) {
      found(Publisher.CHECKPOINT, "it " + e.getMessage());
      return Optional.empty();
    }
  }

  private void entries(Checkpoint checkpoint, Visitor visitor) throws IOException {
    long size = checkpoint.size();
    var tree = new Frontier();
    int missing = 0;
    for (long first = 0; first < size && missing < MAX_MISSING; first += Tile.WIDTH) {
      int width = (int) Math.min(Tile.WIDTH, size - first);
      var tile = new Tile(Tile.ENTRIES, first / Tile.WIDTH, width);
      Optional<List<byte[]>> bundle = bundle(tile);
      if (bundle.isEmpty()) {
        missing++;
        // the hashes above cannot be computed any more; later entries can still be read
        continue;
      }
      byte[] leaves = hashes(new Tile(0, first / Tile.WIDTH, width));
      for (int i = 0; i < width; i++) {
        byte[] entry = bundle.get().get(i);
        Sha256 leaf = TreeHash.leaf(entry);
        long index = first + i;
        String place = "entry " + index + " in " + tile.path();
        if (leaves.length >= (i + 1) * Sha256.BYTES
            && !leaf.equals(Sha256.copyOf(leaves, i * Sha256.BYTES, (i + 1) * Sha256.BYTES))) {
          found(place, "its hash is not the one in the tree: it was changed");
        }
        try {
          EntryForm.decode(entry);
        } catch (EntryForm.Malformed e) {
          found(place, e.getMessage() == null ? "malformed" : e.getMessage());
        }
        tree.add(leaf, this::compare);
        visitor.entry(index, entry);
      }
    }
    if (problem == null) {
      tree.partials(this::compare);
    }
    if (problem == null && !tree.root().equals(checkpoint.root())) {
      found(Publisher.CHECKPOINT, "the entries do not have the root that it signs");
    }
  }

  private Optional<List<byte[]>> bundle(Tile tile) throws IOException {
    Optional<byte[]> exact = source.read(tile.path(), EntryBundle.MAX_BYTES);
    Optional<byte[]> bytes =
        exact.isPresent() || tile.full()
            ? exact
            : source.read(tile.whole().path(), EntryBundle.MAX_BYTES);
    if (bytes.isEmpty()) {
      found(tile.path(), "it is missing, and with it " + tile.width() + " entries");
      return Optional.empty();
    }
    Optional<List<byte[]>> entries =
        EntryBundle.parse(bytes.get(), tile.width(), exact.isPresent());
    if (entries.isEmpty()) {
      found(tile.path(), "it does not hold " + tile.width() + " entries");
    }
    return entries;
  }

  /** A tile's bytes, or none with a problem noted. */
  private byte[] hashes(Tile tile) {
    try {
      int most = Tile.WIDTH * Sha256.BYTES;
      Optional<byte[]> bytes = source.read(tile.path(), most);
      int length = tile.width() * Sha256.BYTES;
      if (bytes.isPresent() && bytes.get().length != length) {
        found(tile.path(), "it has " + bytes.get().length + " bytes, not " + length);
        return new byte[0];
      }
      if (bytes.isEmpty() && !tile.full()) {
        bytes =
            source
                .read(tile.whole().path(), most)
                .filter(whole -> whole.length == most)
                .map(whole -> Arrays.copyOf(whole, length));
      }
      if (bytes.isEmpty()) {
        found(tile.path(), "it is missing");
      }
      return bytes.orElse(new byte[0]);
    } catch (IOException e) {
      found(tile.path(), "it cannot be read: " + e.getMessage());
      return new byte[0];
    }
  }

  private void compare(Tile tile, byte[] computed) {
    byte[] bytes = hashes(tile);
    if (problem == null && !Arrays.equals(bytes, computed)) {
      found(tile.path(), "its hashes are not those of the entries below it");
    }
  }

  /** Notes the first problem. */
  private void found(String place, String what) {
    if (problem == null) {
      problem = new Problem(place, what);
    }
  }
}
