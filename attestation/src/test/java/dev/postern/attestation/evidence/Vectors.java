package dev.postern.attestation.evidence;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Genuine samples kept beside the repository, in {@code ../shared/vectors}. A test that wants one
 * is skipped where they are absent; the fakes built in code say the same for every rule.
 */
public final class Vectors {
  private Vectors() {}

  /** The bytes of one sample, by its path under {@code vectors}. */
  public static byte[] read(String path) {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path file = at.resolve("shared/vectors").resolve(path);
      if (Files.isRegularFile(file)) {
        try {
          return Files.readAllBytes(file);
        } catch (IOException unreadable) {
          throw new UncheckedIOException(unreadable);
        }
      }
    }
    assumeTrue(false, "no genuine samples here: shared/vectors/" + path + " is absent");
    throw new AssertionError();
  }
}
