package dev.postern.policy;

import dev.postern.policy.source.Quantity;
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

  /** The limits there are, by their names in the language, as they are written there. */
  public Map<String, String> words() {
    Map<String, String> all = new TreeMap<>();
    session.ifPresent(d -> all.put("session.max", Quantity.print(d)));
    idle.ifPresent(d -> all.put("session.idle", Quantity.print(d)));
    concurrent.ifPresent(n -> all.put("session.concurrent", n.toString()));
    tokenLifetime.ifPresent(d -> all.put("token.maxLifetime", Quantity.print(d)));
    haltBudget.ifPresent(d -> all.put("limits.haltBudget", Quantity.print(d)));
    targetHaltBudget.ifPresent(d -> all.put("caps.haltBudget", Quantity.print(d)));
    singleHalt.ifPresent(d -> all.put("limits.singleHalt", Quantity.print(d)));
    haltsPerMinute.ifPresent(n -> all.put("limits.haltsPerMinute", n.toString()));
    streamBytes.ifPresent(n -> all.put("limits.streamBytes", Quantity.printBytes(n)));
    requestsPerSecond.ifPresent(n -> all.put("limits.requestsPerSecond", n.toString()));
    return all;
  }
}
