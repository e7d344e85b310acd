package dev.postern.audit;

import dev.postern.audit.Wal.Damaged;
import dev.postern.audit.Wal.Segment;
import dev.postern.audit.tlog.TileSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A log's folder, read only: a live one, or a copy. */
public final class LogFolder implements TileSource {
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

  /**
   * Entries that are durable but under no checkpoint yet. Best effort: what cannot be read is left
   * out, since nothing vouches for it anyway.
   *
   * @param published entries under the checkpoint
   */
  List<byte[]> unpublished(long published) throws IOException {
    Path folder = root.resolve(Wal.FOLDER);
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    // a writer beside us may replace the segment between the two steps; the next look has it
    for (int look = 0; look < 5; look++) {
      Optional<Path> newest;
      try (Stream<Path> names = Files.list(folder)) {
        newest = names.sorted().reduce((earlier, later) -> later);
      }
      Optional<byte[]> bytes =
          newest.isPresent() ? FolderDisk.read(newest.get(), Wal.SEGMENT_BYTES) : Optional.empty();
      if (bytes.isPresent()) {
        try {
          Segment segment = Wal.parse(bytes.get());
          if (segment.first() > published || segment.next() < published) {
            return List.of();
          }
          int from = (int) (published - segment.first());
          return segment.entries().subList(from, segment.entries().size());
        } catch (Damaged beingWritten) {
          look++;
        }
      }
    }
    return List.of();
  }
}
