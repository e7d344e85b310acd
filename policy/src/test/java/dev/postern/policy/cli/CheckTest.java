package dev.postern.policy.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.json.JsonException;
import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckTest {
  private static final String GOOD =
      """
      apiVersion: postern.dev/v1
      kind: AccessPolicy
      metadata: {name: p}
      permits:
        - id: r
          subjects: {issuers: ["https://sts.example"]}
          targets: {labels: {env: [prod]}}
          scopes: [dlv/observe]
      """;
  private static final String WARNS = GOOD.replace("    targets: {labels: {env: [prod]}}\n", "");
  private static final String BAD = GOOD.replace("dlv/observe", "dlv/obsreve");

  private static final Instant NOW = Instant.parse("2026-11-23T14:00:00Z");

  @TempDir Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(Check.Format format, boolean denyWarnings, Path path) {
    return Check.run(
        new Check.Args(List.of(path), format, denyWarnings, NOW, Duration.ofDays(365)),
        new PrintStream(out, true, UTF_8),
        new PrintStream(err, true, UTF_8));
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("p.yaml"), text);
  }

  @Test
  void run_goodFile_isZero() throws IOException {
    assertThat(run(Check.Format.HUMAN, true, file(GOOD))).isZero();
    assertThat(out.toString(UTF_8)).isEqualTo("1 file, 1 rule: nothing found\n");
  }

  @Test
  void run_warning_isZeroUnlessWarningsAreDenied() throws IOException {
    assertThat(run(Check.Format.HUMAN, false, file(WARNS))).isZero();
    assertThat(run(Check.Format.HUMAN, true, file(WARNS))).isEqualTo(1);
    assertThat(out.toString(UTF_8)).contains("warning[P203]").endsWith("1 rule: 1 warning\n");
  }

  @Test
  void run_error_isThree() throws IOException {
    assertThat(run(Check.Format.PLAIN, false, file(BAD))).isEqualTo(3);
    assertThat(out.toString(UTF_8))
        .isEqualTo(folder.resolve("p.yaml") + ":8:14: error[P104]: unknown scope `dlv/obsreve`\n");
  }

  @Test
  void run_nothingThere_isTwoAndNeverAPass() {
    assertThat(run(Check.Format.HUMAN, false, folder)).isEqualTo(2);
    assertThat(run(Check.Format.HUMAN, false, folder.resolve("absent"))).isEqualTo(2);
    assertThat(out.toString(UTF_8)).isEmpty();
    assertThat(err.toString(UTF_8)).contains("no policy files").contains("no such file");
  }

  @Test
  void run_json_hasTheIssueWithItsRange() throws IOException, JsonException {
    run(Check.Format.JSON, false, file(BAD));

    JsonObject json = JsonReader.readObject(out.toByteArray(), JsonLimits.DOCUMENT);
    assertThat(json.string("schema")).contains("postern/check/v1");
    assertThat(json.integer("errors")).contains(1L);
    JsonObject issue = (JsonObject) json.array("issues").orElseThrow().elements().getFirst();
    assertThat(issue.string("code")).contains("P104");
    assertThat(issue.string("suggestion")).contains("dlv/observe");
    assertThat(issue.object("start").orElseThrow().integer("column")).contains(14L);
    assertThat(issue.object("end").orElseThrow().integer("column")).contains(25L);
  }

  @Test
  void run_sarifAndGithub_nameTheCodeAndThePlace() throws IOException, JsonException {
    run(Check.Format.SARIF, false, file(BAD));
    JsonObject json = JsonReader.readObject(out.toByteArray(), JsonLimits.DOCUMENT);
    assertThat(json.string("version")).contains("2.1.0");
    assertThat(json.toString()).contains("\"ruleId\":\"P104\"").contains("insertedContent");
    out.reset();
    run(Check.Format.GITHUB, false, file(BAD));
    assertThat(out.toString(UTF_8))
        .startsWith("::error file=" + folder.resolve("p.yaml") + ",line=8,col=14,");
  }

  @Test
  void run_referenceValuesOldOrOver_warnsAsOfTheTimeGiven() throws IOException {
    String values =
        GOOD
            + """
            ---
            apiVersion: postern.dev/v1
            kind: ReferenceValues
            metadata: {name: ws}
            sets:
              - {id: over, notAfter: "2026-11-23T14:00:00Z", measurements: [{name: a, digest: "%1$s"}]}
              - {id: old, notBefore: "2025-11-23T13:59:59Z", measurements: [{name: a, digest: "%1$s"}]}
              - {id: good, notBefore: "2025-11-23T14:00:00Z", measurements: [{name: a, digest: "%1$s"}]}
            """
                .formatted("ab".repeat(32));

    run(Check.Format.PLAIN, false, file(values));

    assertThat(out.toString(UTF_8).lines().filter(line -> line.contains("P208")))
        .hasSize(2)
        .anyMatch(line -> line.contains("(`over`) counts no longer"))
        .anyMatch(line -> line.contains("(`old`) is older than 365d"));
  }
}
