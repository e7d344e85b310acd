package dev.postern.policy;

import java.util.Optional;

/**
 * A compiled set of policies. Immutable; safe for many threads. Only {@link PolicyLoader} makes
 * one.
 */
public interface PolicySet {
  /** Decides. Never throws: an error while deciding is a {@link Reason#INTERNAL_ERROR} denial. */
  Decision decide(PolicyRequest request);

  /**
   * What would be decided if every policy in {@code mode: shadow} were enforced too; empty if there
   * is none. Never changes anything.
   */
  Optional<Decision> shadow(PolicyRequest request);

  /** SHA-256 over the files that made it, hex, for the audit. */
  String digest();

  /** How many rules it has, permits and forbids. */
  int ruleCount();
}
