package dev.postern.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.audit.tlog.Checkpoint;
import dev.postern.audit.tlog.EntryBundle;
import dev.postern.audit.tlog.Frontier;
import dev.postern.audit.tlog.NoteSigner;
import dev.postern.audit.tlog.Sha256;
import dev.postern.audit.tlog.SignedNote;
import dev.postern.audit.tlog.Tile;
import dev.postern.audit.tlog.TreeHash;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Brings durable entries under signed checkpoints: tiles first, then the checkpoint, each durable
 * before the next. Not thread-safe: the log's writer owns it.
 *
 * <p>INVARIANT: a checkpoint is written only over entries that are durable in the tiles it covers,
 * and only ever over a longer list that begins with that of the one before.
 */
final class Publisher {
  static final String CHECKPOINT = "checkpoint";
  private static final String CHECKPOINT_NEW = "checkpoint.new";
  private static final String TILE_NEW = "tile.new";

  private final Disk disk;
  private final NoteSigner signer;

  /** The tree under the latest checkpoint. */
  private Frontier tree;

  /** The entries of the last, partial bundle under the latest checkpoint. */
  private byte[] bundle;

  private Publisher(Disk disk, NoteSigner signer, Frontier tree, byte[] bundle) {
    this.disk = disk;
    this.signer = signer;
    this.tree = tree;
    this.bundle = bundle;
  }

  /**
   * Takes up the log that is on a disk, or begins one if there is none.
   *
   * @throws LogRefused if what is there is not a log of this key whose right edge is whole
   */
  static Publisher open(Disk disk, NoteSigner signer) throws IOException, LogRefused {
    Optional<byte[]> note = disk.read(CHECKPOINT, SignedNote.MAX_BYTES);
    if (note.isEmpty()) {
      if (!disk.list("tile").isEmpty()) {
        throw new LogRefused(
            "it has tiles but no `checkpoint`: put the file back, or keep the folder as it is and"
                + " name another for a new log");
      }
      return new Publisher(disk, signer, new Frontier(), new byte[0]);
    }
    Checkpoint checkpoint = read(note.get(), signer);
    long size = checkpoint.size();
    var missing = new ArrayList<String>();
    Frontier tree =
        Frontier.load(
            size,
            tile -> {
              Optional<byte[]> bytes = find(disk, tile, Tile.WIDTH * Sha256.BYTES);
              if (bytes.isEmpty() || bytes.get().length < tile.width() * Sha256.BYTES) {
                missing.add(tile.path());
                return new byte[tile.width() * Sha256.BYTES];
              }
              return bytes.get();
            });
    if (!missing.isEmpty()) {
      throw new LogRefused("`" + missing.getFirst() + "` is missing or too short");
    }
    if (!tree.root().equals(checkpoint.root())) {
      throw new LogRefused("its tiles do not have the root that its checkpoint signs");
    }
    int width = (int) (size % Tile.WIDTH);
    byte[] bundle =
        width == 0
            ? new byte[0]
            : bundle(disk, new Tile(Tile.ENTRIES, size / Tile.WIDTH, width), tree);
    return new Publisher(disk, signer, tree, bundle);
  }

  private static Checkpoint read(byte[] bytes, NoteSigner signer) throws LogRefused {
    try {
      SignedNote note = SignedNote.parse(bytes);
      Checkpoint checkpoint = Checkpoint.parse(note.text());
      if (!checkpoint.origin().equals(signer.name())) {
        throw new LogRefused(
            "it is the log `" + checkpoint.origin() + "`, not `" + signer.name() + "`");
      }
      if (!note.signedBy(signer.verifier())) {
        throw new LogRefused(
            "its checkpoint is not signed by the key `"
                + signer.verifier()
                + "` but claims "
                + note.claimedSigners()
                + ": use the key it was made with, or another folder");
      }
      return checkpoint;
    } catch (IllegalArgumentException e) {
      throw new LogRefused("its `checkpoint` " + e.getMessage());
    }
  }

  /** The last bundle's entries, checked against their leaves. */
  private static byte[] bundle(Disk disk, Tile tile, Frontier tree) throws LogRefused {
    Optional<List<byte[]>> entries =
        find(disk, tile, EntryBundle.MAX_BYTES)
            .flatMap(bytes -> EntryBundle.parse(bytes, tile.width(), false));
    if (entries.isEmpty()) {
      throw new LogRefused("`" + tile.path() + "` is missing or too short");
    }
    var bytes = new ByteArrayOutputStream();
    List<Sha256> leaves = tree.lastLeaves();
    for (int i = 0; i < tile.width(); i++) {
      if (!TreeHash.leaf(entries.get().get(i)).equals(leaves.get(i))) {
        throw new LogRefused("entry " + i + " of `" + tile.path() + "` is not what was logged");
      }
      EntryBundle.append(bytes, entries.get().get(i));
    }
    return bytes.toByteArray();
  }

  private static Optional<byte[]> find(Disk disk, Tile tile, int most) {
    try {
      Optional<byte[]> bytes = disk.read(tile.path(), most);
      return bytes.isPresent() || tile.full() ? bytes : disk.read(tile.whole().path(), most);
    } catch (IOException unreadable) {
      return Optional.empty();
    }
  }

  /** Entries under the latest checkpoint. */
  long size() {
    return tree.size();
  }

  /** The last entry under the latest checkpoint. */
  Optional<byte[]> lastEntry() {
    int width = (int) (tree.size() % Tile.WIDTH);
    Optional<List<byte[]>> last =
        width == 0 && tree.size() > 0
            ? find(
                    disk,
                    new Tile(Tile.ENTRIES, tree.size() / Tile.WIDTH - 1, Tile.WIDTH),
                    EntryBundle.MAX_BYTES)
                .flatMap(bytes -> EntryBundle.parse(bytes, Tile.WIDTH, true))
            : EntryBundle.parse(bundle, width, true);
    return last.filter(entries -> !entries.isEmpty()).map(List::getLast);
  }

  /**
   * Publishes entries that follow those published. If it fails, nothing has changed that a reader
   * or a restart would trip over, and the same entries may be published again, with more behind.
   */
  void publish(List<byte[]> entries) throws IOException {
    Frontier grown = tree.copy();
    var pending = new ByteArrayOutputStream();
    pending.writeBytes(bundle);
    Map<Tile, byte[]> tiles = new LinkedHashMap<>();
    for (byte[] entry : entries) {
      EntryBundle.append(pending, entry);
      grown.add(TreeHash.leaf(entry), tiles::put);
      if (grown.size() % Tile.WIDTH == 0) {
        long index = grown.size() / Tile.WIDTH - 1;
        tiles.put(new Tile(Tile.ENTRIES, index, Tile.WIDTH), pending.toByteArray());
        pending.reset();
      }
    }
    Set<Tile> full = new LinkedHashSet<>(tiles.keySet());
    Set<Tile> published = new LinkedHashSet<>();
    tree.partials((tile, bytes) -> published.add(tile));
    grown.partials(
        (tile, bytes) -> {
          if (!published.contains(tile)) {
            tiles.put(tile, bytes);
          }
        });
    int width = (int) (grown.size() % Tile.WIDTH);
    if (width > 0 && !entries.isEmpty()) {
      var last = new Tile(Tile.ENTRIES, grown.size() / Tile.WIDTH, width);
      tiles.put(last, pending.toByteArray());
    }
    // A crash up to here: nothing was written.
    Set<String> folders = new LinkedHashSet<>();
    for (var tile : tiles.entrySet()) {
      String path = tile.getKey().path();
      String folder = path.substring(0, path.lastIndexOf('/'));
      disk.createFolder(folder);
      disk.write(TILE_NEW, tile.getValue());
      disk.rename(TILE_NEW, path);
      folders.add(folder);
      // A crash here: tiles that no checkpoint covers. They are written again with the same bytes,
      // or with more where partial: entries that are durable never change.
    }
    for (String folder : folders) {
      disk.forceFolder(folder);
    }
    // A crash here: as above, but durable.
    String signed = signer.sign(new Checkpoint(signer.name(), grown.size(), grown.root()).text());
    disk.write(CHECKPOINT_NEW, signed.getBytes(UTF_8));
    // A crash here: the old checkpoint holds, and a file that nobody reads lies beside it.
    disk.rename(CHECKPOINT_NEW, CHECKPOINT);
    // A crash here: the old checkpoint or the new one; the entries of both are durable.
    disk.forceFolder("");
    tree = grown;
    bundle = pending.toByteArray();
    removePartials(full);
  }

  /** Removes partial tiles that a full one replaces; a reader falls back to it. */
  private void removePartials(Set<Tile> full) {
    for (Tile tile : full) {
      try {
        for (String name : disk.list(tile.partials())) {
          disk.delete(tile.partials() + "/" + name);
        }
        disk.delete(tile.partials());
      } catch (IOException staysBehind) {
        // they only take room; nothing depends on it
        System.getLogger("dev.postern.audit")
            .log(System.Logger.Level.DEBUG, "removing partial tiles failed", staysBehind);
      }
    }
  }
}
