package dev.postern.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What must hold for every set and every request. */
class EvaluatorPropertyTest {
  private static final int SETS = 60;
  private static final int REQUESTS = 60;

  // INVARIANT: the index finds every rule that matters; explain and decide give the same
  @Test
  void explainOverAllRules_andDecideOverTheIndex_agree() {
    int permitted = 0;
    for (int seed = 0; seed < SETS; seed++) {
      var random = new RandomPolicies(seed);
      PolicySet set = Policies.of(random.documents(1 + seed % 30).toArray(String[]::new));
      for (int i = 0; i < REQUESTS; i++) {
        PolicyRequest request = random.request();
        Decision decision = set.decide(request);

        assertThat(decision)
            .as("seed %d request %d", seed, i)
            .isEqualTo(set.explain(request, (rule, covered, facts) -> {}));
        permitted += decision instanceof Decision.Permit ? 1 : 0;
      }
    }
    // the vocabulary is small enough for the property to be about something
    assertThat(permitted).isGreaterThan(SETS);
  }

  // INVARIANT: order never matters, neither of files nor of rules
  @Test
  void shufflingDocuments_changesNothing() {
    for (int seed = 0; seed < SETS; seed++) {
      var random = new RandomPolicies(seed);
      var documents = random.documents(20);
      PolicySet set = Policies.of(documents.toArray(String[]::new));
      Collections.shuffle(documents, new Random(seed));
      PolicySet shuffled = Policies.of(String.join("---\n", documents));
      for (int i = 0; i < REQUESTS; i++) {
        PolicyRequest request = random.request();

        assertThat(shuffled.decide(request)).isEqualTo(set.decide(request));
      }
    }
  }
}
