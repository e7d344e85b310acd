package dev.postern.policy;

import dev.postern.policy.AttestationCondition.Way;
import java.util.Collection;
import java.util.Set;

/**
 * Whether every request that meets one thing meets another. Says no where it is not plain from the
 * two alone: a yes is right, a no may be one.
 */
final class Implication {
  private Implication() {}

  /** Whether a request that meets all of these conditions meets that one. */
  static boolean holds(Collection<Condition> conditions, Condition then) {
    for (Condition condition : conditions) {
      if (holds(condition, then)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a request that meets the first meets the second. */
  static boolean holds(Condition first, Condition then) {
    return switch (then) {
      case SubjectCondition subject -> subject(first, subject);
      case TargetCondition target -> target(first, target);
      case AttestationCondition attestation -> attestation(first, attestation);
      case AdmissionCondition admission -> admission(first, admission);
    };
  }

  private static boolean subject(Condition first, SubjectCondition then) {
    return switch (then) {
      case SubjectCondition.Issuers more ->
          first instanceof SubjectCondition.Issuers less
              && more.issuers().containsAll(less.issuers());
      case SubjectCondition.Users more ->
          first instanceof SubjectCondition.Users less && more.users().containsAll(less.users());
      case SubjectCondition.Groups more ->
          first instanceof SubjectCondition.Groups less
              && more.groups().containsAll(less.groups())
              && (more.metWhenMissing() || !less.metWhenMissing());
      case SubjectCondition.Debuggers more ->
          first instanceof SubjectCondition.Debuggers less
              && more.debuggers().containsAll(less.debuggers());
      case SubjectCondition.Keys more ->
          (first instanceof SubjectCondition.Keys less
                  && more.thumbprints().containsAll(less.thumbprints()))
              || (first instanceof SubjectCondition.Issuers named
                  && !named.issuers().contains(Facts.SELF));
    };
  }

  private static boolean target(Condition first, TargetCondition then) {
    return switch (then) {
      case TargetCondition.Names more ->
          first instanceof TargetCondition.Names less && more.names().containsAll(less.names());
      case TargetCondition.Label more ->
          first instanceof TargetCondition.Label less
              && more.key().equals(less.key())
              && more.values().containsAll(less.values())
              && (more.metWhenMissing() || !less.metWhenMissing());
      case TargetCondition.Except less -> except(first, less);
      case TargetCondition.Way way ->
          first instanceof TargetCondition.Way other && way.via() == other.via();
      case TargetCondition.Tools more ->
          first instanceof TargetCondition.Tools less && more.tools().containsAll(less.tools());
    };
  }

  private static boolean except(Condition first, TargetCondition.Except then) {
    if (first instanceof TargetCondition.Except more) {
      return more.excepted().stream()
          .allMatch(out -> then.excepted().stream().anyMatch(less -> holds(less, out)));
    }
    return then.excepted().stream().anyMatch(out -> excludes(first, out));
  }

  /** Whether no request meets both. */
  private static boolean excludes(Condition a, Condition b) {
    return switch (a) {
      case TargetCondition.Names names ->
          b instanceof TargetCondition.Names others && disjoint(names.names(), others.names());
      case TargetCondition.Label label ->
          b instanceof TargetCondition.Label other
              && label.key().equals(other.key())
              && disjoint(label.values(), other.values())
              && !(label.metWhenMissing() && other.metWhenMissing());
      default -> false;
    };
  }

  private static boolean disjoint(Set<String> a, Set<String> b) {
    return a.stream().noneMatch(b::contains);
  }

  private static boolean attestation(Condition first, AttestationCondition then) {
    return switch (then) {
      case AttestationCondition.MaxAge more ->
          first instanceof AttestationCondition.MaxAge less
              && less.most().compareTo(more.most()) <= 0;
      case AttestationCondition.Fresh fresh -> first instanceof AttestationCondition.Fresh;
      case AttestationCondition.Real real -> first instanceof AttestationCondition.Real;
      case AttestationCondition.NotRawEvidence result ->
          first instanceof AttestationCondition.NotRawEvidence
              || (first instanceof AttestationCondition.AnyOf anyOf
                  && anyOf.ways().stream()
                      .noneMatch(way -> AttestationFacts.RAW_EVIDENCE.contains(way.profile())));
      case AttestationCondition.AnyOf more ->
          first instanceof AttestationCondition.AnyOf less
              && less.ways().stream()
                  .allMatch(way -> more.ways().stream().anyMatch(wide -> holds(way, wide)));
    };
  }

  private static boolean holds(Way first, Way then) {
    return first.profile().equals(then.profile())
        && within(first.verifiers(), then.verifiers())
        && within(first.eatProfiles(), then.eatProfiles())
        && (then.status().isEmpty() || then.status().equals(first.status()))
        && (then.debugState().isEmpty()
            || first
                .debugState()
                .filter(state -> state.compareTo(then.debugState().get()) >= 0)
                .isPresent())
        && (then.measurements().isEmpty() || then.measurements().equals(first.measurements()))
        && then.minimumTcb().entrySet().stream()
            .allMatch(
                least -> first.minimumTcb().getOrDefault(least.getKey(), -1L) >= least.getValue());
  }

  /** Whether a choice is one of the other's too; an empty one takes anything. */
  private static boolean within(Set<String> less, Set<String> more) {
    return more.isEmpty() || (!less.isEmpty() && more.containsAll(less));
  }

  private static boolean admission(Condition first, AdmissionCondition then) {
    return switch (then) {
      case AdmissionCondition.TokenLifetime more ->
          first instanceof AdmissionCondition.TokenLifetime less
              && less.most().compareTo(more.most()) <= 0;
      case AdmissionCondition.Bound bound ->
          bound.binding() == PolicyRequest.Binding.PROOF
              || (first instanceof AdmissionCondition.Bound other
                  && other.binding() == bound.binding());
      case AdmissionCondition.SessionMax more ->
          first instanceof AdmissionCondition.SessionMax less
              && less.most().compareTo(more.most()) <= 0;
      case AdmissionCondition.Concurrent more ->
          first instanceof AdmissionCondition.Concurrent less && less.most() <= more.most();
      case AdmissionCondition.ReasonGiven given -> first instanceof AdmissionCondition.ReasonGiven;
      case AdmissionCondition.InWindow in ->
          first instanceof AdmissionCondition.InWindow other && other.window().equals(in.window());
      case AdmissionCondition.Approvals fewer ->
          first instanceof AdmissionCondition.Approvals more
              && more.atLeast() >= fewer.atLeast()
              && within(more.from(), fewer.from())
              && (more.notRequester() || !fewer.notRequester())
              && more.validFor().compareTo(fewer.validFor()) <= 0
              && more.boundTo().containsAll(fewer.boundTo());
    };
  }
}
