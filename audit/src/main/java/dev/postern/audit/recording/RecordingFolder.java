package dev.postern.audit.recording;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.function.LongSupplier;

/** The folder of recordings: one file a session, for their owner only. */
public final class RecordingFolder {
  private final Path folder;
  private final LongSupplier nanos;

  /**
   * A folder, made with the first recording.
   *
   * @param nanos elapsed time in nanoseconds
   */
  public RecordingFolder(Path folder, LongSupplier nanos) {
    this.folder = folder;
    this.nanos = nanos;
  }

  /**
   * Starts a session's recording.
   *
   * @param full whether messages are kept, or only when, how long and what became of them
   * @param maxBytes the most bytes of records, uncompressed; passing it ends the session
   * @throws RecordingFailed if it cannot be started: the session must not start
   */
  public Recording start(String session, boolean full, long maxBytes) throws RecordingFailed {
    try {
      String name = RecordingFormat.fileName(session);
      Files.createDirectories(folder, mode("rwx------"));
      FileChannel file =
          FileChannel.open(folder.resolve(name), Set.of(CREATE_NEW, WRITE), mode("rw-------"));
      try (FileChannel names = FileChannel.open(folder, READ)) {
        names.force(true);
      } catch (IOException e) {
        file.close();
        throw e;
      }
      return new FileRecording(name, session, file, full, maxBytes, nanos);
    } catch (IOException | IllegalArgumentException e) {
      throw new RecordingFailed("the recording of a session cannot be started: " + e, e);
    }
  }

  /** A session's recording on disk. */
  public Path file(String session) {
    return folder.resolve(RecordingFormat.fileName(session));
  }

  /**
   * Where a session's recording is, in a folder of recordings or a copy of one.
   *
   * @throws IOException if that is no session's id
   */
  public static Path file(Path folder, String session) throws IOException {
    try {
      return folder.resolve(RecordingFormat.fileName(session));
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static FileAttribute<?>[] mode(String permissions) {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }
}
