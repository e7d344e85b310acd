package dev.postern.policy;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/** Merges limits and obligations: the strictest of each, and where it came from. */
final class LimitMerge {
  private final Map<String, String> origins = new HashMap<>();

  private LimitMerge() {}

  /** The strictest of each limit; equal ones are the first rule's. Rules come sorted by id. */
  static Limits limits(Collection<Rule> sortedRules, Collection<Caps> sortedCaps) {
    var merge = new LimitMerge();
    Limits all = Limits.NONE;
    for (Rule rule : sortedRules) {
      all = merge.strictest(all, rule.limits(), rule.id());
    }
    for (Caps caps : sortedCaps) {
      var asLimits =
          new Limits(
              caps.session(),
              Optional.empty(),
              Optional.empty(),
              caps.tokenLifetime(),
              Optional.empty(),
              caps.haltBudget(),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              Map.of());
      all = merge.strictest(all, asLimits, caps.policy() + " caps");
    }
    return new Limits(
        all.session(),
        all.idle(),
        all.concurrent(),
        all.tokenLifetime(),
        all.haltBudget(),
        all.targetHaltBudget(),
        all.singleHalt(),
        all.haltsPerMinute(),
        all.streamBytes(),
        all.requestsPerSecond(),
        merge.origins);
  }

  private Limits strictest(Limits a, Limits b, String origin) {
    return new Limits(
        least("session.max", a.session(), b.session(), origin),
        least("session.idle", a.idle(), b.idle(), origin),
        least("session.concurrent", a.concurrent(), b.concurrent(), origin),
        least("token.maxLifetime", a.tokenLifetime(), b.tokenLifetime(), origin),
        least("limits.haltBudget", a.haltBudget(), b.haltBudget(), origin),
        least("caps.haltBudget", a.targetHaltBudget(), b.targetHaltBudget(), origin),
        least("limits.singleHalt", a.singleHalt(), b.singleHalt(), origin),
        least("limits.haltsPerMinute", a.haltsPerMinute(), b.haltsPerMinute(), origin),
        least("limits.streamBytes", a.streamBytes(), b.streamBytes(), origin),
        least("limits.requestsPerSecond", a.requestsPerSecond(), b.requestsPerSecond(), origin),
        Map.of());
  }

  private <T extends Comparable<T>> Optional<T> least(
      String name, Optional<T> a, Optional<T> b, String origin) {
    if (b.isEmpty() || (a.isPresent() && a.get().compareTo(b.get()) <= 0)) {
      return a;
    }
    origins.put(name, origin);
    return b;
  }

  /** The most of each obligation. */
  static Obligations obligations(Collection<Rule> rules) {
    Obligations.Recording record = Obligations.Recording.NONE;
    var redact = new TreeSet<String>();
    var goroutines = new TreeSet<String>();
    int observers = 0;
    for (Rule rule : rules) {
      Obligations one = rule.obligations();
      record = one.record().compareTo(record) > 0 ? one.record() : record;
      redact.addAll(one.redact());
      goroutines.addAll(one.goroutines());
      observers = Math.max(observers, one.observers());
    }
    return record == Obligations.Recording.NONE
            && redact.isEmpty()
            && goroutines.isEmpty()
            && observers == 0
        ? Obligations.NONE
        : new Obligations(
            record, redact.stream().toList(), goroutines.stream().toList(), observers);
  }

  /** The least of the caps on one thing. */
  static Optional<Duration> least(Collection<Caps> caps, Function<Caps, Optional<Duration>> which) {
    return caps.stream().map(which).flatMap(Optional::stream).min(Duration::compareTo);
  }
}
