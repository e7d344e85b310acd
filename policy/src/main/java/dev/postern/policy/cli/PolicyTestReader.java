package dev.postern.policy.cli;

import dev.postern.policy.PolicyRequest;
import dev.postern.policy.PolicySet;
import dev.postern.policy.Reason;
import dev.postern.policy.Rule;
import dev.postern.policy.source.Issue;
import dev.postern.policy.source.Issues;
import dev.postern.policy.source.Place;
import dev.postern.policy.source.Quantity;
import dev.postern.policy.source.Suggestion;
import dev.postern.policy.source.YamlMapping;
import dev.postern.policy.source.YamlMapping.Text;
import dev.postern.policy.source.YamlNode;
import dev.postern.policy.source.YamlNode.Mapping;
import dev.postern.policy.source.YamlNode.Scalar;
import dev.postern.policy.source.YamlNode.Sequence;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** Reads the cases of a PolicyTest document, for the policies that they are about. */
final class PolicyTestReader {
  private static final int MAX_CASES = 10_000;

  private final Issues issues;
  private final PolicySet policies;

  /** What a case wants; an empty list of rules or limits asks nothing of them. */
  record Expectation(
      boolean allow, Optional<Reason> reason, List<String> rules, Map<String, String> limits) {}

  /** One case, with its placeholders filled. */
  record Case(
      String name, Place place, PolicyRequest request, Expectation expect, Optional<String> skip) {}

  PolicyTestReader(Issues issues, PolicySet policies) {
    this.issues = issues;
    this.policies = policies;
  }

  /** Every case that can be read; what cannot is an issue. */
  List<Case> read(YamlMapping yaml) {
    yaml.has("apiVersion");
    yaml.has("kind");
    yaml.has("policies");
    yaml.mapping("metadata");
    yaml.require("now", "cases");
    Optional<Instant> now = yaml.text("now").flatMap(text -> RequestReader.instant(text, issues));
    Map<String, Mapping> parts = new HashMap<>();
    yaml.mapping("requests")
        .ifPresent(
            requests -> {
              for (Text name : requests.keys()) {
                requests
                    .node(name.value())
                    .filter(Mapping.class::isInstance)
                    .ifPresent(n -> parts.put(name.value(), NodeMerge.undotted((Mapping) n)));
              }
            });
    var cases = new ArrayList<Case>();
    for (YamlMapping one : yaml.mappings("cases")) {
      readCase(one, parts, now, cases);
    }
    yaml.finish();
    if (cases.isEmpty() && !issues.hasErrors()) {
      issues.error("P306", yaml.place(), "the file has no cases: it would pass whatever happens");
    }
    return cases;
  }

  private void readCase(
      YamlMapping yaml, Map<String, Mapping> parts, Optional<Instant> now, List<Case> into) {
    yaml.require("name", "expect");
    Optional<Text> name = yaml.text("name");
    Mapping base = new Mapping(List.of(), yaml.place());
    for (Text use : uses(yaml)) {
      Mapping part = parts.get(use.value());
      if (part == null) {
        yaml.unknownWord("P307", "request", use, parts.keySet());
      } else {
        base = NodeMerge.merge(base, part);
      }
    }
    Optional<YamlNode> own = yaml.node("request");
    if (own.isPresent() && own.get() instanceof Mapping mapping) {
      base = NodeMerge.merge(base, NodeMerge.undotted(mapping));
    }
    Optional<Expectation> expect = yaml.mapping("expect").flatMap(this::expectation);
    Optional<String> skip = yaml.string("skip");
    List<Map<String, String>> rows = rows(yaml);
    yaml.finish();
    if (name.isEmpty() || expect.isEmpty()) {
      return;
    }
    for (Map<String, String> row : rows) {
      if (into.size() == MAX_CASES) {
        issues.error("P308", yaml.place(), "more than " + MAX_CASES + " cases");
        return;
      }
      var reader = new RequestReader(issues, policies);
      Optional<PolicyRequest> request =
          YamlMapping.of(NodeMerge.filled(base, row), issues)
              .flatMap(filled -> reader.read(filled, now));
      String label = name.get().value() + (row.isEmpty() ? "" : " " + row);
      request.ifPresent(r -> into.add(new Case(label, name.get().place(), r, expect.get(), skip)));
    }
  }

  private static List<Text> uses(YamlMapping yaml) {
    Optional<YamlNode> node = yaml.node("use");
    if (node.isPresent() && node.get() instanceof Sequence) {
      return yaml.strings("use");
    }
    return yaml.text("use").stream().toList();
  }

  /** The rows of the table that {@code each} spans; one empty row without it. */
  private List<Map<String, String>> rows(YamlMapping yaml) {
    List<Map<String, String>> rows = List.of(Map.of());
    Optional<YamlMapping> each = yaml.mapping("each");
    if (each.isEmpty()) {
      return rows;
    }
    for (Text column : each.get().keys()) {
      List<Text> values = each.get().strings(column.value());
      var longer = new ArrayList<Map<String, String>>();
      for (Map<String, String> row : rows) {
        for (Text value : values) {
          if (longer.size() <= MAX_CASES) {
            Map<String, String> next = new LinkedHashMap<>(row);
            next.put(column.value(), value.value());
            longer.add(next);
          }
        }
      }
      rows = longer;
    }
    return rows;
  }

  private Optional<Expectation> expectation(YamlMapping yaml) {
    yaml.require("decision");
    Optional<Boolean> allow = yaml.oneOf("decision", Map.of("allow", true, "deny", false));
    Optional<Text> reasonText = yaml.text("reason");
    Optional<Reason> reason =
        reasonText.flatMap(
            text ->
                Arrays.stream(Reason.values())
                    .filter(r -> r.name().equals(text.value()))
                    .findFirst());
    if (reasonText.isPresent() && reason.isEmpty()) {
      issues.add(
          Issue.error(
                  "P303",
                  reasonText.get().place(),
                  "unknown reason `%s`".formatted(reasonText.get().value()))
              .suggesting(
                  Suggestion.nearest(
                      reasonText.get().value(),
                      Arrays.stream(Reason.values()).map(Reason::name).toList())));
    }
    var known = new TreeSet<>(policies.rules().stream().map(Rule::id).toList());
    List<Text> rules = yaml.strings("rules");
    for (Text rule : rules) {
      if (!known.contains(rule.value())) {
        issues.add(
            Issue.error("P304", rule.place(), "unknown rule `%s`".formatted(rule.value()))
                .suggesting(Suggestion.nearest(rule.value(), known)));
      }
    }
    if (allow.isPresent() && allow.get() && rules.isEmpty()) {
      issues.error(
          "P305", yaml.placeOf("decision"), "an allow must name its `rules`: another might be why");
    }
    if (allow.isPresent() && !allow.get() && reasonText.isEmpty()) {
      issues.error(
          "P305",
          yaml.placeOf("decision"),
          "a deny must name its `reason`: it would also pass when nothing matched");
    }
    Map<String, String> limits = new TreeMap<>();
    yaml.mapping("limits")
        .ifPresent(
            map -> {
              for (Text key : map.keys()) {
                map.node(key.value())
                    .filter(Scalar.class::isInstance)
                    .ifPresent(
                        n -> limits.put(limitName(key.value()), normal(((Scalar) n).text())));
              }
            });
    yaml.finish();
    return allow.map(
        a -> new Expectation(a, reason, rules.stream().map(Text::value).sorted().toList(), limits));
  }

  private static String limitName(String key) {
    return switch (key) {
      case "session", "max" -> "session.max";
      case "idle", "concurrent" -> "session." + key;
      case "tokenLifetime" -> "token.maxLifetime";
      case "targetHaltBudget" -> "caps.haltBudget";
      default -> key.contains(".") ? key : "limits." + key;
    };
  }

  private static String normal(String text) {
    return Quantity.duration(text)
        .map(Quantity::print)
        .or(() -> Quantity.bytes(text).map(Quantity::printBytes))
        .orElse(text);
  }
}
