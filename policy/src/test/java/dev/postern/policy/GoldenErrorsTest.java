package dev.postern.policy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.postern.policy.source.Issue;
import dev.postern.policy.source.SourceFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * One folder a mistake: {@code policy.yaml} and {@code expected}, all that is said of it. A failure
 * prints the new content; to take it, copy it to the file named.
 */
class GoldenErrorsTest {
  private static final Path CASES = Path.of("src/test/resources/policy");

  @TestFactory
  List<DynamicTest> cases() throws IOException {
    try (Stream<Path> folders = Files.list(CASES)) {
      return folders
          .filter(Files::isDirectory)
          .sorted()
          .map(folder -> dynamicTest(folder.getFileName() + "", () -> check(folder)))
          .toList();
    }
  }

  private static void check(Path folder) throws IOException {
    var file = SourceFile.copyOf("policy.yaml", Files.readAllBytes(folder.resolve("policy.yaml")));
    LoadResult result = PolicyLoader.check(List.of(file));
    String got =
        result.issues().stream().map(Issue::render).collect(Collectors.joining("\n\n", "", "\n"));
    Path expected = folder.resolve("expected");
    String wanted = Files.exists(expected) ? Files.readString(expected, UTF_8) : "";

    assertThat(got).as("%s; new content:%n%s", expected.toAbsolutePath(), got).isEqualTo(wanted);
  }

  // P001, P002, P100, P122 and P124 are about files: see PolicyFolderTest and YamlReaderTest;
  // P208 depends on the time: see CheckTest
  @Test
  void everyCode_hasACase() throws IOException {
    try (Stream<Path> files = Files.walk(CASES)) {
      String all =
          files
              .filter(file -> file.endsWith("expected"))
              .map(GoldenErrorsTest::read)
              .collect(Collectors.joining("\n"));
      IntStream.of(
              3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 101, 102, 103, 104, 105, 106,
              107, 108, 109, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119, 120, 123, 201, 202,
              203, 204, 205, 206, 207, 209)
          .forEach(code -> assertThat(all).contains("[P%03d]".formatted(code)));
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
