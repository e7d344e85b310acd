package dev.postern.policy.cli;

import dev.postern.policy.Approval;
import dev.postern.policy.AttestationFacts;
import dev.postern.policy.PolicyRequest;
import dev.postern.policy.PolicyRequest.Binding;
import dev.postern.policy.PolicySet;
import dev.postern.policy.ReferenceValues;
import dev.postern.policy.Scope;
import dev.postern.policy.Subject;
import dev.postern.policy.Target;
import dev.postern.policy.Tool;
import dev.postern.policy.source.Issue;
import dev.postern.policy.source.Issues;
import dev.postern.policy.source.Suggestion;
import dev.postern.policy.source.YamlMapping;
import dev.postern.policy.source.YamlMapping.Text;
import dev.postern.policy.source.YamlNode;
import dev.postern.policy.source.YamlNode.Scalar;
import dev.postern.policy.source.YamlNode.Sequence;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads a request as people write it in tests and for explain.
 *
 * <p>What is left out has the plainest value: a token of the scopes asked for that lives 5 minutes,
 * an {@code eat} attestation made just now, a direct target. The issuer may be left out where the
 * policies name only one.
 */
final class RequestReader {
  private static final Duration DEFAULT_LIFETIME = Duration.ofMinutes(5);

  private final Issues issues;
  private final PolicySet policies;

  RequestReader(Issues issues, PolicySet policies) {
    this.issues = issues;
    this.policies = policies;
  }

  /** The request; empty if an issue was added. */
  Optional<PolicyRequest> read(YamlMapping yaml, Optional<Instant> defaultNow) {
    int before = issues.errorCount();
    yaml.require("subject", "target");
    Instant now = instant(yaml, "now").or(() -> defaultNow).orElse(Instant.EPOCH);
    if (!yaml.has("now") && defaultNow.isEmpty()) {
      issues.error("P301", yaml.place(), "`now` is missing: no decision here sees the real clock");
    }
    var who = new Who();
    yaml.mapping("subject").ifPresent(subject -> who.read(subject));
    Optional<Target> target = yaml.mapping("target").map(this::target);
    List<Text> scopes = yaml.strings("scopes");
    List<String> asked = scopes.stream().map(Text::value).toList();
    List<String> tokenScopes =
        yaml.has("tokenScopes")
            ? yaml.strings("tokenScopes").stream().map(Text::value).toList()
            : asked;
    String tool =
        yaml.string("tool")
            .or(
                () ->
                    tokenScopes.stream()
                        .findFirst()
                        .flatMap(Scope::parse)
                        .map(scope -> Tool.ofFamily(scope.family()).word()))
            .orElse("dlv");
    AttestationFacts attestation =
        yaml.mapping("attestation")
            .map(a -> attestation(a, now))
            .orElseGet(() -> plainAttestation(now));
    Duration lifetime = DEFAULT_LIFETIME;
    Binding binding = Binding.PROOF;
    Optional<YamlMapping> token = yaml.mapping("token");
    if (token.isPresent()) {
      lifetime = token.get().duration("lifetime").orElse(DEFAULT_LIFETIME);
      binding =
          token
              .get()
              .oneOf(
                  "binding",
                  Map.of("proof", Binding.PROOF, "client-certificate", Binding.CLIENT_CERTIFICATE))
              .orElse(Binding.PROOF);
      token.get().finish();
    }
    Optional<String> reason = yaml.string("reason");
    Optional<Duration> session = yaml.duration("session");
    int others = yaml.integer("otherSessions", 0, 1_000_000).orElse(0L).intValue();
    List<Approval> approvals =
        approvals(
            yaml, who, target.map(Target::name).orElse(""), Set.copyOf(new HashSet<>(asked)), now);
    yaml.finish();
    if (issues.errorCount() > before || target.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new PolicyRequest(
            who.subject,
            who.groups,
            who.debugger,
            attestation,
            target.get(),
            tool,
            asked,
            tokenScopes,
            now,
            now.plus(lifetime),
            binding,
            reason,
            session,
            approvals,
            others,
            now,
            now));
  }

  /** The subject part. */
  private final class Who {
    private Subject subject = new Subject.Named("", "");
    private Set<String> groups = Set.of();
    private String debugger = "debugger";

    void read(YamlMapping yaml) {
      Optional<String> key = yaml.string("key");
      Optional<String> issuer = yaml.string("issuer");
      debugger = yaml.string("id").orElse("debugger");
      String user = yaml.string("user").orElse(debugger);
      groups = Set.copyOf(new HashSet<>(yaml.strings("groups").stream().map(Text::value).toList()));
      yaml.finish();
      if (key.isPresent()) {
        subject = new Subject.Key(key.get());
        return;
      }
      if (issuer.isEmpty() && policies.issuers().size() != 1) {
        issues.error(
            "P302",
            yaml.place(),
            "`issuer` is missing, and the policies name %d issuers"
                .formatted(policies.issuers().size()));
      }
      subject =
          new Subject.Named(
              issuer.orElseGet(() -> policies.issuers().stream().findFirst().orElse("")), user);
    }
  }

  private Target target(YamlMapping yaml) {
    yaml.require("name");
    String name = yaml.string("name").orElse("");
    Map<String, String> labels = new HashMap<>();
    yaml.mapping("labels")
        .ifPresent(
            map -> {
              for (Text key : map.keys()) {
                map.string(key.value()).ifPresent(value -> labels.put(key.value(), value));
              }
            });
    Target.Via via =
        yaml.oneOf("via", Map.of("agent", Target.Via.AGENT, "direct", Target.Via.DIRECT))
            .orElse(Target.Via.DIRECT);
    boolean known = yaml.bool("known").orElse(true);
    yaml.finish();
    return new Target(name, known, labels, via);
  }

  private static AttestationFacts plainAttestation(Instant now) {
    return new AttestationFacts(
        "eat",
        Optional.empty(),
        Optional.of(now),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        Map.of(),
        false,
        false);
  }

  private AttestationFacts attestation(YamlMapping yaml, Instant now) {
    String profile = yaml.string("profile").orElse("eat");
    Optional<String> eatProfile = yaml.string("eatProfile");
    boolean known =
        AttestationFacts.RESULT_PROFILES.contains(profile)
            || AttestationFacts.RAW_EVIDENCE.contains(profile);
    if (!known) {
      // the profile claim of an EAT, written in its place
      eatProfile = eatProfile.or(() -> yaml.string("profile"));
      profile = "eat";
    }
    Duration age = yaml.duration("age").orElse(Duration.ZERO);
    Map<String, Set<String>> measurements = measurements(yaml);
    Map<String, Long> tcb = new HashMap<>();
    yaml.mapping("tcb")
        .ifPresent(
            map -> {
              for (Text key : map.keys()) {
                map.integer(key.value(), 0, Integer.MAX_VALUE)
                    .ifPresent(version -> tcb.put(key.value(), version));
              }
            });
    var facts =
        new AttestationFacts(
            profile,
            yaml.string("verifier"),
            Optional.of(now.minus(age)),
            eatProfile,
            yaml.string("status"),
            yaml.string("debugState"),
            measurements,
            tcb,
            yaml.bool("simulated").orElse(profile.equals("simulated")),
            yaml.bool("fresh").orElse(false));
    yaml.finish();
    return facts;
  }

  /** Measurements spelled out, or those of the first set of reference values. */
  private Map<String, Set<String>> measurements(YamlMapping yaml) {
    Map<String, Set<String>> found = new HashMap<>();
    Optional<YamlNode> node = yaml.node("measurements");
    if (node.isEmpty()) {
      return found;
    }
    if (node.get() instanceof Scalar) {
      yaml.text("measurements")
          .ifPresent(
              name -> {
                ReferenceValues values = policies.referenceValues().get(name.value());
                if (values == null) {
                  issues.add(
                      Issue.error(
                              "P110",
                              name.place(),
                              "unknown reference values `%s`".formatted(name.value()))
                          .suggesting(
                              Suggestion.nearest(
                                  name.value(), policies.referenceValues().keySet())));
                } else {
                  values
                      .sets()
                      .getFirst()
                      .values()
                      .forEach((what, value) -> found.put(what, Set.of(value.digest())));
                }
              });
      return found;
    }
    yaml.mapping("measurements")
        .ifPresent(
            map -> {
              for (Text key : map.keys()) {
                map.string(key.value()).ifPresent(value -> found.put(key.value(), Set.of(value)));
              }
            });
    return found;
  }

  private List<Approval> approvals(
      YamlMapping yaml, Who who, String target, Set<String> scopes, Instant now) {
    Optional<YamlNode> node = yaml.node("approvals");
    if (node.isEmpty()) {
      return List.of();
    }
    if (!(node.get() instanceof Sequence list)) {
      issues.error("P016", node.get().place(), "expected a list, got " + node.get().described());
      return List.of();
    }
    String issuer = who.subject.named().map(Subject.Named::issuer).orElse("");
    var approvals = new ArrayList<Approval>();
    for (YamlNode item : list.items()) {
      if (item instanceof Scalar name) {
        approvals.add(
            new Approval(
                new Subject.Named(issuer, name.text()),
                Set.of(),
                now,
                who.subject.text(),
                target,
                scopes));
        continue;
      }
      YamlMapping.of(item, issues)
          .ifPresent(
              map -> {
                map.require("by");
                Duration age = map.duration("age").orElse(Duration.ZERO);
                Set<String> given =
                    map.has("scopes")
                        ? Set.copyOf(
                            new HashSet<>(map.strings("scopes").stream().map(Text::value).toList()))
                        : scopes;
                approvals.add(
                    new Approval(
                        new Subject.Named(
                            map.string("issuer").orElse(issuer), map.string("by").orElse("")),
                        Set.copyOf(
                            new HashSet<>(
                                map.strings("groups").stream().map(Text::value).toList())),
                        now.minus(age),
                        map.string("subject")
                            .map(user -> new Subject.Named(issuer, user).text())
                            .orElseGet(who.subject::text),
                        map.string("target").orElse(target),
                        given));
                map.finish();
              });
    }
    return approvals;
  }

  private Optional<Instant> instant(YamlMapping yaml, String key) {
    return yaml.text(key).flatMap(text -> instant(text, issues));
  }

  static Optional<Instant> instant(Text text, Issues issues) {
    try {
      return Optional.of(Instant.parse(text.value()));
    } catch (DateTimeParseException e) {
      issues.error(
          "P017",
          text.place(),
          "expected a time such as \"2026-11-23T14:00:00Z\", got `%s`".formatted(text.value()));
      return Optional.empty();
    }
  }
}
