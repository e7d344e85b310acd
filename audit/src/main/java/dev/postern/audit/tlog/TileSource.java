package dev.postern.audit.tlog;

import java.io.IOException;
import java.util.Optional;

/** Where a log's files come from: a folder, a copy of one, an archive. */
public interface TileSource {
  /**
   * A file's bytes.
   *
   * @param path its name under the log's folder, as {@link Tile#path} gives it
   * @param most the most bytes it may have; a larger file is an error
   * @return empty if there is no such file
   */
  Optional<byte[]> read(String path, int most) throws IOException;
}
