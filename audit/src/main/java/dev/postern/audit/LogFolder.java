package dev.postern.audit;

import dev.postern.audit.Wal.Damaged;
import dev.postern.audit.Wal.Segment;
import dev.postern.audit.tlog.Checkpoint;
import dev.postern.audit.tlog.SignedNote;
import dev.postern.audit.tlog.TileSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** A log's folder, read only: a live one, or a copy. */
public final class LogFolder implements TileSource {
  private static final int LOOKS = 5;

  private final Path root;

  public LogFolder(Path root) {
    this.root = root;
  }

  @Override
  public Optional<byte[]> read(String path, int most) throws IOException {
    return FolderDisk.read(root.resolve(path), most);
  }

  /** Whether there are tiles. */
  boolean hasTiles() {
    return Files.isDirectory(root.resolve("tile"));
  }

  Path root() {
    return root;
  }

  /** A checkpoint, not looked at, and the entries that are durable but not under it yet. */
  static final class Head {
    private final byte[] checkpoint;
    private final List<byte[]> unpublished;

    private Head(byte[] checkpoint, List<byte[]> unpublished) {
      this.checkpoint = checkpoint;
      this.unpublished = unpublished;
    }

    byte[] checkpoint() {
      return checkpoint.clone();
    }

    List<byte[]> unpublished() {
      return unpublished;
    }
  }

  /**
   * The checkpoint and what follows it, without a hole between them also where a writer beside us
   * goes on. Empty if there is no checkpoint.
   */
  Optional<Head> head() throws IOException {
    Optional<byte[]> checkpoint = read(Publisher.CHECKPOINT, SignedNote.MAX_BYTES);
    for (int look = 0; look < LOOKS && checkpoint.isPresent(); look++) {
      OptionalLong size = size(checkpoint.get());
      if (size.isEmpty()) {
        break;
      }
      Optional<List<byte[]>> unpublished = unpublished(size.getAsLong());
      if (unpublished.isPresent()) {
        return Optional.of(new Head(checkpoint.get(), unpublished.get()));
      }
      checkpoint = read(Publisher.CHECKPOINT, SignedNote.MAX_BYTES);
    }
    return checkpoint.map(bytes -> new Head(bytes, List.of()));
  }

  private static OptionalLong size(byte[] checkpoint) {
    try {
      return OptionalLong.of(Checkpoint.parse(SignedNote.parse(checkpoint).text()).size());
    } catch (IllegalArgumentException reportedByTheScan) {
      return OptionalLong.empty();
    }
  }

  /**
   * Entries that are durable but under no checkpoint yet. Best effort: what cannot be read is left
   * out, since nothing vouches for it anyway.
   *
   * @param published entries under the checkpoint
   * @return empty if the writer's file begins later: there is a newer checkpoint
   */
  Optional<List<byte[]>> unpublished(long published) throws IOException {
    Path folder = root.resolve(Wal.FOLDER);
    if (!Files.isDirectory(folder)) {
      return Optional.of(List.of());
    }
    // a writer beside us may replace the segment between the two steps; the next look has it
    for (int look = 0; look < LOOKS; look++) {
      Optional<Path> newest;
      try (Stream<Path> names = Files.list(folder)) {
        newest = names.sorted().reduce((earlier, later) -> later);
      }
      Optional<byte[]> bytes =
          newest.isPresent() ? FolderDisk.read(newest.get(), Wal.SEGMENT_BYTES) : Optional.empty();
      Optional<Segment> segment = bytes.flatMap(LogFolder::segment);
      if (segment.isPresent() && segment.get().first() > published) {
        return Optional.empty();
      }
      if (segment.isPresent()) {
        List<byte[]> entries = segment.get().entries();
        int from = (int) Math.min(published - segment.get().first(), entries.size());
        return Optional.of(entries.subList(from, entries.size()));
      }
    }
    return Optional.of(List.of());
  }

  private static Optional<Segment> segment(byte[] file) {
    try {
      return Optional.of(Wal.parse(file));
    } catch (Damaged beingWritten) {
      return Optional.empty();
    }
  }
}
