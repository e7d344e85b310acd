package dev.postern.policy;

import dev.postern.policy.source.Issue;
import dev.postern.policy.source.Issues;
import dev.postern.policy.source.Place;
import dev.postern.policy.source.SourceFile;
import dev.postern.policy.source.YamlMapping;
import dev.postern.policy.source.YamlMapping.Text;
import dev.postern.policy.source.YamlNode;
import dev.postern.policy.source.YamlReader;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** Reads the documents of many files, one file after the other, and gathers what they declare. */
final class DocumentReader {
  static final String API_VERSION = "postern.dev/v1";
  static final List<String> KINDS =
      List.of("AccessPolicy", "Group", "ReferenceValues", "Schema", "PolicyTest");

  private final Issues issues;
  private final References references = new References();
  private final RuleReader ruleReader;
  private final Map<String, Place> declared = new HashMap<>();
  private final Map<String, Place> ruleIds = new HashMap<>();
  final List<Rule> rules = new ArrayList<>();
  final List<Caps> enforcedCaps = new ArrayList<>();
  final List<Caps> shadowCaps = new ArrayList<>();
  final Map<String, ReferenceValues> referenceValues = new TreeMap<>();
  final Map<String, Place> groups = new TreeMap<>();
  final List<GroupDirectory.Member> members = new ArrayList<>();
  final List<Schema> schemas = new ArrayList<>();

  /** What a Schema document declares; an empty list of values takes any. */
  record Schema(
      Map<String, List<String>> labels,
      boolean closedGroups,
      List<String> groups,
      List<String> scopes) {}

  DocumentReader(Issues issues) {
    this.issues = issues;
    this.ruleReader = new RuleReader(issues, references);
  }

  References references() {
    return references;
  }

  /** The documents of one file as they stand there, and what is wrong with its YAML. */
  record Parsed(SourceFile file, List<YamlNode> documents, Issues issues) {
    static Parsed of(SourceFile file) {
      var issues = new Issues();
      return new Parsed(file, YamlReader.readAll(file, issues), issues);
    }
  }

  /** Reads files, each parsed in another thread while the one before it is compiled. */
  void readAll(List<SourceFile> files) {
    Optional<CompletableFuture<Parsed>> ahead = Optional.empty();
    for (int i = 0; i < files.size(); i++) {
      Parsed parsed = ahead.isPresent() ? ahead.get().join() : Parsed.of(files.get(i));
      if (i + 1 < files.size()) {
        SourceFile next = files.get(i + 1);
        ahead = Optional.of(CompletableFuture.supplyAsync(() -> Parsed.of(next)));
      }
      read(parsed);
    }
  }

  /** Reads every document of a file; its node tree is garbage afterwards. */
  private void read(Parsed parsed) {
    issues.addAll(parsed.issues());
    if (parsed.documents().isEmpty() && !parsed.issues().hasErrors()) {
      issues.error("P018", Place.ofFile(parsed.file().path()), "the file holds no document");
    }
    for (YamlNode node : parsed.documents()) {
      YamlMapping.of(node, issues).ifPresent(this::document);
    }
  }

  private void document(YamlMapping yaml) {
    yaml.require("apiVersion", "kind");
    yaml.text("apiVersion")
        .filter(text -> !text.value().equals(API_VERSION))
        .ifPresent(
            text ->
                issues.add(
                    Issue.error(
                            "P101", text.place(), "unknown apiVersion `%s`".formatted(text.value()))
                        .suggesting(Optional.of(API_VERSION))));
    Optional<Text> kind = yaml.text("kind");
    if (kind.isEmpty()) {
      return;
    }
    switch (kind.get().value()) {
      case "AccessPolicy" -> accessPolicy(yaml);
      case "Group" -> group(yaml);
      case "ReferenceValues" -> referenceValues(yaml);
      case "Schema" -> schema(yaml);
      case "PolicyTest" -> {
        // run by `postern policy test`; nothing of it is in force
      }
      default -> yaml.unknownWord("P102", "kind", kind.get(), KINDS);
    }
  }

  /** The document's name; an issue if it has none or another of its kind has the same. */
  private Optional<String> name(YamlMapping yaml, String kind, boolean required) {
    if (required) {
      yaml.require("metadata");
    }
    Optional<Text> name =
        yaml.mapping("metadata")
            .flatMap(
                metadata -> {
                  if (required) {
                    metadata.require("name");
                  }
                  metadata.string("owner");
                  metadata.string("description");
                  Optional<Text> text = metadata.text("name");
                  metadata.finish();
                  return text;
                })
            .filter(text -> Names.check(text, "a name", issues));
    name.ifPresent(
        text -> {
          Place first = declared.putIfAbsent(kind + " " + text.value(), text.place());
          if (first != null) {
            issues.add(
                Issue.error(
                        "P106",
                        text.place(),
                        "%s `%s` is declared twice".formatted(kind, text.value()))
                    .relatedTo("first here", first));
          }
        });
    return name.map(Text::value);
  }

  private void accessPolicy(YamlMapping yaml) {
    Optional<String> name = name(yaml, "AccessPolicy", true);
    String policy = name.orElse("?");
    boolean shadow = yaml.oneOf("mode", Map.of("enforce", false, "shadow", true)).orElse(false);
    for (YamlMapping permit : yaml.mappings("permits")) {
      ruleReader.permit(policy, shadow, permit).ifPresent(this::add);
    }
    for (YamlMapping forbid : yaml.mappings("forbids")) {
      ruleReader.forbid(policy, shadow, forbid).ifPresent(this::add);
    }
    yaml.mapping("caps")
        .ifPresent(
            caps -> {
              (shadow ? shadowCaps : enforcedCaps)
                  .add(
                      new Caps(
                          policy,
                          caps.positiveDuration("session"),
                          caps.positiveDuration("tokenLifetime"),
                          caps.positiveDuration("haltBudget"),
                          yaml.placeOf("caps")));
              caps.finish();
            });
    if (!yaml.has("permits") && !yaml.has("forbids") && !yaml.has("caps")) {
      issues.error(
          "P015", yaml.valuePlaceOf("kind"), "the policy has no `permits`, `forbids` or `caps`");
    }
    yaml.finish();
  }

  private void add(Rule rule) {
    Place first = ruleIds.putIfAbsent(rule.id(), rule.place());
    if (first != null) {
      issues.add(
          Issue.error("P106", rule.place(), "rule `%s` is declared twice".formatted(rule.id()))
              .relatedTo("first here", first));
    }
    rules.add(rule);
  }

  private void group(YamlMapping yaml) {
    Optional<String> name = name(yaml, "Group", true);
    yaml.require("members");
    name.ifPresent(text -> groups.put(text, yaml.place()));
    for (YamlMapping member : yaml.mappings("members")) {
      Set<String> issuers = RuleReader.words(member.strings("issuers"));
      Set<String> users = RuleReader.words(member.strings("users"));
      Set<String> debuggers = RuleReader.words(member.strings("debuggers"));
      Set<String> keys = RuleReader.words(member.strings("keys"));
      List<Text> nested = member.strings("groups");
      nested.forEach(text -> references.use(References.Kind.GROUP, text));
      if (issuers.isEmpty() && (!users.isEmpty() || !debuggers.isEmpty())) {
        issues.error(
            "P107",
            member.place(),
            "users and debuggers mean something only as an issuer's word: name `issuers`");
      }
      if (issuers.isEmpty() && keys.isEmpty() && nested.isEmpty()) {
        issues.error("P107", member.place(), "the member names nobody");
      }
      member.finish();
      name.ifPresent(
          text ->
              members.add(
                  new GroupDirectory.Member(
                      text,
                      issuers,
                      users,
                      RuleReader.words(nested),
                      debuggers,
                      keys,
                      member.place())));
    }
    yaml.finish();
  }

  private void referenceValues(YamlMapping yaml) {
    Optional<String> name = name(yaml, "ReferenceValues", true);
    yaml.require("sets");
    var sets = new ArrayList<ReferenceValues.MeasurementSet>();
    for (YamlMapping set : yaml.mappings("sets")) {
      set.string("source");
      set.string("description");
      String id = set.string("id").orElse("");
      Optional<Instant> notBefore = instant(set, "notBefore");
      Optional<Instant> notAfter = instant(set, "notAfter");
      set.require("measurements");
      Map<String, ReferenceValues.Value> values = new LinkedHashMap<>();
      for (YamlMapping measurement : set.mappings("measurements")) {
        measurement.require("name", "digest");
        Optional<Text> digest = measurement.text("digest");
        String algorithm = measurement.string("algorithm").orElse("");
        Optional<Text> what = measurement.text("name");
        digest
            .filter(text -> !isDigest(text.value(), algorithm))
            .ifPresent(
                text ->
                    issues.error(
                        "P117",
                        text.place(),
                        "not a digest%s in lower-case hex"
                            .formatted(algorithm.isEmpty() ? "" : " of " + algorithm)));
        measurement.finish();
        if (what.isPresent() && digest.isPresent()) {
          var value = new ReferenceValues.Value(algorithm, digest.get().value());
          if (values.put(what.get().value(), value) != null) {
            issues.error(
                "P106",
                what.get().place(),
                "measurement `%s` stands twice in one set".formatted(what.get().value()));
          }
        }
      }
      if (values.isEmpty()) {
        // a set without measurements would match any machine
        issues.error("P117", set.place(), "the set has no measurements");
      }
      set.finish();
      sets.add(new ReferenceValues.MeasurementSet(id, notBefore, notAfter, values, set.place()));
    }
    yaml.finish();
    name.ifPresent(
        text -> referenceValues.put(text, new ReferenceValues(text, sets, yaml.place())));
  }

  private static boolean isDigest(String text, String algorithm) {
    int digits =
        switch (algorithm) {
          case "sha-256" -> 64;
          case "sha-384" -> 96;
          case "sha-512" -> 128;
          default -> 0;
        };
    return text.matches("[0-9a-f]{32,128}") && (digits == 0 || text.length() == digits);
  }

  private Optional<Instant> instant(YamlMapping yaml, String key) {
    return yaml.text(key)
        .flatMap(
            text -> {
              try {
                return Optional.of(Instant.parse(text.value()));
              } catch (DateTimeParseException e) {
                issues.error(
                    "P017",
                    text.place(),
                    "expected a time such as \"2026-11-23T14:00:00Z\", got `%s`"
                        .formatted(text.value()));
                return Optional.empty();
              }
            });
  }

  private void schema(YamlMapping yaml) {
    name(yaml, "Schema", false);
    Map<String, List<String>> labels = new TreeMap<>();
    yaml.mapping("labels")
        .ifPresent(
            keys -> {
              for (Text label : keys.keys()) {
                boolean any =
                    keys.node(label.value())
                        .filter(
                            node ->
                                node instanceof YamlNode.Scalar scalar
                                    && scalar.text().equals("any"))
                        .isPresent();
                labels.put(
                    label.value(),
                    any
                        ? List.of()
                        : keys.strings(label.value()).stream().map(Text::value).toList());
              }
            });
    boolean closedGroups = yaml.has("groups");
    List<String> groupNames = yaml.strings("groups").stream().map(Text::value).toList();
    var scopes = new ArrayList<String>();
    for (Text text : yaml.strings("scopes")) {
      if (ScopePattern.parse(text.value()).isEmpty()) {
        issues.error("P103", text.place(), "`%s` is not a scope".formatted(text.value()));
      } else {
        scopes.add(text.value());
      }
    }
    yaml.finish();
    schemas.add(new Schema(labels, closedGroups, groupNames, List.copyOf(scopes)));
  }
}
