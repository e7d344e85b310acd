package dev.postern.audit;

import dev.postern.audit.tlog.TileSource;
import java.io.IOException;
import java.util.List;

/**
 * The few things the log asks of a file system, and what is durable once each returns. Paths are
 * relative to the log's folder, with {@code /}. Any of them may fail, and may then have been done
 * or not. Used by one thread at a time.
 */
interface Disk extends TileSource, AutoCloseable {
  /**
   * Creates a file or replaces its content. The content is durable, the name may not be: {@link
   * #forceFolder}.
   */
  void write(String path, byte[] content) throws IOException;

  /** Renames a file over another or none, at once. Durable after {@link #forceFolder}. */
  void rename(String from, String to) throws IOException;

  /** Makes the names in a folder durable; the log's own folder is the empty path. */
  void forceFolder(String path) throws IOException;

  /** Makes a folder and those above it; durable. Nothing if it is there. */
  void createFolder(String path) throws IOException;

  /** Removes a file or an empty folder. Nothing if it is not there. Durable at some later time. */
  void delete(String path) throws IOException;

  /** Names in a folder, sorted; none if it is not there. */
  List<String> list(String path) throws IOException;

  /** Opens a file that is there, to write within its length. */
  Region open(String path) throws IOException;

  @Override
  void close();

  /**
   * A file of fixed length whose blocks are there already: writing to it needs no space. An
   * interrupted thread writes as any other, and leaves it usable.
   */
  interface Region extends AutoCloseable {
    /** Writes bytes at a place; durable after {@link #force}. */
    void write(long at, byte[] bytes) throws IOException;

    /**
     * Makes all writes durable. If it fails, none since the last may be relied on, whatever a later
     * call says: a file system may drop what it could not write.
     */
    void force() throws IOException;

    @Override
    void close();
  }
}
