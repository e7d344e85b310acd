package dev.postern.policy;

import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The strictest of each limit over all permits used and the caps; empty is no limit by policy.
 *
 * @param session longest session
 * @param idle longest time without a message of the client
 * @param concurrent most sessions that the subject has at once, this one included
 * @param tokenLifetime longest {@code exp - iat}
 * @param haltBudget longest the target is held by this session in a rolling 10 minutes
 * @param targetHaltBudget the same over all sessions of the target; from caps
 * @param singleHalt longest single halt
 * @param haltsPerMinute most halts in a minute
 * @param streamBytes most bytes from the target
 * @param requestsPerSecond most messages of the client in a second
 * @param origins by a limit's name in the policy language, the rule that gave it
 */
public record Limits(
    Optional<Duration> session,
    Optional<Duration> idle,
    Optional<Integer> concurrent,
    Optional<Duration> tokenLifetime,
    Optional<Duration> haltBudget,
    Optional<Duration> targetHaltBudget,
    Optional<Duration> singleHalt,
    Optional<Integer> haltsPerMinute,
    Optional<Long> streamBytes,
    Optional<Integer> requestsPerSecond,
    Map<String, String> origins) {
  /** No limit at all. */
  public static final Limits NONE =
      new Limits(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Map.of());

  public Limits {
    origins = Collections.unmodifiableMap(new TreeMap<>(origins));
  }
}
