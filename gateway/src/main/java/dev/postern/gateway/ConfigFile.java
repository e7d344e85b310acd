package dev.postern.gateway;

import dev.postern.config.ConfigLoader;
import dev.postern.config.LoadedConfig;
import dev.postern.config.PosternConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The configuration's file, looked at again and again. Used by one thread. */
public final class ConfigFile {
  private final Path file;
  private byte @Nullable [] seen;

  /** The file that a gateway was configured from. */
  public ConfigFile(Path file) {
    this.file = file;
    this.seen = bytes();
  }

  /** What looking at it came to. */
  sealed interface Look {
    record Unchanged() implements Look {}

    record Changed(PosternConfig config) implements Look {}

    /** What stands there cannot be used. */
    record Unusable(String first, int issues) implements Look {}
  }

  Look look() {
    byte[] now = bytes();
    if (Arrays.equals(now, seen)) {
      return new Look.Unchanged();
    }
    var loaded = ConfigLoader.load(file);
    if (!Arrays.equals(now, bytes())) {
      return new Look.Unchanged(); // still being written: the next time
    }
    seen = now;
    return switch (loaded) {
      case LoadedConfig.Usable<PosternConfig>(var config, var warnings) -> new Look.Changed(config);
      case LoadedConfig.Unusable<PosternConfig>(var issues) ->
          new Look.Unusable(issues.getFirst().headline(), issues.size());
    };
  }

  private byte @Nullable [] bytes() {
    try {
      return Files.readAllBytes(file);
    } catch (IOException absent) {
      return null;
    }
  }
}
