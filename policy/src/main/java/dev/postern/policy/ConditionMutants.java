package dev.postern.policy;

import dev.postern.policy.AdmissionCondition.Approvals;
import dev.postern.policy.AttestationCondition.AnyOf;
import dev.postern.policy.AttestationCondition.MaxAge;
import dev.postern.policy.AttestationCondition.Way;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One condition, made to ask less in one place. */
final class ConditionMutants {
  private ConditionMutants() {}

  /**
   * A condition that asks less.
   *
   * @param what was done, for a person
   */
  record Change(String what, Condition changed) {}

  /** Every way to make a condition of several parts ask less; none for one that has one part. */
  static List<Change> of(Condition condition) {
    return switch (condition) {
      case MaxAge age ->
          List.of(new Change("doubled", new MaxAge(age.most().multipliedBy(2), age.place())));
      case AnyOf anyOf -> of(anyOf);
      case Approvals approvals -> of(approvals);
      default -> List.of();
    };
  }

  private static List<Change> of(AnyOf anyOf) {
    var changes = new ArrayList<Change>();
    for (int i = 0; i < anyOf.ways().size(); i++) {
      Way way = anyOf.ways().get(i);
      if (anyOf.ways().size() > 1) {
        var fewer = new ArrayList<>(anyOf.ways());
        fewer.remove(i);
        changes.add(new Change("way " + (i + 1) + " dropped", new AnyOf(fewer, anyOf.place())));
      }
      if (!way.verifiers().isEmpty()) {
        changes.add(
            with(anyOf, i, "verifiers", way(way, Set.of(), way.eatProfiles(), way.minimumTcb())));
      }
      if (!way.eatProfiles().isEmpty()) {
        changes.add(
            with(anyOf, i, "eatProfiles", way(way, way.verifiers(), Set.of(), way.minimumTcb())));
      }
      if (!way.minimumTcb().isEmpty()) {
        changes.add(
            with(anyOf, i, "minimumTcb", way(way, way.verifiers(), way.eatProfiles(), Map.of())));
      }
      if (way.status().isPresent()) {
        changes.add(with(anyOf, i, "status", way(way, Part.STATUS)));
      }
      if (way.debugState().isPresent()) {
        changes.add(with(anyOf, i, "debugState", way(way, Part.DEBUG_STATE)));
      }
      if (way.measurements().isPresent()) {
        changes.add(with(anyOf, i, "measurements", way(way, Part.MEASUREMENTS)));
      }
    }
    return changes;
  }

  private enum Part {
    STATUS,
    DEBUG_STATE,
    MEASUREMENTS
  }

  private static Way way(Way way, Part without) {
    return new Way(
        way.profile(),
        way.verifiers(),
        without == Part.STATUS ? Optional.empty() : way.status(),
        way.eatProfiles(),
        without == Part.DEBUG_STATE ? Optional.empty() : way.debugState(),
        without == Part.MEASUREMENTS ? Optional.empty() : way.measurements(),
        way.minimumTcb(),
        way.place());
  }

  private static Way way(
      Way way, Set<String> verifiers, Set<String> eatProfiles, Map<String, Long> tcb) {
    return new Way(
        way.profile(),
        verifiers,
        way.status(),
        eatProfiles,
        way.debugState(),
        way.measurements(),
        tcb,
        way.place());
  }

  private static Change with(AnyOf anyOf, int index, String part, Way instead) {
    var ways = new ArrayList<>(anyOf.ways());
    ways.set(index, instead);
    return new Change(
        "way %d: %s dropped".formatted(index + 1, part), new AnyOf(ways, anyOf.place()));
  }

  private static List<Change> of(Approvals is) {
    var changes = new ArrayList<Change>();
    if (is.atLeast() > 1) {
      changes.add(
          new Change(
              "one approval fewer",
              approvals(is, is.atLeast() - 1, is.from(), is.notRequester(), is.validFor())));
    }
    if (!is.from().isEmpty()) {
      changes.add(
          new Change(
              "from dropped",
              approvals(is, is.atLeast(), Set.of(), is.notRequester(), is.validFor())));
    }
    if (is.notRequester()) {
      changes.add(
          new Change(
              "notRequester dropped",
              approvals(is, is.atLeast(), is.from(), false, is.validFor())));
    }
    changes.add(
        new Change(
            "validFor doubled",
            approvals(
                is, is.atLeast(), is.from(), is.notRequester(), is.validFor().multipliedBy(2))));
    for (AdmissionCondition.BoundTo bound : EnumSet.allOf(AdmissionCondition.BoundTo.class)) {
      if (is.boundTo().contains(bound)) {
        var fewer = EnumSet.copyOf(is.boundTo());
        fewer.remove(bound);
        changes.add(
            new Change(
                "boundTo %s dropped".formatted(bound.word()),
                new Approvals(
                    is.atLeast(),
                    is.from(),
                    is.notRequester(),
                    is.validFor(),
                    Set.copyOf(fewer),
                    is.field(),
                    is.place())));
      }
    }
    return changes;
  }

  private static Approvals approvals(
      Approvals is, int atLeast, Set<String> from, boolean notRequester, Duration validFor) {
    return new Approvals(
        atLeast, from, notRequester, validFor, is.boundTo(), is.field(), is.place());
  }

  /** The conditions, with the one that asks for a limit taking twice as much. */
  static List<Condition> loosened(List<Condition> conditions, String limit) {
    return conditions.stream().map(c -> c.field().equals(limit) ? twice(c) : c).toList();
  }

  private static Condition twice(Condition condition) {
    return switch (condition) {
      case AdmissionCondition.SessionMax(var most, var place) ->
          new AdmissionCondition.SessionMax(most.multipliedBy(2), place);
      case AdmissionCondition.TokenLifetime(var most, var place) ->
          new AdmissionCondition.TokenLifetime(most.multipliedBy(2), place);
      case AdmissionCondition.Concurrent(var most, var place) ->
          new AdmissionCondition.Concurrent(2 * most, place);
      default -> condition;
    };
  }
}
