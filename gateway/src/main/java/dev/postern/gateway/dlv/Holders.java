package dev.postern.gateway.dlv;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who holds the process stopped, and since when; what that costs them. Guarded by the lock of the
 * {@link Motion}.
 */
final class Holders {
  private final Map<Seat, Long> since = new LinkedHashMap<>();

  boolean isEmpty() {
    return since.isEmpty();
  }

  boolean contains(Seat seat) {
    return since.containsKey(seat);
  }

  List<Seat> seats() {
    return List.copyOf(since.keySet());
  }

  void add(Seat seat, long now) {
    since.putIfAbsent(seat, now);
    seat.releasedBecause = Optional.empty();
  }

  void remove(Seat seat, long now) {
    Long from = since.remove(seat);
    if (from != null) {
      charge(seat, from, now);
    }
  }

  /** Charges what was held so far; used when the process runs for a step of one of them. */
  void charge(long now) {
    since.replaceAll(
        (seat, from) -> {
          charge(seat, from, now);
          return now;
        });
  }

  /** Starts counting anew, after a step. */
  void restart(long now) {
    since.replaceAll((seat, from) -> now);
  }

  void clear(long now) {
    charge(now);
    since.clear();
  }

  /**
   * When this seat's hold has to end at the latest; {@link Long#MAX_VALUE} if nothing bounds it.
   */
  long deadline(Seat seat, HaltBudget target, long now) {
    Long from = since.get(seat);
    if (from == null) {
      return Long.MAX_VALUE;
    }
    long left = target.remainingNanos(now) - (now - from);
    if (seat.account().budget().isPresent()) {
      left = Math.min(left, seat.account().budget().get().remainingNanos(now) - (now - from));
    }
    if (seat.account().singleHalt().isPresent()) {
      left = Math.min(left, seat.account().singleHalt().get().toNanos() - (now - from));
    }
    return now + left;
  }

  private static void charge(Seat seat, long from, long now) {
    seat.account().budget().ifPresent(budget -> budget.charge(from, now));
  }
}
