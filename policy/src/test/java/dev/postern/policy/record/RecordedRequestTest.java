package dev.postern.policy.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonWriter;
import dev.postern.policy.Approval;
import dev.postern.policy.AttestationFacts;
import dev.postern.policy.Decision;
import dev.postern.policy.PolicyRequest;
import dev.postern.policy.PolicySet;
import dev.postern.policy.RandomPolicies;
import dev.postern.policy.Subject;
import dev.postern.policy.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RecordedRequestTest {
  private static final Instant NOW = Instant.parse("2026-11-23T14:00:00.123456789Z");

  private static final PolicyRequest WHOLE =
      new PolicyRequest(
          new Subject.Named("https://sts.example", "alice"),
          Set.of("oncall", "leads"),
          "dbg-1",
          new AttestationFacts(
              "eat",
              Optional.of("https://verifier.example"),
              Optional.of(NOW.minusSeconds(20)),
              Optional.of("tag:example.com,2026:ws"),
              Optional.of("affirming"),
              Optional.of("disabled-since-boot"),
              Map.of("firmware", Set.of("aa", "bb")),
              Map.of("snp", Long.MAX_VALUE),
              false,
              true),
          new Target("shop/app", true, Map.of("env", "prod"), Target.Via.AGENT),
          "dlv",
          List.of("dlv/observe"),
          List.of("dlv/observe", "dlv/control"),
          NOW.minusSeconds(30),
          NOW.plusSeconds(270),
          PolicyRequest.Binding.CLIENT_CERTIFICATE,
          Optional.of("ticket 42, do not write this down"),
          Optional.of(Duration.ofMinutes(30)),
          List.of(
              new Approval(
                  new Subject.Key("k".repeat(43)),
                  Set.of("leads"),
                  NOW.minusSeconds(5),
                  "https://sts.example alice",
                  "shop/app",
                  Set.of("dlv/observe"))),
          0,
          NOW,
          NOW.minusSeconds(1));

  private static JsonObject throughTheLog(JsonObject written) throws Exception {
    return JsonReader.readObject(JsonWriter.canonical(written), JsonLimits.DOCUMENT);
  }

  @Test
  void read_whatWasWritten_isTheSameRequestWithoutTheReasonsWords() throws Exception {
    JsonObject written = RecordedRequest.of(WHOLE);

    RecordedRequest read = RecordedRequest.read(throughTheLog(written));

    assertThat(written.toString()).doesNotContain("ticket");
    assertThat(read.request().reason()).contains("given");
    assertThat(read.otherSessions()).isEmpty();
    assertThat(RecordedRequest.of(read.request())).isEqualTo(written);
    assertThat(read.request().admittedAt()).isEqualTo(WHOLE.admittedAt());
    assertThat(read.request().now()).isEqualTo(NOW);
    assertThat(read.request().attestation()).isEqualTo(WHOLE.attestation());
    assertThat(read.request().approvals()).isEqualTo(WHOLE.approvals());
  }

  // INVARIANT: a recorded request is decided as the request itself was
  @Test
  void read_randomRequests_areDecidedTheSame() throws Exception {
    for (int seed = 0; seed < 40; seed++) {
      var random = new RandomPolicies(seed);
      PolicySet set = random.set(12);
      for (int i = 0; i < 30; i++) {
        PolicyRequest request = random.request();
        Decision decision = set.decide(request);
        var read = RecordedRequest.read(throughTheLog(RecordedRequest.of(request)));
        var words = RecordedDecision.read(throughTheLog(RecordedDecision.of(decision).toJson()));

        assertThat(set.decide(read.request())).isEqualTo(decision);
        assertThat(words).contains(RecordedDecision.of(decision));
      }
    }
  }

  @Test
  void read_memberMissingOrOfAnotherType_saysWhich() {
    JsonObject written = RecordedRequest.of(WHOLE);

    for (String name : written.members().keySet()) {
      if (Set.of("session_ms", "admitted").contains(name)) {
        continue;
      }
      assertThatThrownBy(() -> RecordedRequest.read(written.without(name)))
          .as(name)
          .isInstanceOf(RecordedRequest.TooThin.class)
          .hasMessage("no `" + name + "`");
    }
    assertThatThrownBy(() -> RecordedRequest.read(written.with("tool", JsonNumber.of(1))))
        .hasMessage("malformed: `tool`");
    assertThatThrownBy(() -> RecordedRequest.read(JsonObject.EMPTY))
        .isInstanceOf(RecordedRequest.TooThin.class);
  }
}
