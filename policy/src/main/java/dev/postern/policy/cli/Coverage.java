package dev.postern.policy.cli;

import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import dev.postern.json.JsonWriter;
import dev.postern.policy.Condition;
import dev.postern.policy.cli.PolicyTests.Suite;
import dev.postern.policy.source.Place;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** How often each condition of each rule was met, and not met, over all cases. */
final class Coverage {
  /** Rule and field; a rule's scopes count as a condition of it. */
  private record Key(String rule, String field, Place place) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int order = place.compareTo(other.place);
      if (order == 0) {
        order = rule.compareTo(other.rule);
      }
      return order == 0 ? field.compareTo(other.field) : order;
    }
  }

  private static final class Count {
    private int met;
    private int notMet;

    void add(boolean isMet) {
      if (isMet) {
        met++;
      } else {
        notMet++;
      }
    }

    boolean bothWays() {
      return met > 0 && notMet > 0;
    }
  }

  private final Map<Key, Count> counts = new TreeMap<>();

  private Coverage() {}

  static Coverage of(Iterable<Suite> suites) {
    var coverage = new Coverage();
    for (Suite suite : suites) {
      for (PolicyTestReader.Case one : suite.cases()) {
        suite
            .policies()
            .explain(
                one.request(),
                (rule, covered, facts) -> {
                  coverage.add(rule.id(), "scopes", rule.scopesPlace(), !covered.isEmpty());
                  for (Condition condition : rule.conditions()) {
                    if (condition.stated()) {
                      coverage.add(
                          rule.id(), condition.field(), condition.place(), condition.met(facts));
                    }
                  }
                  rule.unless()
                      .ifPresent(
                          unless ->
                              coverage.add(
                                  rule.id(), unless.field(), unless.place(), unless.met(facts)));
                });
      }
    }
    return coverage;
  }

  private void add(String rule, String field, Place place, boolean met) {
    counts.computeIfAbsent(new Key(rule, field, place), k -> new Count()).add(met);
  }

  /** Conditions seen both met and not met, of all, rounded down. */
  int percent() {
    long both = counts.values().stream().filter(Count::bothWays).count();
    return counts.isEmpty() ? 100 : (int) (100 * both / counts.size());
  }

  String print(Test.CoverageFormat format) {
    return switch (format) {
      case HUMAN -> human();
      case JSON -> JsonWriter.write(json()) + "\n";
      case LCOV -> lcov();
    };
  }

  private String human() {
    var out = new StringBuilder("coverage %d%%%n".formatted(percent()));
    counts.forEach(
        (key, count) -> {
          if (!count.bothWays()) {
            out.append(
                "  %s: %s of %s was never %s%n"
                    .formatted(
                        key.place().shortForm(),
                        key.field(),
                        key.rule(),
                        count.met == 0 ? "met" : "unmet"));
          }
        });
    return out.toString();
  }

  private JsonObject json() {
    var conditions = new ArrayList<JsonValue>();
    counts.forEach(
        (key, count) -> {
          var members = new LinkedHashMap<String, JsonValue>();
          members.put("rule", new JsonString(key.rule()));
          members.put("field", new JsonString(key.field()));
          members.put("file", new JsonString(key.place().path()));
          members.put("line", JsonNumber.of(key.place().line()));
          members.put("met", JsonNumber.of(count.met));
          members.put("notMet", JsonNumber.of(count.notMet));
          conditions.add(new JsonObject(members));
        });
    var members = new LinkedHashMap<String, JsonValue>();
    members.put("schema", new JsonString("postern/coverage/v1"));
    members.put("percent", JsonNumber.of(percent()));
    members.put("conditions", new JsonArray(conditions));
    return new JsonObject(members);
  }

  /** A line counts as often as its least seen side was seen. */
  private String lcov() {
    Map<String, Map<Integer, Integer>> files = new TreeMap<>();
    counts.forEach(
        (key, count) ->
            files
                .computeIfAbsent(key.place().path(), k -> new TreeMap<>())
                .merge(key.place().line(), Math.min(count.met, count.notMet), Math::min));
    var out = new StringBuilder();
    files.forEach(
        (file, lines) -> {
          out.append("SF:").append(file).append('\n');
          lines.forEach((line, hits) -> out.append("DA:%d,%d%n".formatted(line, hits)));
          out.append("LF:").append(lines.size()).append('\n');
          out.append("LH:")
              .append(lines.values().stream().filter(hits -> hits > 0).count())
              .append("\nend_of_record\n");
        });
    return out.toString();
  }
}
