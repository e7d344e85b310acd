package dev.postern.policy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.policy.source.Issue;
import dev.postern.policy.source.SourceFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/** What docs/policy.md shows is true. */
class DocsTest {
  private static final String FENCE = "```yaml\n";

  @Test
  void examplesOfTheDocs_loadTogetherWithoutAnIssue() throws IOException {
    var files = new ArrayList<SourceFile>();
    String docs = Files.readString(Path.of("../docs/policy.md"), UTF_8);
    for (int at = docs.indexOf(FENCE); at >= 0; at = docs.indexOf(FENCE, at + 1)) {
      int from = at + FENCE.length();
      files.add(
          SourceFile.ofText(
              "docs-%d.yaml".formatted(files.size()),
              docs.substring(from, docs.indexOf("```", from))));
    }

    LoadResult result = PolicyLoader.load(files);

    assertThat(files).hasSize(4);
    assertThat(result.issues().stream().map(Issue::render).toList()).isEmpty();
  }
}
