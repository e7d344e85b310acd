package dev.postern.config;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.postern.policy.source.Issue;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** No bytes make the loader throw, and what it refuses it refuses with an error. */
class ConfigFuzzTest {
  private static final Path FILE = Path.of("/etc/postern/fuzz.yaml");

  @FuzzTest(maxDuration = "20s")
  void load_anything_isTakenOrRefusedWithAnError(byte @Nullable [] bytes) {
    if (bytes == null) {
      return;
    }
    switch (ConfigLoader.load(FILE, bytes)) {
      case LoadedConfig.Usable<PosternConfig>(var config, var warnings) -> {
        warnings.forEach(Issue::render);
        if (!config.tls().key().isAbsolute()) {
          throw new AssertionError("a path that is relative");
        }
      }
      case LoadedConfig.Unusable<PosternConfig>(var issues) -> {
        issues.forEach(Issue::render);
        if (issues.stream().noneMatch(Issue::isError)) {
          throw new AssertionError("refused without an error");
        }
      }
    }
  }
}
