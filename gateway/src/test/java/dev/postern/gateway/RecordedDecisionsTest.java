package dev.postern.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.policy.Decision;
import dev.postern.policy.LoadResult;
import dev.postern.policy.PolicyLoader;
import dev.postern.policy.PolicySet;
import dev.postern.policy.record.RecordedDecision;
import dev.postern.policy.record.RecordedRequest;
import dev.postern.policy.source.SourceFile;
import dev.postern.proto.v1.Admitted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the audit log keeps of a decision is enough to make it again; shadow policies only watch.
 */
class RecordedDecisionsTest {
  private static final String SHADOW =
      """
      apiVersion: postern.dev/v1
      kind: AccessPolicy
      metadata: {name: candidate}
      mode: shadow
      %s
      """;
  private static final String FORBID =
      SHADOW.formatted("forbids: [{id: freeze, scopes: [dlv/observe]}]");
  private static final String WIDER =
      SHADOW.formatted(
          """
          permits:
            - id: dev
              subjects: {issuers: ["https://sts.test"], groups: [oncall]}
              attestation: {simulated: true, anyOf: [{profile: simulated}]}
              targets: {labels: {env: [dev]}}
              scopes: [dlv/observe]
          """);

  @TempDir Path folder;
  private Optional<TestGateway> started = Optional.empty();

  @AfterEach
  void stop() {
    started.ifPresent(TestGateway::close);
  }

  private TestGateway gateway() {
    return started.orElseThrow();
  }

  private void start(String shadow) throws IOException {
    if (!shadow.isEmpty()) {
      Files.createDirectories(folder.resolve("policies"));
      Files.writeString(folder.resolve("policies/candidate.yaml"), shadow);
    }
    started = Optional.of(TestGateway.start(folder));
  }

  private JsonObject only(String type) {
    assertThat(gateway().events(type)).hasSize(1);
    return gateway().events(type).getFirst();
  }

  private static PolicySet policies() {
    LoadResult loaded =
        PolicyLoader.load(List.of(SourceFile.ofText("shop.yaml", TestGateway.POLICY)));
    return loaded.set().orElseThrow();
  }

  private JsonObject denied() throws Exception {
    String token = gateway().token();
    var start = AttachClient.startOf(token).setTarget("shop/dev").build();
    gateway().attach().attempt(token, gateway().holder, start).end();
    return only("admission.denied");
  }

  @Test
  void admission_itsRecord_isDecidedAgainTheSame() throws Exception {
    start("");
    gateway().attach().admitted(gateway());
    JsonObject entry = only("admission.granted");

    var request = RecordedRequest.read(entry.object("policy_request").orElseThrow()).request();
    var recorded = RecordedDecision.read(entry.object("policy_decision").orElseThrow());
    Decision again = policies().decide(request);

    assertThat(recorded).contains(RecordedDecision.of(again));
    assertThat(again).isInstanceOf(Decision.Permit.class);
    assertThat(request.target().labels()).containsEntry("env", "prod");
    assertThat(entry.string("policy_set")).isPresent();
    assertThat(entry.has("shadow")).isFalse();
  }

  @Test
  void denial_itsRecord_isDecidedAgainTheSame() throws Exception {
    start("");
    JsonObject entry = denied();

    var request = RecordedRequest.read(entry.object("policy_request").orElseThrow()).request();
    var recorded = RecordedDecision.read(entry.object("policy_decision").orElseThrow());

    assertThat(recorded).contains(RecordedDecision.of(policies().decide(request)));
    assertThat(recorded.orElseThrow().reason()).isEqualTo("POLICY_NO_MATCH");
  }

  @Test
  void denialBeforePolicy_hasNoPolicyDecision() throws Exception {
    start("");
    gateway().attach().start(AttachClient.startOf("a.b.c").build()).end();

    assertThat(only("admission.denied").has("policy_decision")).isFalse();
  }

  @Test
  void shadowForbid_letsTheCallerInAndSaysWhatItWouldHaveDone() throws Exception {
    start(FORBID);

    Admitted admitted = gateway().attach().admitted(gateway());

    assertThat(admitted.getScopesList()).containsExactly("dlv/inspect", "dlv/observe");
    JsonObject entry = only("admission.granted");
    // the token's scopes are decided one by one, and dlv/inspect would still have been granted
    assertThat(entry.object("shadow").flatMap(s -> s.array("scopes")).flatMap(JsonArray::strings))
        .contains(List.of("dlv/inspect"));
    assertThat(entry.array("rules").flatMap(JsonArray::strings)).contains(List.of("shop/oncall"));
  }

  @Test
  void shadowPermit_doesNotLetTheCallerIn() throws Exception {
    start(WIDER);

    JsonObject entry = denied();

    assertThat(entry.string("reason")).contains("POLICY_NO_MATCH");
    JsonObject shadow = entry.object("shadow").orElseThrow();
    assertThat(shadow.string("decision")).contains("allow");
    assertThat(shadow.array("rules").flatMap(JsonArray::strings))
        .contains(List.of("candidate/dev"));
    assertThat(gateway().tools.opened).isEmpty();
  }
}
