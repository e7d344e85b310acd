package dev.postern.policy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** Policies and requests over a small vocabulary, so that rules and requests often meet. */
public final class RandomPolicies {
  private static final List<String> USERS = List.of("alice", "bob", "carol");
  private static final List<String> GROUPS = List.of("leads", "oncall", "contractors");
  private static final List<String> SCOPES =
      List.of("dlv/observe", "dlv/inspect", "dlv/mutate", "dlv/host");
  private static final List<String> ENVS = List.of("prod", "dev");
  private static final List<String> TEAMS = List.of("payments", "kernel");

  private final Random random;

  public RandomPolicies(long seed) {
    this.random = new Random(seed);
  }

  private <T> T one(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }

  private List<String> some(List<String> values) {
    var some = new ArrayList<String>();
    some.add(one(values));
    if (random.nextBoolean()) {
      some.add(one(values));
    }
    return some.stream().distinct().toList();
  }

  /** Documents, one a rule, in random order. */
  public List<String> documents(int rules) {
    var documents = new ArrayList<String>();
    for (int i = 0; i < rules; i++) {
      boolean permit = random.nextInt(4) > 0;
      var text = new StringBuilder();
      text.append("apiVersion: postern.dev/v1\nkind: AccessPolicy\nmetadata: {name: p")
          .append(i)
          .append("}\n")
          .append(permit ? "permits:\n" : "forbids:\n")
          .append("  - id: r\n");
      if (permit || random.nextBoolean()) {
        text.append("    subjects: {issuers: [\"https://sts.example\"]");
        if (random.nextBoolean()) {
          text.append(", users: ").append(some(USERS));
        }
        if (random.nextInt(3) == 0) {
          text.append(", groups: ").append(some(GROUPS));
        }
        text.append("}\n");
      }
      if (random.nextInt(3) > 0) {
        text.append("    targets: {labels: {env: ").append(some(ENVS));
        if (random.nextBoolean()) {
          text.append(", team: ").append(some(TEAMS));
        }
        text.append("}}\n");
      }
      text.append("    scopes: ")
          .append(random.nextInt(5) == 0 ? List.of("dlv/*") : some(SCOPES))
          .append('\n');
      if (permit) {
        if (random.nextInt(3) == 0) {
          text.append("    session: {max: ").append(1 + random.nextInt(4)).append("h}\n");
        }
        if (random.nextInt(4) == 0) {
          text.append("    attestation: {maxAge: ").append(1 + random.nextInt(3)).append("m}\n");
        }
      } else if (random.nextInt(3) == 0) {
        text.append("    unless: {approvals: {atLeast: 1}}\n");
      }
      documents.add(text.toString());
    }
    return documents;
  }

  /** A set of so many rules. */
  public PolicySet set(int rules) {
    return Policies.of(documents(rules).toArray(String[]::new));
  }

  /** A request over the same words. */
  public PolicyRequest request() {
    var asking =
        new Asking()
            .user(one(USERS))
            .groups(some(GROUPS).toArray(String[]::new))
            .attestedAt(Optional.of(Asking.NOW.minusSeconds(random.nextInt(200))))
            .tokenScopes(SCOPES.toArray(String[]::new))
            .scopes(random.nextInt(4) == 0 ? new String[0] : some(SCOPES).toArray(String[]::new));
    if (random.nextInt(5) == 0) {
      asking.groups();
    }
    if (random.nextBoolean()) {
      asking.session(Duration.ofHours(1 + random.nextInt(4)));
    }
    asking.target(
        Target.direct(
            "t",
            random.nextInt(6) == 0
                ? Map.of("team", one(TEAMS))
                : Map.of("env", one(ENVS), "team", one(TEAMS))));
    return asking.request();
  }
}
