package dev.postern.gateway.dlv;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Ends the hold of a session whose limit has come: the process is continued first, the client told
 * after. Guarded by the lock of its {@link Motion}.
 */
final class HoldLimits {
  private final Motion motion;
  private final Holders holders;
  private final HaltBudget targetBudget;

  /** Sessions whose limit came while a request was inside the stop, and when it came. */
  private final Map<SessionAccount, Long> overdue = new HashMap<>();

  HoldLimits(Motion motion, Holders holders, HaltBudget targetBudget) {
    this.motion = motion;
    this.holders = holders;
    this.targetBudget = targetBudget;
  }

  /** This seat holds the process from {@code now} on: sees to it that its limit will end that. */
  void watch(Seat seat, long now) {
    long deadline = holders.deadline(seat, targetBudget, now);
    if (deadline != Long.MAX_VALUE) {
      motion.later(deadline - now, () -> motion.locked(() -> check(seat)));
    }
  }

  private void check(Seat seat) {
    long now = motion.now();
    if (!holders.contains(seat) || motion.isRunning()) {
      return;
    }
    long deadline = holders.deadline(seat, targetBudget, now);
    if (now - deadline < 0) {
      watch(seat, now);
      return;
    }
    holders.remove(seat, now);
    String text = text(seat, now);
    seat.releasedBecause = Optional.of(text);
    if (motion.hasUsers()) {
      overdue.put(seat.account(), deadline);
    }
    motion.continueIfFree();
    motion.aside(() -> seat.listener().releasedByLimit(text));
  }

  /** The process is being continued: those who were to have let go of it earlier overran. */
  void continued(long now) {
    overdue.forEach(
        (account, deadline) -> {
          Duration allowed = account.singleHalt().orElseGet(targetBudget::limit);
          Duration took = allowed.plusNanos(now - deadline);
          motion.aside(() -> account.overran(took, allowed));
        });
    overdue.clear();
  }

  private String text(Seat seat, long now) {
    try {
      seat.account().requireBudget(targetBudget, now);
    } catch (Refusal spent) {
      return spent.text() + "; the target runs on";
    }
    return "postern: the longest single halt of session "
        + seat.account().sessionId()
        + " ("
        + seat.account().singleHalt().map(Spans::text).orElse("none")
        + ") is over; the target runs on";
  }
}
