package dev.postern.policy;

import dev.postern.policy.source.Issue;
import dev.postern.policy.source.Issues;
import java.lang.Character.UnicodeScript;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Warns of names that a person reads as other names. */
final class LookAlikes {
  private final Issues issues;

  LookAlikes(Issues issues) {
    this.issues = issues;
  }

  void run(Collection<Rule> rules) {
    Map<String, Rule> seen = new HashMap<>();
    for (Rule rule : rules) {
      Rule first = seen.putIfAbsent(seenAs(rule.id()), rule);
      if (first != null && !first.id().equals(rule.id())) {
        issues.add(
            Issue.warning(
                    "P209",
                    rule.place(),
                    "rule `%s` looks like rule `%s`".formatted(rule.id(), first.id()))
                .relatedTo("the other", first.place()));
      }
      rule.conditions().forEach(this::names);
    }
  }

  /** The same for ids of letters and digits that are taken for each other. */
  private static String seenAs(String id) {
    return id.replace('0', 'o').replace('1', 'l').replace('_', '-').replace("rn", "m");
  }

  private void names(Condition condition) {
    Set<String> names =
        switch (condition) {
          case SubjectCondition.Issuers is -> is.issuers();
          case SubjectCondition.Users is -> is.users();
          case SubjectCondition.Groups is -> is.groups();
          case SubjectCondition.Debuggers is -> is.debuggers();
          case TargetCondition.Names is -> is.names();
          case TargetCondition.Label is -> is.values();
          default -> Set.of();
        };
    for (String name : names) {
      foreign(name)
          .ifPresent(
              c ->
                  issues.warning(
                      "P209",
                      condition.place(),
                      "`%s` has the %s letter U+%04X among Latin ones: it reads as another name"
                          .formatted(name, word(UnicodeScript.of(c)), c)));
    }
  }

  private static String word(UnicodeScript script) {
    String name = script.name();
    return name.charAt(0) + name.substring(1).toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** The first letter of another script in a name that has Latin letters too. */
  private static Optional<Integer> foreign(String name) {
    if (name.chars().allMatch(c -> c < 0x80)
        || name.codePoints().noneMatch(c -> UnicodeScript.of(c) == UnicodeScript.LATIN)) {
      return Optional.empty();
    }
    return name.codePoints()
        .filter(
            c ->
                switch (UnicodeScript.of(c)) {
                  case LATIN, COMMON, INHERITED -> false;
                  default -> true;
                })
        .boxed()
        .findFirst();
  }
}
