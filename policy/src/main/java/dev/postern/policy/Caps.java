package dev.postern.policy;

import dev.postern.policy.source.Place;
import java.time.Duration;
import java.util.Optional;

/**
 * Bounds over every permit of every file.
 *
 * @param policy the policy that states them
 * @param haltBudget per target, over all sessions
 */
record Caps(
    String policy,
    Optional<Duration> session,
    Optional<Duration> tokenLifetime,
    Optional<Duration> haltBudget,
    Place place) {
  /** The same policy's with other bounds. */
  Caps with(
      Optional<Duration> session, Optional<Duration> tokenLifetime, Optional<Duration> haltBudget) {
    return new Caps(policy, session, tokenLifetime, haltBudget, place);
  }
}
