package dev.postern.gateway.guard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.postern.gateway.dlv.GatewayInstance;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;

/**
 * The journal of targets in use, on disk: what is in it when a gateway starts was left by one that
 * died.
 *
 * <p>A line is durable once {@link #write} returns. The file is written anew at each start and when
 * it gets long. It also keeps the gateway's instance, by which its breakpoints are known.
 */
final class UnfinishedTargets implements AutoCloseable {
  private static final String FILE = "targets.journal";
  private static final int INSTANCE_BYTES = 4;
  private static final long LONG_BYTES = 256 * 1024;

  private final Path folder;
  private FileChannel channel;

  private UnfinishedTargets(Path folder, FileChannel channel) {
    this.folder = folder;
    this.channel = channel;
  }

  /** Opens the journal of a data folder; {@code known} learns what it holds. */
  static UnfinishedTargets open(Path folder, WatchedTargets known, SecureRandom random)
      throws IOException {
    Path file = folder.resolve(FILE);
    if (Files.exists(file)) {
      Files.readString(file, UTF_8).lines().forEach(known::read);
    }
    if (known.instance().isEmpty()) {
      byte[] id = new byte[INSTANCE_BYTES];
      random.nextBytes(id);
      known.read(WatchedTargets.instance(new GatewayInstance(HexFormat.of().formatHex(id))));
    }
    return new UnfinishedTargets(folder, fresh(folder, known));
  }

  /** A file that holds what is known and nothing else, in place of the one before. */
  private static FileChannel fresh(Path folder, WatchedTargets known) throws IOException {
    Path file = folder.resolve(FILE);
    Path fresh = folder.resolve(FILE + ".new");
    FileChannel channel = FileChannel.open(fresh, CREATE, WRITE, TRUNCATE_EXISTING);
    try {
      write(channel, known.lines());
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      try (FileChannel entry = FileChannel.open(folder, READ)) {
        entry.force(true);
      }
      return channel;
    } catch (IOException | RuntimeException failed) {
      channel.close();
      throw failed;
    }
  }

  synchronized void write(List<String> lines) throws IOException {
    write(channel, lines);
  }

  private static void write(FileChannel channel, List<String> lines) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap((String.join("\n", lines) + "\n").getBytes(UTF_8));
    while (bytes.hasRemaining()) {
      var _ = channel.write(bytes);
    }
    channel.force(false);
  }

  synchronized boolean isLong() throws IOException {
    return channel.size() > LONG_BYTES;
  }

  /** Starts the file anew with what is known. */
  synchronized void rewrite(WatchedTargets known) throws IOException {
    FileChannel fresh = fresh(folder, known);
    channel.close();
    channel = fresh;
  }

  @Override
  public synchronized void close() throws IOException {
    channel.close();
  }
}
