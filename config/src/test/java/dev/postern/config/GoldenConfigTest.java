package dev.postern.config;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.policy.source.Issue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One folder per fault: {@code postern.yaml} and, in {@code expected.txt}, all that is said of it.
 * {@code -Dgolden.update=true} writes the latter anew: look at the difference before it goes in.
 */
class GoldenConfigTest {
  private static final Path FOLDER = Path.of("src/test/resources/config");
  private static final Pattern ERROR = Pattern.compile("error\\[(C\\d{3})]");

  static List<String> cases() throws Exception {
    try (Stream<Path> folders = Files.list(FOLDER)) {
      return folders.map(folder -> String.valueOf(folder.getFileName())).sorted().toList();
    }
  }

  private static String said(Path file) {
    List<Issue> issues =
        switch (ConfigLoader.load(file)) {
          case LoadedConfig.Usable<PosternConfig>(var config, var warnings) -> warnings;
          case LoadedConfig.Unusable<PosternConfig>(var all) -> all;
        };
    return issues.isEmpty()
        ? "usable\n"
        : issues.stream().map(issue -> issue.render() + "\n").collect(joining());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void saysWhatIsWrongAndWhere(String name) throws Exception {
    Path file = FOLDER.resolve(name).resolve("postern.yaml");
    String said = said(file).replace(file.toString(), "postern.yaml");
    Path expected = FOLDER.resolve(name).resolve("expected.txt");
    if (Boolean.getBoolean("golden.update")) {
      Files.writeString(expected, said);
    }
    assertThat(said).isEqualTo(Files.readString(expected));
    assertThat(said.equals("usable\n")).isEqualTo(name.equals("smallest"));
  }

  /** Every code the module has is in a golden file, but that of a file that cannot be read. */
  @Test
  void everyCode_hasACase() throws Exception {
    var seen = new TreeSet<String>();
    for (String name : cases()) {
      Matcher codes = ERROR.matcher(Files.readString(FOLDER.resolve(name).resolve("expected.txt")));
      while (codes.find()) {
        seen.add(codes.group(1));
      }
    }
    var declared = new TreeSet<String>();
    for (String source : List.of("ConfigLoader", "TrustSection", "FilePaths")) {
      Matcher codes =
          Pattern.compile("\"(C\\d{3})\"")
              .matcher(
                  Files.readString(
                      Path.of("src/main/java/dev/postern/config/" + source + ".java")));
      while (codes.find()) {
        declared.add(codes.group(1));
      }
    }
    declared.remove("C001");
    assertThat(seen).isEqualTo(declared);
  }
}
