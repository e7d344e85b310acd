package dev.postern.policy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.json.JsonException;
import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplainTest {
  private static final String REQUEST =
      """
      subject: {id: dbg-alice-01, groups: [kernel-oncall]}
      target: {name: node-7, labels: {env: prod}}
      scopes: [dlv/control]
      approvals: [sre-lead-1]
      """;

  @TempDir Path top = Path.of(".");
  private final CommandFixture files = new CommandFixture(() -> top);

  private int explain(String request, boolean json, boolean exitDecision) throws IOException {
    return Explain.run(
        new Explain.Args(
            List.of(files.policies()),
            files.write("request.yaml", request),
            Optional.of(Instant.parse("2026-11-23T14:00:00Z")),
            json,
            exitDecision),
        files.outStream,
        files.errStream);
  }

  @Test
  void run_denied_saysWhyAndWhatIsNearest() throws IOException {
    assertThat(explain(REQUEST, false, false)).isZero();
    assertThat(files.out())
        .startsWith("DENY  POLICY_APPROVAL_MISSING   policies sha256:")
        .contains("https://sts.example dbg-alice-01 (dbg-alice-01)  ->  dlv/control  on  node-7")
        .contains("its unless is not met: 2 approvals from sre-leads, got 1")
        .contains("no: targets.labels.env: expected label env in [dev, staging], got prod");
  }

  @Test
  void run_exitDecision_isFourForADenialOnly() throws IOException {
    assertThat(explain(REQUEST, false, true)).isEqualTo(4);
    assertThat(explain(REQUEST.replace("dlv/control", "dlv/observe"), false, true)).isZero();
    assertThat(files.out()).contains("ALLOW  by prod/breakglass").contains("session.max 15m");
  }

  @Test
  void run_noPermitMatches_namesTheNearest() throws IOException {
    explain(REQUEST.replace("control", "mutate"), false, false);

    assertThat(files.out())
        .contains("DENY  POLICY_NO_MATCH")
        .contains("nearest: prod/breakglass, which lacks scope in");
  }

  @Test
  void run_json_isTheSameTree() throws IOException, JsonException {
    explain(REQUEST, true, false);

    JsonObject json =
        JsonReader.readObject(files.out().getBytes(StandardCharsets.UTF_8), JsonLimits.DOCUMENT);
    assertThat(json.string("schema")).contains("postern/explain/v1");
    assertThat(json.string("reason")).contains("POLICY_APPROVAL_MISSING");
    assertThat(json.array("trace").orElseThrow().elements()).hasSize(3);
  }

  @Test
  void run_unknownFieldInTheRequest_isThree() throws IOException {
    assertThat(explain(REQUEST + "scope: [a/b]\n", false, false)).isEqualTo(3);
    assertThat(files.err()).contains("unknown field `scope`");
  }
}
