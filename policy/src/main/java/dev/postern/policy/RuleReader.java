package dev.postern.policy;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.postern.policy.AdmissionCondition.BoundTo;
import dev.postern.policy.source.Issue;
import dev.postern.policy.source.Issues;
import dev.postern.policy.source.Place;
import dev.postern.policy.source.Suggestion;
import dev.postern.policy.source.YamlMapping;
import dev.postern.policy.source.YamlMapping.Text;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads one permit or forbid and compiles it. */
final class RuleReader {
  private static final Duration DEFAULT_VALID_FOR = Duration.ofHours(1);
  private static final int MAX_COUNT = 1_000_000;

  private final Issues issues;
  private final References references;
  private final Map<Object, Object> shared = new HashMap<>();

  RuleReader(Issues issues, References references) {
    this.issues = issues;
    this.references = references;
  }

  /** A permit; empty if its id cannot be read. Other faults are issues and leave something out. */
  Optional<Rule> permit(String policy, boolean shadow, YamlMapping yaml) {
    yaml.require("id", "subjects", "scopes");
    Optional<String> id = id(yaml);
    yaml.string("description");
    var conditions = new ArrayList<Condition>();
    yaml.mapping("subjects").ifPresent(s -> subjects(s, true, conditions));
    yaml.mapping("targets").ifPresent(t -> targets(t, true, conditions));
    List<ScopePattern> scopes = scopes(yaml, true);
    tools(yaml, scopes, conditions);
    new AttestationReader(issues, references).read(yaml, conditions);
    requirePinnedSelf(yaml, conditions);
    Limits limits = limits(yaml, conditions);
    yaml.mapping("window")
        .flatMap(w -> WindowReader.read(w, issues))
        .ifPresent(w -> conditions.add(new AdmissionCondition.InWindow(w, yaml.placeOf("window"))));
    yaml.mapping("approvals").map(a -> approvals(a, "approvals")).ifPresent(conditions::add);
    Obligations obligations =
        yaml.mapping("obligations").map(this::obligations).orElse(Obligations.NONE);
    yaml.finish();
    return id.map(
        name ->
            new Rule(
                policy + "/" + name,
                Rule.Effect.PERMIT,
                shadow,
                scopes,
                conditions,
                Optional.empty(),
                limits,
                obligations,
                yaml.valuePlaceOf("id"),
                yaml.placeOf("scopes")));
  }

  /** A forbid; empty if its id cannot be read. */
  Optional<Rule> forbid(String policy, boolean shadow, YamlMapping yaml) {
    yaml.require("id");
    Optional<String> id = id(yaml);
    yaml.string("description");
    var conditions = new ArrayList<Condition>();
    yaml.mapping("subjects").ifPresent(s -> subjects(s, false, conditions));
    yaml.mapping("targets").ifPresent(t -> targets(t, false, conditions));
    List<ScopePattern> scopes = scopes(yaml, false);
    tools(yaml, scopes, conditions);
    yaml.mapping("window")
        .flatMap(w -> WindowReader.read(w, issues))
        .ifPresent(w -> conditions.add(new AdmissionCondition.InWindow(w, yaml.placeOf("window"))));
    Optional<AdmissionCondition.Approvals> unless =
        yaml.mapping("unless")
            .flatMap(
                u -> {
                  u.require("approvals");
                  Optional<AdmissionCondition.Approvals> found =
                      u.mapping("approvals").map(a -> approvals(a, "unless.approvals"));
                  u.finish();
                  return found;
                });
    yaml.finish();
    return id.map(
        name ->
            new Rule(
                policy + "/" + name,
                Rule.Effect.FORBID,
                shadow,
                scopes,
                conditions,
                unless,
                Limits.NONE,
                Obligations.NONE,
                yaml.valuePlaceOf("id"),
                yaml.placeOf("scopes")));
  }

  private Optional<String> id(YamlMapping yaml) {
    return yaml.text("id").filter(text -> Names.check(text, "a rule id", issues)).map(Text::value);
  }

  private void subjects(YamlMapping yaml, boolean permit, List<Condition> into) {
    Set<String> issuers = words(yaml.strings("issuers"));
    List<Text> groups = yaml.strings("groups");
    groups.forEach(group -> references.use(References.Kind.GROUP, group));
    boolean names = yaml.has("users") || yaml.has("groups") || yaml.has("debuggers");
    if (permit || names) {
      if (!yaml.has("issuers")) {
        issues.error(
            "P107",
            firstOf(yaml, "users", "groups", "debuggers"),
            names
                ? "users, groups and debuggers mean something only as an issuer's word: name"
                    + " `issuers`"
                : "`issuers` is missing: a permit says whose word it takes");
      }
    }
    if (!issuers.isEmpty()) {
      into.add(new SubjectCondition.Issuers(same(issuers), yaml.placeOf("issuers")));
    }
    Set<String> keys = words(yaml.strings("keys"));
    for (Text key : yaml.strings("keys")) {
      if (!key.value().matches("[A-Za-z0-9_-]{43}")) {
        issues.error(
            "P119",
            key.place(),
            "`%s` is not a thumbprint: 43 characters of base64url".formatted(key.value()));
      }
    }
    Set<String> users = words(yaml.strings("users"));
    if (!users.isEmpty()) {
      into.add(new SubjectCondition.Users(same(users), yaml.placeOf("users")));
    }
    if (!groups.isEmpty()) {
      into.add(new SubjectCondition.Groups(same(words(groups)), !permit, yaml.placeOf("groups")));
    }
    Set<String> debuggers = words(yaml.strings("debuggers"));
    if (!debuggers.isEmpty()) {
      into.add(new SubjectCondition.Debuggers(same(debuggers), yaml.placeOf("debuggers")));
    }
    if (!keys.isEmpty()) {
      if (yaml.has("issuers") && !issuers.contains(Facts.SELF)) {
        issues.error(
            "P108",
            yaml.placeOf("keys"),
            "`keys` are of self-attested subjects: add issuer `self`");
      }
      into.add(new SubjectCondition.Keys(same(keys), yaml.placeOf("keys")));
    }
    yaml.finish();
  }

  private static Place firstOf(YamlMapping yaml, String... keys) {
    for (String key : keys) {
      if (yaml.has(key)) {
        return yaml.placeOf(key);
      }
    }
    return yaml.place();
  }

  /** A self-attested machine is taken by its key or by what it runs, never merely as being one. */
  private void requirePinnedSelf(YamlMapping yaml, List<Condition> conditions) {
    boolean self = false;
    boolean pinned = false;
    for (Condition condition : conditions) {
      switch (condition) {
        case SubjectCondition.Issuers(var issuers, var place) ->
            self = issuers.contains(Facts.SELF);
        case SubjectCondition.Keys keys -> pinned = true;
        case AttestationCondition.AnyOf(var ways, var place) ->
            pinned |= ways.stream().allMatch(way -> way.measurements().isPresent());
        default -> {
          // says nothing of who it is
        }
      }
    }
    if (self && !pinned) {
      issues.error(
          "P108",
          yaml.placeOf("subjects"),
          "issuer `self` needs `keys`, or `measurements` in every way of `attestation.anyOf`");
    }
  }

  private void targets(YamlMapping yaml, boolean permit, List<Condition> into) {
    into.addAll(where(yaml, permit));
    yaml.mapping("except")
        .ifPresent(
            except -> {
              List<TargetCondition> excepted = where(except, true);
              except.finish();
              if (!excepted.isEmpty()) {
                into.add(new TargetCondition.Except(excepted, yaml.placeOf("except")));
              }
            });
    yaml.oneOf("via", Map.of("agent", Target.Via.AGENT, "direct", Target.Via.DIRECT))
        .ifPresent(via -> into.add(new TargetCondition.Way(via, yaml.placeOf("via"))));
    yaml.finish();
  }

  private List<TargetCondition> where(YamlMapping yaml, boolean permit) {
    var found = new ArrayList<TargetCondition>();
    Set<String> names = words(yaml.strings("names"));
    if (!names.isEmpty()) {
      found.add(new TargetCondition.Names(same(names), yaml.placeOf("names")));
    }
    yaml.mapping("labels")
        .ifPresent(
            labels -> {
              for (Text label : labels.keys()) {
                references.use(References.Kind.LABEL, label);
                List<Text> values = labels.strings(label.value());
                values.forEach(value -> references.useValue(label.value(), value));
                if (!values.isEmpty()) {
                  found.add(
                      new TargetCondition.Label(
                          sameText(label.value()), same(words(values)), !permit, label.place()));
                }
              }
            });
    return found;
  }

  private List<ScopePattern> scopes(YamlMapping yaml, boolean permit) {
    var scopes = new ArrayList<ScopePattern>();
    for (Text text : yaml.strings("scopes")) {
      Optional<ScopePattern> pattern = ScopePattern.parse(text.value());
      if (pattern.isEmpty()) {
        issues.add(
            Issue.error("P103", text.place(), "`%s` is not a scope".formatted(text.value()))
                .noting(
                    "a scope is 2 to 8 segments of a-z 0-9 _ . - with slashes between, the last may"
                        + " be *"
                        + nonAscii(text.value())));
        continue;
      }
      if (ScopeVocabulary.unknownClass(pattern.get())) {
        issues.add(
            Issue.error("P104", text.place(), "unknown scope `%s`".formatted(text.value()))
                .suggesting(Suggestion.nearest(text.value(), ScopeVocabulary.closedScopes()))
                .noting(
                    "scopes of %s: %s"
                        .formatted(
                            pattern.get().family(),
                            Tool.of(pattern.get().family()).stream()
                                .flatMap(tool -> tool.classes().stream())
                                .sorted()
                                .collect(Collectors.joining(", ")))));
        continue;
      }
      references.use(References.Kind.SCOPE_FAMILY, new Text(pattern.get().family(), text.place()));
      scopes.add(share(pattern.get()));
    }
    return permit || yaml.has("scopes") ? share(List.copyOf(scopes)) : List.of();
  }

  /** Names the first character that may look like an ASCII one and is none. */
  private static String nonAscii(String text) {
    return text.codePoints()
        .filter(c -> c > 0x7e)
        .mapToObj("; U+%04X is none of these"::formatted)
        .findFirst()
        .orElse("");
  }

  private void tools(YamlMapping yaml, List<ScopePattern> scopes, List<Condition> into) {
    List<Text> tools = yaml.strings("tools");
    for (Text tool : tools) {
      if (Tool.of(tool.value()).isEmpty()) {
        yaml.unknownWord("P118", "tool", tool, Tool.words());
      }
    }
    if (tools.isEmpty()) {
      return;
    }
    into.add(new TargetCondition.Tools(same(words(tools)), yaml.placeOf("tools")));
    Set<String> named = words(tools);
    for (ScopePattern scope : scopes) {
      if (!named.contains(Tool.ofFamily(scope.family()).word())) {
        issues.warning(
            "P201",
            yaml.placeOf("scopes"),
            "no request can match `%s`: it is no scope of the tools named".formatted(scope));
      }
    }
  }

  private Limits limits(YamlMapping yaml, List<Condition> into) {
    Optional<YamlMapping> token = yaml.mapping("token");
    Optional<Duration> lifetime = token.flatMap(t -> t.positiveDuration("maxLifetime"));
    token.ifPresent(
        t -> {
          lifetime.ifPresent(
              most ->
                  into.add(new AdmissionCondition.TokenLifetime(most, t.placeOf("maxLifetime"))));
          t.oneOf(
                  "binding",
                  Map.of(
                      "proof",
                      PolicyRequest.Binding.PROOF,
                      "client-certificate",
                      PolicyRequest.Binding.CLIENT_CERTIFICATE))
              .ifPresent(b -> into.add(new AdmissionCondition.Bound(b, t.placeOf("binding"))));
          t.finish();
        });
    Optional<YamlMapping> session = yaml.mapping("session");
    Optional<Duration> max = session.flatMap(s -> s.positiveDuration("max"));
    Optional<Duration> idle = session.flatMap(s -> s.positiveDuration("idle"));
    Optional<Integer> concurrent = session.flatMap(s -> count(s, "concurrent"));
    session.ifPresent(
        s -> {
          max.ifPresent(
              most -> into.add(new AdmissionCondition.SessionMax(most, s.placeOf("max"))));
          concurrent.ifPresent(
              most -> into.add(new AdmissionCondition.Concurrent(most, s.placeOf("concurrent"))));
          s.oneOf("reason", Map.of("required", true, "optional", false))
              .filter(required -> required)
              .ifPresent(
                  required -> into.add(new AdmissionCondition.ReasonGiven(s.placeOf("reason"))));
          s.finish();
        });
    Optional<YamlMapping> limits = yaml.mapping("limits");
    Limits all =
        new Limits(
            max,
            idle,
            concurrent,
            lifetime,
            limits.flatMap(l -> l.positiveDuration("haltBudget")),
            Optional.empty(),
            limits.flatMap(l -> l.positiveDuration("singleHalt")),
            limits.flatMap(l -> count(l, "haltsPerMinute")),
            limits.flatMap(l -> l.size("streamBytes")),
            limits.flatMap(l -> count(l, "requestsPerSecond")),
            Map.of());
    limits.ifPresent(YamlMapping::finish);
    return share(all);
  }

  private static Optional<Integer> count(YamlMapping yaml, String key) {
    return yaml.integer(key, 1, MAX_COUNT).map(Long::intValue);
  }

  private Obligations obligations(YamlMapping yaml) {
    Optional<Obligations.Recording> record =
        yaml.oneOf(
            "record",
            Map.of("full", Obligations.Recording.FULL, "metadata", Obligations.Recording.METADATA));
    List<Text> redact = yaml.strings("redact");
    for (Text pattern : redact) {
      try {
        Pattern.compile(pattern.value());
      } catch (PatternSyntaxException e) {
        issues.error(
            "P113",
            pattern.place(),
            "not a pattern in RE2 syntax: %s".formatted(e.getDescription()));
      }
    }
    Optional<Text> goroutines = yaml.text("goroutines");
    goroutines
        .filter(text -> text.value().isBlank())
        .ifPresent(text -> issues.error("P113", text.place(), "the goroutine filter is empty"));
    Optional<Long> observers = yaml.integer("observers", 0, 100);
    yaml.finish();
    return share(
        new Obligations(
            record.orElse(Obligations.Recording.NONE),
            redact.stream().map(Text::value).sorted().distinct().toList(),
            goroutines.map(Text::value).stream().toList(),
            observers.orElse(0L).intValue()));
  }

  private AdmissionCondition.Approvals approvals(YamlMapping yaml, String field) {
    yaml.require("atLeast");
    int atLeast = yaml.integer("atLeast", 1, 100).orElse(1L).intValue();
    List<Text> from = yaml.strings("from");
    from.forEach(group -> references.use(References.Kind.GROUP, group));
    boolean notRequester = yaml.bool("notRequester").orElse(true);
    Duration validFor = yaml.positiveDuration("validFor").orElse(DEFAULT_VALID_FOR);
    Map<String, BoundTo> words =
        Map.of("subject", BoundTo.SUBJECT, "target", BoundTo.TARGET, "scopes", BoundTo.SCOPES);
    Set<BoundTo> boundTo = EnumSet.allOf(BoundTo.class);
    if (yaml.has("boundTo")) {
      boundTo = EnumSet.noneOf(BoundTo.class);
      for (Text text : yaml.strings("boundTo")) {
        BoundTo one = words.get(text.value());
        if (one == null) {
          yaml.unknownWord("P017", "`boundTo`", text, words.keySet());
        } else {
          boundTo.add(one);
        }
      }
    }
    yaml.finish();
    return new AdmissionCondition.Approvals(
        atLeast, words(from), notRequester, validFor, Set.copyOf(boundTo), field, yaml.place());
  }

  static Set<String> words(Collection<Text> texts) {
    return switch (texts.size()) {
      case 0 -> Set.of();
      case 1 -> Set.of(texts.iterator().next().value());
      default -> texts.stream().map(Text::value).collect(Collectors.toUnmodifiableSet());
    };
  }

  /** One copy of equal values: many rules say the same. */
  private <T> T share(T value) {
    @SuppressWarnings("unchecked") // what is kept under a value is equal to it, so of its class
    T kept = (T) shared.computeIfAbsent(value, v -> v);
    return kept;
  }

  private Set<String> same(Set<String> words) {
    Object kept = shared.get(words);
    if (kept == null) {
      kept = words.stream().map(this::sameText).collect(Collectors.toUnmodifiableSet());
      shared.put(kept, kept);
    }
    @SuppressWarnings("unchecked") // equal to a set of strings, so one itself
    var same = (Set<String>) kept;
    return same;
  }

  private String sameText(String text) {
    return share(text);
  }
}
