package dev.postern.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A compiled set of policies. Immutable; safe for many threads. Made by {@link PolicyLoader}. */
public interface PolicySet {
  /** Decides. Never throws: an error while deciding is a {@link Reason#INTERNAL_ERROR} denial. */
  Decision decide(PolicyRequest request);

  /**
   * What would be decided if every policy in {@code mode: shadow} were enforced too; empty if there
   * is none. Never changes anything.
   */
  Optional<Decision> shadow(PolicyRequest request);

  /**
   * Decides as {@link #decide} does, over every rule, and tells of each. Its cost grows with the
   * rules: for operators and tests.
   */
  Decision explain(PolicyRequest request, Listener listener);

  /** Hears of every rule while a request is explained. */
  @FunctionalInterface
  interface Listener {
    /**
     * One rule.
     *
     * @param covered the scopes asked for that it covers
     */
    void rule(Rule rule, List<Scope> covered, Facts facts);
  }

  /** All rules, sorted by id, shadow ones too. */
  List<Rule> rules();

  /** What permits compare measurements with, by name. */
  Map<String, ReferenceValues> referenceValues();

  /** Issuers that permits name, {@code self} left out, sorted. */
  Set<String> issuers();

  /** The least {@code caps.tokenLifetime} in force, if there is one. */
  Optional<Duration> tokenLifetimeCap();

  /** SHA-256 over the files that made it, hex, for the audit. */
  String digest();

  /** How many rules it has, permits and forbids. */
  int ruleCount();

  /** The bundle that these policies came in, as the audit names it: {@code 42}. */
  default Optional<String> bundle() {
    return Optional.empty();
  }

  /**
   * These policies as those of a bundle.
   *
   * @param notAfter first instant at which everything is denied instead
   */
  default PolicySet inBundle(String name, Instant notAfter) {
    return new TermedPolicies(this, name, notAfter);
  }

  /**
   * Whether it decides anything but denials then: its bundle's term, if it has one, is not over.
   */
  default boolean countsAt(Instant now) {
    return true;
  }
}
