package dev.postern.audit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.postern.audit.tlog.NoteSigner;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/** The file of a log's private key: PKCS#8 PEM, for its owner only. */
public final class AuditKeyFile {
  private static final int MAX_BYTES = 16 * 1024;

  private AuditKeyFile() {}

  /**
   * Reads the key, or makes one if neither the file nor a log is there.
   *
   * @param file the key's file
   * @param origin the log's origin, which the key signs under
   * @param log the log's folder: a new key is no use to a log that is there already
   * @throws LogRefused if the file holds no such key, or is gone while the log is there
   */
  public static NoteSigner open(Path file, String origin, Path log) throws IOException, LogRefused {
    Optional<NoteSigner> found = read(file, origin);
    if (found.isPresent()) {
      return found.get();
    }
    if (Files.exists(log.resolve(Publisher.CHECKPOINT))) {
      throw new LogRefused(
          "`"
              + file
              + "` is gone, and the audit log in `"
              + log
              + "` needs that key: put it back,"
              + " or begin a new log in another folder");
    }
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    String pem = NoteSigner.generatePem();
    try (FileChannel channel =
        FileChannel.open(file, Set.of(CREATE_NEW, WRITE), FolderDisk.mode("rw-------"))) {
      FolderDisk.writeAll(channel, pem.getBytes(US_ASCII), 0);
      channel.force(true);
    }
    if (folder != null) {
      FolderDisk.forceFolder(folder);
    }
    return NoteSigner.parse(origin, pem);
  }

  /**
   * Reads the key; empty if the file is not there.
   *
   * @throws LogRefused if the file holds no such key
   */
  public static Optional<NoteSigner> read(Path file, String origin) throws IOException, LogRefused {
    Optional<byte[]> bytes = FolderDisk.read(file, MAX_BYTES);
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(NoteSigner.parse(origin, new String(bytes.get(), US_ASCII)));
    } catch (IllegalArgumentException e) {
      throw new LogRefused("`" + file + "` cannot be used: " + e.getMessage());
    }
  }
}
