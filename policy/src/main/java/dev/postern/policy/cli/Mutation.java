package dev.postern.policy.cli;

import dev.postern.policy.PolicyMutants;
import dev.postern.policy.cli.PolicyTests.Suite;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Changes policies one place at a time and looks which changes no test notices. */
final class Mutation {
  private Mutation() {}

  /** One line for each change that every suite about those policies passes with. */
  static List<String> unnoticed(List<Suite> suites) {
    Map<String, List<Suite>> byPolicies = new LinkedHashMap<>();
    for (Suite suite : suites) {
      byPolicies.computeIfAbsent(suite.policies().digest(), k -> new ArrayList<>()).add(suite);
    }
    var lines = new ArrayList<String>();
    for (List<Suite> same : byPolicies.values()) {
      PolicyMutants.of(
          same.getFirst().policies(),
          (change, place, mutant) -> {
            boolean noticed =
                same.stream()
                    .flatMap(suite -> suite.cases().stream())
                    .filter(one -> one.skip().isEmpty())
                    .anyMatch(
                        one ->
                            !PolicyTests.differences(one.expect(), mutant.decide(one.request()))
                                .isEmpty());
            if (!noticed) {
              lines.add(place.shortForm() + ": " + change);
            }
          });
    }
    return lines;
  }
}
