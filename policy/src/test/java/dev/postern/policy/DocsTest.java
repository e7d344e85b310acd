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
    String[] parts = Files.readString(Path.of("../docs/policy.md"), UTF_8).split("```yaml\n");
    for (int i = 1; i < parts.length; i++) {
      files.add(
          SourceFile.ofText(
              "docs-%d.yaml".formatted(i), parts[i].substring(0, parts[i].indexOf("```"))));
    }

    LoadResult result = PolicyLoader.load(files);

    assertThat(files).hasSize(4);
    assertThat(result.issues().stream().map(Issue::render).toList()).isEmpty();
  }
}
