package dev.postern.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.client.command.Surroundings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;

/**
 * Runs policy commands in a folder of a test's own and compares what they say with golden files.
 */
public final class PolicyCommands {
  public static final Instant NOW = Instant.parse("2026-11-23T14:00:00Z");
  private static final Path GOLDEN = Path.of("src/test/resources/policy-commands");

  private final Path folder;

  /** What one command said. */
  public record Said(int status, String out, String err) {}

  public PolicyCommands(Path folder) {
    this.folder = folder;
  }

  /** A file of the folder, as an argument. */
  public String at(String name) {
    return folder.resolve(name).toString();
  }

  public PolicyCommands write(String name, String text) {
    try {
      Path file = folder.resolve(name);
      Path parent = file.getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      Files.writeString(file, text);
      return this;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A file among the golden ones, as an argument. */
  public static String golden(String name) {
    return GOLDEN.resolve(name).toString();
  }

  public Said run(String... arguments) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    int status =
        Postern.run(
            new Surroundings(
                InputStream.nullInputStream(),
                new PrintStream(out, true, UTF_8),
                new PrintStream(err, true, UTF_8),
                Map.of("NO_COLOR", "1"),
                InstantSource.fixed(NOW),
                folder,
                folder),
            arguments);
    return new Said(
        status, out.toString(UTF_8).replace(folder.toString(), "TOP"), err.toString(UTF_8));
  }

  /**
   * Compares with a golden file; a failure prints the new content, and with {@code
   * POSTERN_WRITE_GOLDEN} set also writes it, to be looked at and committed.
   */
  public static void assertGolden(String name, String got) throws IOException {
    Path file = GOLDEN.resolve(name);
    String wanted = Files.exists(file) ? Files.readString(file) : "";
    if (!got.equals(wanted) && System.getenv("POSTERN_WRITE_GOLDEN") != null) {
      Files.writeString(file, got);
    }

    assertThat(got).as("%s; new content:%n%s", file.toAbsolutePath(), got).isEqualTo(wanted);
  }
}
