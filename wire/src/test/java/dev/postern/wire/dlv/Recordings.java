package dev.postern.wire.dlv;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue.JsonObject;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * Recorded Delve sessions, where they lie beside the repository; tests that need them are skipped
 * elsewhere.
 */
final class Recordings {
  private Recordings() {}

  /** Every JSON-RPC recording. */
  static List<Path> jsonRpc() throws Exception {
    Path at = Path.of("").toAbsolutePath();
    while (at != null && !Files.isDirectory(at.resolve("../shared/vectors/delve"))) {
      at = at.getParent();
    }
    Assumptions.assumeTrue(at != null, "no recordings: ../shared/vectors/delve is absent");
    try (Stream<Path> files = Files.list(at.resolve("../shared/vectors/delve"))) {
      return files
          .filter(file -> file.toString().endsWith(".jsonl") && !file.toString().contains("dap"))
          .sorted()
          .toList();
    }
  }

  /** All bytes of one direction, {@code c2s} or {@code s2c}. */
  static byte[] stream(Path file, String direction) throws Exception {
    var out = new ByteArrayOutputStream();
    for (String line : Files.readAllLines(file)) {
      JsonObject chunk = JsonReader.readObject(line.getBytes(UTF_8), JsonLimits.TARGET_MESSAGE);
      if (chunk.string("dir").equals(java.util.Optional.of(direction))) {
        out.writeBytes(chunk.string("text").orElse("").getBytes(UTF_8));
      }
    }
    return out.toByteArray();
  }
}
