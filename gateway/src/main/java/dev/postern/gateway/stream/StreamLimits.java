package dev.postern.gateway.stream;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What a session may use up; the strictest of all permits and caps. An absent limit is one that no
 * permit and no cap names: the inspector's own defaults then hold.
 *
 * @param haltBudget how long the session may hold the process in any 10 minutes
 * @param singleHalt the longest single brokered halt
 * @param haltsPerMinute brokered halts in any minute
 * @param streamBytes bytes of the client's and the target's messages together
 * @param requestsPerSecond client messages
 * @param targetHaltBudget {@code caps.haltBudget}: how long all sessions together may hold this
 *     target in any 10 minutes
 */
public record StreamLimits(
    Optional<Duration> haltBudget,
    Optional<Duration> singleHalt,
    OptionalInt haltsPerMinute,
    OptionalLong streamBytes,
    OptionalInt requestsPerSecond,
    Optional<Duration> targetHaltBudget) {
  /** No limit named by anyone. */
  public static final StreamLimits NONE_NAMED =
      new StreamLimits(
          Optional.empty(),
          Optional.empty(),
          OptionalInt.empty(),
          OptionalLong.empty(),
          OptionalInt.empty(),
          Optional.empty());
}
