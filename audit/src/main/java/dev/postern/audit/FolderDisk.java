package dev.postern.audit;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** A real folder, held by one process at a time. Its files are for their owner only. */
final class FolderDisk implements Disk {
  private static final boolean POSIX =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

  private final Path root;
  private final FileChannel lockFile;

  private FolderDisk(Path root, FileChannel lockFile) {
    this.root = root;
    this.lockFile = lockFile;
  }

  /**
   * Takes a folder, making it if it is not there.
   *
   * @throws IOException if that does not work, or another process has it
   */
  static FolderDisk open(Path root) throws IOException {
    Path whole = root.toAbsolutePath();
    Files.createDirectories(whole, mode("rwx------"));
    FileChannel lockFile =
        FileChannel.open(whole.resolve("lock"), Set.of(CREATE, WRITE), mode("rw-------"));
    try {
      FileLock lock = lockFile.tryLock();
      if (lock == null) {
        throw new IOException("`" + root + "` is in use by another process");
      }
    } catch (OverlappingFileLockException e) {
      lockFile.close();
      throw new IOException("`" + root + "` is in use by this process", e);
    } catch (IOException e) {
      lockFile.close();
      throw e;
    }
    return new FolderDisk(whole, lockFile);
  }

  /** Reads a file of a folder that someone else may have. */
  static Optional<byte[]> read(Path file, int most) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(most + 1);
      if (bytes.length > most) {
        throw new IOException("`" + file + "` is larger than " + most + " bytes");
      }
      return Optional.of(bytes);
    } catch (NoSuchFileException | NotDirectoryException e) {
      return Optional.empty();
    }
  }

  static FileAttribute<?>[] mode(String permissions) {
    return POSIX
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }

  static void forceFolder(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, READ)) {
      channel.force(true);
    }
  }

  static void writeAll(FileChannel channel, byte[] bytes, long at) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    long position = at;
    while (buffer.hasRemaining()) {
      position += channel.write(buffer, position);
    }
  }

  @Override
  public Optional<byte[]> read(String path, int most) throws IOException {
    return read(root.resolve(path), most);
  }

  @Override
  public void write(String path, byte[] content) throws IOException {
    Set<OpenOption> options = Set.of(CREATE, WRITE, TRUNCATE_EXISTING);
    try (FileChannel channel = FileChannel.open(root.resolve(path), options, mode("rw-------"))) {
      writeAll(channel, content, 0);
      channel.force(true);
    }
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Files.move(
        root.resolve(from),
        root.resolve(to),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void forceFolder(String path) throws IOException {
    forceFolder(root.resolve(path));
  }

  @Override
  public void createFolder(String path) throws IOException {
    Path folder = root.resolve(path);
    if (Files.isDirectory(folder)) {
      return;
    }
    Path parent = folder.getParent();
    if (parent != null && !folder.equals(root)) {
      createFolder(root.relativize(parent).toString());
      Files.createDirectories(folder, mode("rwx------"));
      forceFolder(parent);
    }
  }

  @Override
  public void delete(String path) throws IOException {
    Files.deleteIfExists(root.resolve(path));
  }

  @Override
  public List<String> list(String path) throws IOException {
    Path folder = root.resolve(path);
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> names = Files.list(folder)) {
      return names.map(name -> String.valueOf(name.getFileName())).sorted().toList();
    }
  }

  @Override
  public Region open(String path) throws IOException {
    Path whole = root.resolve(path);
    if (!Files.isRegularFile(whole)) {
      throw new NoSuchFileException(whole.toString());
    }
    // not a FileChannel: that is closed under a thread that is interrupted, for all others too
    var file = new RandomAccessFile(whole.toFile(), "rwd");
    return new Region() {
      @Override
      public void write(long at, byte[] bytes) throws IOException {
        file.seek(at);
        file.write(bytes);
      }

      @Override
      public void force() {
        // "rwd": what was written is on the disk when the write returns
      }

      @Override
      public void close() {
        closeQuietly(file);
      }
    };
  }

  @Override
  public void close() {
    closeQuietly(lockFile);
  }

  /** Nothing depends on a close: what had to be durable was forced before. */
  private static void closeQuietly(Closeable file) {
    try {
      file.close();
    } catch (IOException ignored) {
      System.getLogger("dev.postern.audit")
          .log(System.Logger.Level.DEBUG, "closing a file failed", ignored);
    }
  }
}
