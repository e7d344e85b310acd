package dev.postern.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page of promises names tests that there are. */
class GuaranteesTest {
  private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w+Test)\\.(\\w+)`");
  private static final Path TESTS = Path.of("src/test/java/dev/postern/gateway");

  @Test
  void everyTestOfThePage_isThere() throws Exception {
    String page = Files.readString(Path.of("../docs/guarantees.md"));
    var named = NAMED.matcher(page).results().toList();

    assertThat(named).hasSizeGreaterThan(20);
    for (var each : named) {
      assertThat(sourceOf(each.group(1)))
          .as(each.group())
          .containsPattern("void " + each.group(2) + "\\(");
    }
  }

  private static String sourceOf(String test) throws Exception {
    for (String folder : List.of("dlv", "guard", ".")) {
      Path file = TESTS.resolve(folder).resolve(test + ".java");
      if (Files.exists(file)) {
        return Files.readString(file);
      }
    }
    return "";
  }
}
