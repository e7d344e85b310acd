package dev.postern.policy;

import dev.postern.policy.source.Issues;
import dev.postern.policy.source.YamlMapping;
import dev.postern.policy.source.YamlMapping.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Reads what a permit asks of the attestation. */
final class AttestationReader {
  private static final Set<String> STATUSES =
      Set.of("affirming", "warning", "contraindicated", "none");

  private final Issues issues;
  private final References references;

  AttestationReader(Issues issues, References references) {
    this.issues = issues;
    this.references = references;
  }

  /** Adds the permit's attestation conditions; those that hold without any field, too. */
  void read(YamlMapping permit, List<Condition> into) {
    Optional<YamlMapping> attestation = permit.mapping("attestation");
    if (attestation.isEmpty()) {
      into.add(new AttestationCondition.Real(permit.valuePlaceOf("id")));
      into.add(new AttestationCondition.NotRawEvidence(permit.valuePlaceOf("id")));
      return;
    }
    YamlMapping yaml = attestation.get();
    yaml.positiveDuration("maxAge")
        .ifPresent(age -> into.add(new AttestationCondition.MaxAge(age, yaml.placeOf("maxAge"))));
    if (yaml.bool("fresh").orElse(false)) {
      into.add(new AttestationCondition.Fresh(yaml.placeOf("fresh")));
    }
    boolean simulated = yaml.bool("simulated").orElse(false);
    if (!simulated) {
      into.add(new AttestationCondition.Real(yaml.place()));
    }
    if (yaml.has("anyOf")) {
      var ways = new ArrayList<AttestationCondition.Way>();
      for (YamlMapping way : yaml.mappings("anyOf")) {
        way(way, simulated).ifPresent(ways::add);
      }
      if (!ways.isEmpty()) {
        into.add(new AttestationCondition.AnyOf(ways, yaml.placeOf("anyOf")));
      }
    } else {
      into.add(new AttestationCondition.NotRawEvidence(yaml.place()));
    }
    yaml.finish();
  }

  private Optional<AttestationCondition.Way> way(YamlMapping yaml, boolean simulated) {
    yaml.require("profile");
    var profiles = new TreeSet<>(AttestationFacts.RAW_EVIDENCE);
    profiles.addAll(AttestationFacts.RESULT_PROFILES);
    Optional<Text> profile = yaml.text("profile");
    profile
        .filter(text -> !profiles.contains(text.value()))
        .ifPresent(text -> yaml.unknownWord("P123", "profile", text, profiles));
    boolean raw =
        profile.map(text -> AttestationFacts.RAW_EVIDENCE.contains(text.value())).orElse(false);
    if (raw && !yaml.has("measurements")) {
      issues.error(
          "P109",
          yaml.placeOf("profile"),
          "raw Evidence needs `measurements`: any machine of the kind would do otherwise");
    }
    if (raw && yaml.has("verifiers")) {
      issues.error(
          "P109", yaml.placeOf("verifiers"), "raw Evidence has no Verifier; leave `verifiers` out");
    }
    if (!simulated && profile.map(text -> text.value().equals("simulated")).orElse(false)) {
      issues.error(
          "P120",
          yaml.placeOf("profile"),
          "profile `simulated` never matches without `simulated: true` beside `anyOf`");
    }
    Set<String> verifiers = RuleReader.words(yaml.strings("verifiers"));
    Map<String, String> statuses = new HashMap<>();
    STATUSES.forEach(word -> statuses.put(word, word));
    Optional<String> status = yaml.oneOf("status", statuses);
    Set<String> eatProfiles = RuleReader.words(yaml.strings("eatProfiles"));
    Map<String, DebugState> rungs = new LinkedHashMap<>();
    DebugState.words().forEach(word -> rungs.put(word, DebugState.of(word).orElseThrow()));
    Optional<DebugState> debugState = yaml.oneOf("debugState", rungs);
    Optional<Text> measurements = yaml.text("measurements");
    measurements.ifPresent(text -> references.use(References.Kind.REFERENCE_VALUES, text));
    Map<String, Long> tcb = new HashMap<>();
    yaml.mapping("minimumTcb")
        .ifPresent(
            components -> {
              for (Text component : components.keys()) {
                components
                    .integer(component.value(), 0, Integer.MAX_VALUE)
                    .ifPresent(least -> tcb.put(component.value(), least));
              }
            });
    yaml.finish();
    return profile.map(
        text ->
            new AttestationCondition.Way(
                text.value(),
                verifiers,
                status,
                eatProfiles,
                debugState,
                measurements.map(Text::value),
                Map.copyOf(tcb),
                yaml.place()));
  }
}
