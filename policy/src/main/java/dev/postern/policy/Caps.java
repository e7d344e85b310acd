package dev.postern.policy;

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
    Optional<Duration> haltBudget) {}
