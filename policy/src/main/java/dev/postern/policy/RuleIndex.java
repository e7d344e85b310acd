package dev.postern.policy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds the rules that may concern a request without looking at the others.
 *
 * <p>Each rule stands under pairs of one subject key (a user, a group, …) and one target key (a
 * name, a label's value, …), of each kind the one that fewest rules share. A request looks up the
 * pairs of its own keys. A bucket that many rules share is split again by scope. What is found is a
 * superset of the rules that match: conditions are still evaluated.
 */
final class RuleIndex {
  private static final int MAX_PAIRS_PER_RULE = 4096;
  private static final int SPLIT_ABOVE = 8;
  private static final Key ANY = new Key(Kind.ANY, "", "");

  private enum Kind {
    ANY,
    ISSUER,
    USER,
    GROUP,
    NO_GROUPS,
    DEBUGGER,
    KEY,
    TARGET,
    LABEL,
    NO_LABEL
  }

  private record Key(Kind kind, String name, String value) {}

  private final Map<Key, Integer> ids = new HashMap<>();
  private final Map<Long, Bucket> pairs = new HashMap<>();
  private final Map<Key, List<Rule>> bySubject = new HashMap<>();
  private final Set<String> absentLabels = new TreeSet<>();

  RuleIndex(Collection<Rule> rules) {
    var shared = new HashMap<Key, Integer>();
    for (Rule rule : rules) {
      subjectChoices(rule).forEach(keys -> keys.forEach(key -> shared.merge(key, 1, Integer::sum)));
      targetChoices(rule).forEach(keys -> keys.forEach(key -> shared.merge(key, 1, Integer::sum)));
    }
    var lists = new HashMap<Long, List<Rule>>();
    for (Rule rule : rules) {
      List<Key> subjects = rarest(subjectChoices(rule), shared);
      List<Key> targets = rarest(targetChoices(rule), shared);
      subjects.forEach(key -> bySubject.computeIfAbsent(key, k -> new ArrayList<>(1)).add(rule));
      if ((long) subjects.size() * targets.size() > MAX_PAIRS_PER_RULE) {
        if (subjects.size() > targets.size()) {
          subjects = List.of(ANY);
        } else {
          targets = List.of(ANY);
        }
      }
      for (Key subject : subjects) {
        for (Key target : targets) {
          if (target.kind() == Kind.NO_LABEL) {
            absentLabels.add(target.name());
          }
          lists.computeIfAbsent(pair(id(subject), id(target)), k -> new ArrayList<>(1)).add(rule);
        }
      }
    }
    lists.forEach((pair, list) -> pairs.put(pair, new Bucket(list)));
  }

  private int id(Key key) {
    return ids.computeIfAbsent(key, k -> ids.size());
  }

  private static long pair(int subject, int target) {
    return (long) subject << 32 | target;
  }

  /** The rules that may match; a few more than do. */
  Collection<Rule> candidates(Facts facts) {
    int[] subjects = present(subjectKeys(facts));
    int[] targets = present(targetKeys(facts));
    var found = new LinkedHashSet<Rule>();
    for (int subject : subjects) {
      for (int target : targets) {
        Bucket bucket = pairs.get(pair(subject, target));
        if (bucket != null) {
          bucket.collect(facts.scopes(), found);
        }
      }
    }
    return found;
  }

  /** Whether any rule speaks of the subject. */
  boolean knowsSubject(Facts facts) {
    for (Key key : subjectKeys(facts)) {
      for (Rule rule : bySubject.getOrDefault(key, List.of())) {
        if (rule.selectsSubject(facts)) {
          return true;
        }
      }
    }
    return false;
  }

  private int[] present(List<Key> keys) {
    int[] found = new int[keys.size()];
    int count = 0;
    for (Key key : keys) {
      Integer id = ids.get(key);
      if (id != null) {
        found[count++] = id;
      }
    }
    return Arrays.copyOf(found, count);
  }

  private static List<Key> subjectKeys(Facts facts) {
    var keys = new ArrayList<Key>(6 + facts.groups().size());
    keys.add(ANY);
    keys.add(new Key(Kind.ISSUER, facts.issuer(), ""));
    keys.add(new Key(Kind.DEBUGGER, facts.request().debuggerId(), ""));
    switch (facts.request().subject()) {
      case Subject.Named named -> keys.add(new Key(Kind.USER, named.sub(), ""));
      case Subject.Key key -> keys.add(new Key(Kind.KEY, key.thumbprint(), ""));
    }
    facts.groups().forEach(group -> keys.add(new Key(Kind.GROUP, group, "")));
    if (!facts.groupsStated()) {
      keys.add(new Key(Kind.NO_GROUPS, "", ""));
    }
    return keys;
  }

  private List<Key> targetKeys(Facts facts) {
    Target target = facts.request().target();
    var keys = new ArrayList<Key>(2 + target.labels().size());
    keys.add(ANY);
    keys.add(new Key(Kind.TARGET, target.name(), ""));
    target.labels().forEach((name, value) -> keys.add(new Key(Kind.LABEL, name, value)));
    for (String label : absentLabels) {
      if (!target.labels().containsKey(label)) {
        keys.add(new Key(Kind.NO_LABEL, label, ""));
      }
    }
    return keys;
  }

  /** The ways to index a rule by its subject; a subject it speaks of has a key of every way. */
  private static List<List<Key>> subjectChoices(Rule rule) {
    var choices = new ArrayList<List<Key>>();
    for (Condition condition : rule.conditions()) {
      switch (condition) {
        case SubjectCondition.Issuers(var issuers, var place) ->
            choices.add(keys(Kind.ISSUER, issuers));
        case SubjectCondition.Users(var users, var place) -> choices.add(keys(Kind.USER, users));
        case SubjectCondition.Debuggers(var debuggers, var place) ->
            choices.add(keys(Kind.DEBUGGER, debuggers));
        case SubjectCondition.Groups(var groups, var metWhenMissing, var place) -> {
          List<Key> keys = keys(Kind.GROUP, groups);
          if (metWhenMissing) {
            keys.add(new Key(Kind.NO_GROUPS, "", ""));
          }
          choices.add(keys);
        }
        default -> {
          // keys say nothing of named subjects; the rest is not about the subject
        }
      }
    }
    selfOnly(rule).ifPresent(thumbprints -> choices.add(keys(Kind.KEY, thumbprints)));
    return choices;
  }

  /** The keys of a rule that speaks of self-attested subjects only. */
  private static Optional<Set<String>> selfOnly(Rule rule) {
    boolean self =
        rule.conditions().stream()
            .anyMatch(
                c ->
                    c instanceof SubjectCondition.Issuers issuers
                        && issuers.issuers().equals(Set.of(Facts.SELF)));
    return self
        ? rule.conditions().stream()
            .filter(SubjectCondition.Keys.class::isInstance)
            .map(c -> ((SubjectCondition.Keys) c).thumbprints())
            .findFirst()
        : Optional.empty();
  }

  /** The ways to index a rule by its target. */
  private static List<List<Key>> targetChoices(Rule rule) {
    var choices = new ArrayList<List<Key>>();
    for (Condition condition : rule.conditions()) {
      switch (condition) {
        case TargetCondition.Names(var names, var place) -> choices.add(keys(Kind.TARGET, names));
        case TargetCondition.Label(var label, var values, var metWhenMissing, var place) -> {
          var keys = new ArrayList<Key>();
          values.forEach(value -> keys.add(new Key(Kind.LABEL, label, value)));
          if (metWhenMissing) {
            keys.add(new Key(Kind.NO_LABEL, label, ""));
          }
          choices.add(keys);
        }
        default -> {
          // not about which target it is, or about one that is left out
        }
      }
    }
    return choices;
  }

  private static List<Key> keys(Kind kind, Set<String> names) {
    var keys = new ArrayList<Key>(names.size() + 1);
    names.forEach(name -> keys.add(new Key(kind, name, "")));
    return keys;
  }

  private static List<Key> rarest(List<List<Key>> choices, Map<Key, Integer> shared) {
    List<Key> best = List.of(ANY);
    long bestCost = Long.MAX_VALUE;
    for (List<Key> keys : choices) {
      long cost = keys.stream().mapToLong(key -> shared.getOrDefault(key, 0)).sum();
      if (cost < bestCost) {
        best = keys;
        bestCost = cost;
      }
    }
    return best;
  }

  /** The rules under one pair; many are split by scope. */
  private static final class Bucket {
    private final List<Rule> all;
    private final Map<String, List<Rule>> byScope = new HashMap<>();

    Bucket(List<Rule> rules) {
      if (rules.size() <= SPLIT_ABOVE) {
        this.all = List.copyOf(rules);
        return;
      }
      var anyScope = new ArrayList<Rule>();
      for (Rule rule : rules) {
        if (rule.scopes().isEmpty()) {
          anyScope.add(rule);
        }
        for (ScopePattern pattern : rule.scopes()) {
          byScope.computeIfAbsent(pattern.text(), k -> new ArrayList<>(1)).add(rule);
        }
      }
      this.all = List.copyOf(anyScope);
    }

    void collect(List<Scope> scopes, Collection<Rule> into) {
      into.addAll(all);
      if (byScope.isEmpty()) {
        return;
      }
      for (Scope scope : scopes) {
        into.addAll(byScope.getOrDefault(scope.text(), List.of()));
        into.addAll(byScope.getOrDefault(scope.parent() + "*", List.of()));
      }
    }
  }
}
