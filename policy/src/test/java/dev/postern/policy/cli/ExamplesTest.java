package dev.postern.policy.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The example policies of the docs hold what the docs ask of policies. */
class ExamplesTest {
  private static final Path EXAMPLES = Path.of("../docs/examples");

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final PrintStream stream = new PrintStream(out, true, UTF_8);

  @org.junit.jupiter.api.Test
  void examples_checkWithoutAWarning() {
    var args =
        new Check.Args(
            List.of(EXAMPLES),
            Check.Format.HUMAN,
            true,
            Instant.parse("2026-11-23T14:00:00Z"),
            Duration.ofDays(365));

    assertThat(Check.run(args, stream, stream)).as(out.toString(UTF_8)).isZero();
  }

  @org.junit.jupiter.api.Test
  void examples_theirTests_noticeEveryChange() {
    var args =
        new Test.Args(
            List.of(EXAMPLES.resolve("tests")),
            Test.Format.HUMAN,
            Optional.empty(),
            Optional.of(Test.CoverageFormat.HUMAN),
            Optional.of(100),
            true);

    assertThat(Test.run(args, stream, stream)).as(out.toString(UTF_8)).isZero();
    assertThat(out.toString(UTF_8)).contains(" passed, 0 failed, 0 skipped\n", "coverage 100%");
  }
}
