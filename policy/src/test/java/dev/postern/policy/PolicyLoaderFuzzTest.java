package dev.postern.policy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.postern.policy.source.Issue;
import dev.postern.policy.source.SourceFile;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** No bytes make the loader throw, and what it refuses it refuses with a place. */
class PolicyLoaderFuzzTest {
  @FuzzTest(maxDuration = "30s")
  void load_anything_isTakenOrRefusedWithAnError(byte @Nullable [] bytes) {
    if (bytes == null) {
      return;
    }
    LoadResult result = PolicyLoader.load(List.of(SourceFile.copyOf("fuzz.yaml", bytes)));
    if (result.set().isEmpty() && result.issues().stream().noneMatch(Issue::isError)) {
      throw new AssertionError("refused without an error");
    }
    result.issues().forEach(Issue::render);
    result.set().ifPresent(set -> set.decide(new Asking().request()));
  }
}
