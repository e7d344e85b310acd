package dev.postern.policy;

import dev.postern.policy.source.Place;

/**
 * One condition of one rule. Immutable.
 *
 * <p>Where the request lacks what a condition asks about, a permit's condition is not met and a
 * forbid's is.
 */
public sealed interface Condition
    permits SubjectCondition, TargetCondition, AttestationCondition, AdmissionCondition {
  /** The field of the policy language that states it, such as {@code subjects.users}. */
  String field();

  /** Where it stands. */
  Place place();

  boolean met(Facts facts);

  /** What it asks for, for a person. */
  String expected();

  /** What the request has instead, for a person. */
  String got(Facts facts);

  /** Why a request is denied for which this alone is not met. */
  Reason reason(Facts facts);

  /** Whether a line of the policy states it; some hold for every permit that says nothing else. */
  default boolean stated() {
    return true;
  }

  /** Whether it picks whom and what the rule speaks of, rather than asking something of them. */
  default boolean selects() {
    return false;
  }
}
