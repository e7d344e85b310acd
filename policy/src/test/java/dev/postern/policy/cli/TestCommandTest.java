package dev.postern.policy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.policy.cli.Test.CoverageFormat;
import dev.postern.policy.cli.Test.Format;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

class TestCommandTest {
  @TempDir Path top = Path.of(".");
  private final CommandFixture files = new CommandFixture(() -> top);

  private int run(String tests, Format format) throws IOException {
    return run(tests, format, Optional.empty(), Optional.empty(), false);
  }

  private int run(
      String tests,
      Format format,
      Optional<CoverageFormat> coverage,
      Optional<Integer> threshold,
      boolean mutate)
      throws IOException {
    Path file = files.write("tests/t.yaml", tests);
    return Test.run(
        new Test.Args(List.of(file), format, Optional.empty(), coverage, threshold, mutate),
        files.outStream,
        files.errStream);
  }

  @org.junit.jupiter.api.Test
  void run_everyCaseHolds_isZero() throws IOException {
    assertThat(run(CommandFixture.TESTS, Format.HUMAN)).isZero();
    assertThat(files.out()).isEqualTo("6 passed, 0 failed, 0 skipped\n");
  }

  @org.junit.jupiter.api.Test
  void run_caseFails_isOneAndPrintsTheExplanation() throws IOException {
    String wrong = CommandFixture.TESTS.replace("POLICY_APPROVAL_MISSING", "POLICY_FORBIDDEN");

    assertThat(run(wrong, Format.HUMAN)).isEqualTo(1);
    assertThat(files.out())
        .contains("FAIL  halting prod needs two approvals")
        .contains("expected POLICY_FORBIDDEN, got POLICY_APPROVAL_MISSING")
        .contains("forbid  prod/no-prod-halt  matches, and its unless is not met")
        .contains("permit  prod/breakglass  matches all 7 conditions")
        .contains("5 passed, 1 failed, 0 skipped");
  }

  @org.junit.jupiter.api.Test
  void run_vacuousExpectations_areThree() throws IOException {
    assertThat(
            run(
                CommandFixture.TESTS.replace(", reason: POLICY_APPROVAL_MISSING", ""),
                Format.HUMAN))
        .isEqualTo(3);
    assertThat(files.err()).contains("P305");
  }

  @org.junit.jupiter.api.Test
  void run_unknownRuleReasonRequestOrField_isThreeWithSuggestions() throws IOException {
    String wrong =
        CommandFixture.TESTS
            .replace("prod/no-prod-halt", "prod/no-prod-hlat")
            .replace("POLICY_APPROVAL_MISSING", "POLICY_APROVAL_MISSING")
            .replace("session: 30m}\n    expect", "sesion: 30m}\n    expect");

    assertThat(run(wrong, Format.HUMAN)).isEqualTo(3);
    assertThat(files.err())
        .contains("did you mean `prod/no-prod-halt`?")
        .contains("did you mean `POLICY_APPROVAL_MISSING`?");
  }

  @org.junit.jupiter.api.Test
  void run_skip_showsItsReason() throws IOException {
    String skipping =
        CommandFixture.TESTS.replace(
            "  - name: two approvals will do", "  - name: two approvals will do\n    skip: later");

    assertThat(run(skipping, Format.HUMAN)).isZero();
    assertThat(files.out()).contains("SKIP  two approvals will do: later").contains("1 skipped");
  }

  @org.junit.jupiter.api.Test
  void run_junit_hasASuitePerFileAndTheTreeInFailure() throws IOException {
    String wrong = CommandFixture.TESTS.replace("POLICY_APPROVAL_MISSING", "POLICY_FORBIDDEN");

    assertThat(run(wrong, Format.JUNIT)).isEqualTo(1);
    assertThat(files.out())
        .contains("tests=\"6\" failures=\"1\" skipped=\"0\"")
        .contains("<failure message=\"expected POLICY_FORBIDDEN, got POLICY_APPROVAL_MISSING\">")
        .contains("-&gt;");
  }

  @org.junit.jupiter.api.Test
  void run_coverageBelowThreshold_isOneAndNamesTheGap() throws IOException {
    assertThat(
            run(
                CommandFixture.TESTS,
                Format.HUMAN,
                Optional.of(CoverageFormat.HUMAN),
                Optional.of(100),
                false))
        .isEqualTo(1);
    assertThat(files.out()).contains("subjects.debuggers of prod/breakglass was never unmet");
  }

  @org.junit.jupiter.api.Test
  void run_lcov_hasALineForEachCondition() throws IOException {
    run(
        CommandFixture.TESTS,
        Format.HUMAN,
        Optional.of(CoverageFormat.LCOV),
        Optional.empty(),
        false);

    assertThat(files.out()).contains("SF:").contains("DA:").contains("end_of_record");
  }

  @org.junit.jupiter.api.Test
  void run_mutate_listsWhatNoCaseNotices() throws IOException {
    assertThat(run(CommandFixture.TESTS, Format.HUMAN, Optional.empty(), Optional.empty(), true))
        .isEqualTo(1);
    assertThat(files.out())
        .contains("no test notices: ")
        .contains("subjects.debuggers of prod/breakglass dropped")
        .contains("unless.approvals of prod/no-prod-halt: validFor doubled")
        .doesNotContain("unless of prod/no-prod-halt dropped")
        .doesNotContain("one approval fewer")
        .doesNotContain("forbid prod/no-prod-halt dropped");
  }

  @org.junit.jupiter.api.Test
  void run_noCases_isTwoAndNeverAPass() throws IOException {
    assertThat(run(CommandFixture.POLICIES, Format.HUMAN)).isEqualTo(2);
  }
}
