package dev.postern;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.gateway.stream.EndReason;
import dev.postern.gateway.stream.TargetUnavailable;
import dev.postern.wire.dlv.MessageReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every reason code is documented, and named by at least one test that provokes it. */
class ReasonCodesTest {
  private static final Path REPOSITORY = repository();

  /** Codes that the gateway's sources spell out, beside those that are constants of enums. */
  private static final Pattern SPELLED =
      Pattern.compile(
          "\"((?:TOKEN|HEADER|SIG|CLAIM|BINDING|SUBJECT|SCOPE|ATT|POLICY|LIMIT|INTERNAL|SESSION"
              + "|MESSAGE|TARGET|TOOL|CLIENT|GATEWAY)_[A-Z_]+)\"");

  @Test
  void everyCode_isDocumented() throws IOException {
    String docs = Files.readString(REPOSITORY.resolve("docs/reason-codes.md"));

    assertThat(codes()).allSatisfy(code -> assertThat(docs).contains("`" + code + "`"));
  }

  @Test
  void everyCode_isNamedByATest() {
    String tests = sources("src/test/java", "ReasonCodesTest.java");
    var untested = new TreeSet<String>();
    for (String code : codes()) {
      if (!Pattern.compile("\\b" + code + "\\b").matcher(tests).find()) {
        untested.add(code);
      }
    }

    assertThat(untested).isEmpty();
  }

  private static Set<String> codes() {
    var codes = new TreeSet<String>();
    names(dev.postern.attestation.Reason.values()).forEach(codes::add);
    names(dev.postern.policy.Reason.values()).forEach(codes::add);
    names(EndReason.values()).forEach(codes::add);
    names(TargetUnavailable.Code.values()).forEach(codes::add);
    names(MessageReason.values()).forEach(codes::add);
    SPELLED
        .matcher(sources("src/main/java", ""))
        .results()
        .map(m -> m.group(1))
        .forEach(codes::add);
    assertThat(codes).hasSizeGreaterThan(100);
    return codes;
  }

  private static Stream<String> names(Enum<?>[] constants) {
    return Stream.of(constants).map(Enum::name);
  }

  /** All Java sources of one kind, of every module for tests, of gateway and wire for main. */
  private static String sources(String kind, String except) {
    Stream<String> modules =
        kind.contains("test")
            ? Stream.of("attestation", "policy", "wire", "gateway")
            : Stream.of("wire", "gateway");
    var all = new StringBuilder();
    modules.forEach(
        module -> {
          try (Stream<Path> files = Files.walk(REPOSITORY.resolve(module).resolve(kind))) {
            for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
              if (!file.endsWith(except)) {
                all.append(Files.readString(file)).append('\n');
              }
            }
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    return all.toString();
  }

  private static Path repository() {
    Path at = Path.of("").toAbsolutePath();
    while (at != null && !Files.isDirectory(at.resolve("attestation/src/main/java"))) {
      at = at.getParent();
    }
    if (at == null) {
      throw new IllegalStateException("not run inside a checkout");
    }
    return at;
  }
}
