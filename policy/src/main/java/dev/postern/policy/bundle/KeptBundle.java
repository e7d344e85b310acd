package dev.postern.policy.bundle;

import dev.postern.policy.bundle.BundleRefused.Why;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A gateway's own copy of the last bundle it took, in its data folder: what it goes on with if the
 * next one is refused, and whose revision the next one must be above, also after a restart.
 */
public final class KeptBundle {
  /** The copy's name in the data folder. */
  public static final String NAME = "policy-bundle.tar";

  private final Path file;

  private KeptBundle(Path file) {
    this.file = file;
  }

  /** The copy in a gateway's data folder; nothing is read or written yet. */
  public static KeptBundle in(Path dataDir) {
    return new KeptBundle(dataDir.resolve(NAME));
  }

  /**
   * The copy; empty if there is none.
   *
   * @throws BundleRefused if it cannot be used: then no revision is known to be above it
   */
  public Optional<PolicyBundle> read() throws BundleRefused {
    try {
      return Optional.of(PolicyBundle.open(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw unusable("cannot be read");
    } catch (BundleRefused e) {
      throw unusable("is damaged: " + e.text());
    }
  }

  private BundleRefused unusable(String what) {
    return new BundleRefused(
        Why.MALFORMED,
        "the gateway's copy `%s` %s; without it no revision is known: remove it to begin anew"
            .formatted(file, what));
  }

  /** Keeps a bundle instead; durable when it returns, and never half written. */
  public void keep(PolicyBundle bundle) throws IOException, BundleRefused {
    Path next = file.resolveSibling(NAME + ".next");
    try (FileChannel out =
        FileChannel.open(
            next,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(bundle.toBytes());
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    }
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel folder =
        FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
      folder.force(true);
    }
  }
}
