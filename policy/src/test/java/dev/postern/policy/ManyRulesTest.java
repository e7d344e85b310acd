package dev.postern.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.policy.source.SourceFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Large sets load, and a decision does not look at rules that do not concern it. */
class ManyRulesTest {
  private static final int RULES_PER_FILE = 2_000;

  static List<SourceFile> files(int rules) {
    var files = new ArrayList<SourceFile>();
    for (int from = 0; from < rules; from += RULES_PER_FILE) {
      var text = new StringBuilder("apiVersion: postern.dev/v1\nkind: AccessPolicy\n");
      text.append("metadata: {name: f%d}\npermits:\n".formatted(from));
      for (int i = from; i < Math.min(rules, from + RULES_PER_FILE); i++) {
        text.append(
            """
              - id: r%d
                subjects: {issuers: ["https://sts.example"], groups: [g%d]}
                targets: {labels: {env: [prod], team: [t%d]}}
                scopes: [dlv/observe, dlv/inspect]
                attestation: {maxAge: 10m}
                session: {max: 2h, idle: 5m}
                limits: {haltBudget: 20s, singleHalt: 500ms}
            """
                .formatted(i, i % 300, i));
      }
      files.add(SourceFile.ofText("f%06d.yaml".formatted(from), text.toString()));
    }
    return files;
  }

  @Test
  void hundredThousandRules_loadAndADecisionSeesItsOwnOnly() {
    LoadResult result = PolicyLoader.load(files(100_000));
    PolicySet set = result.set().orElseThrow();
    PolicyRequest request =
        new Asking()
            .groups("g7", "g8")
            .target(Target.direct("x", Map.of("env", "prod", "team", "t99907")))
            .request();

    assertThat(set.ruleCount()).isEqualTo(100_000);
    // t99907 belongs to group g7: 99907 % 300
    assertThat(set.decide(request)).isInstanceOf(Decision.Permit.class);
    assertThat(set.decide(request).rules()).containsExactly("f98000/r99907");
  }
}
