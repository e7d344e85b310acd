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
 * <p>A line is durable once {@link #write} returns. The file is written anew at each start, so it
 * stays short. It also keeps the gateway's instance, by which its breakpoints are known.
 */
final class UnfinishedTargets implements AutoCloseable {
  private static final String FILE = "targets.journal";
  private static final int INSTANCE_BYTES = 4;

  private final FileChannel channel;

  private UnfinishedTargets(FileChannel channel) {
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
    Path fresh = folder.resolve(FILE + ".new");
    try (var journal =
        new UnfinishedTargets(FileChannel.open(fresh, CREATE, WRITE, TRUNCATE_EXISTING))) {
      journal.write(known.lines());
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel entry = FileChannel.open(folder, READ)) {
      entry.force(true);
    }
    FileChannel channel = FileChannel.open(file, WRITE);
    channel.position(channel.size());
    return new UnfinishedTargets(channel);
  }

  synchronized void write(List<String> lines) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap((String.join("\n", lines) + "\n").getBytes(UTF_8));
    while (bytes.hasRemaining()) {
      var _ = channel.write(bytes);
    }
    channel.force(false);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
