package dev.postern.gateway.dlv;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The halts that the gateway makes for sessions that may read but not control: short, shared by
 * reads that come together, and paid for by each session that used them.
 *
 * <p>Keeps the books of the current one; the {@link Motion} halts and continues, and guards this
 * with its lock.
 */
final class HaltBroker {
  /** The process is continued when nobody has asked for that long. */
  static final Duration LINGER = Duration.ofMillis(40);

  /** Continuing takes a moment of its own. */
  private static final Duration OVERRUN_TOLERANCE = Duration.ofMillis(50);

  private final HaltBudget target;
  private final Map<SessionAccount, Long> joined = new LinkedHashMap<>();
  private boolean active;
  private boolean closed;
  private long startedNanos;
  private long deadlineNanos;
  private long lastUseNanos;

  HaltBroker(HaltBudget target) {
    this.target = target;
  }

  /** Whether the process stands only because of a brokered halt. */
  boolean active() {
    return active;
  }

  /** Whether this seat may cause a halt now. */
  void requireHalt(Seat seat, long now) throws Refusal {
    seat.account().requireBudget(target, now);
    seat.account().requireRate(now);
  }

  /** The process has been stopped; the halt began at {@code began}, when it was asked for. */
  void start(long began) {
    active = true;
    closed = false;
    joined.clear();
    startedNanos = began;
    deadlineNanos = began + HaltBudget.WINDOW.toNanos();
    lastUseNanos = began;
  }

  /**
   * Lets a seat read in the current halt, if it is still open. The strictest limit of those in it
   * ends it for all.
   */
  boolean join(Seat seat, long now) throws Refusal {
    if (closed || now - deadlineNanos >= 0) {
      closed = true;
      return false;
    }
    SessionAccount account = seat.account();
    if (!joined.containsKey(account)) {
      requireHalt(seat, now);
      account.rate().count(now);
      long from = joined.isEmpty() ? startedNanos : now;
      joined.put(account, from);
      long left = account.singleHalt().orElse(SessionAccount.DEFAULT_SINGLE_HALT).toNanos();
      if (account.budget().isPresent()) {
        left = Math.min(left, account.budget().get().remainingNanos(now));
      }
      left = Math.min(left, target.remainingNanos(now));
      deadlineNanos = Math.min(deadlineNanos, from + left);
    }
    lastUseNanos = now;
    return true;
  }

  void used(long now) {
    lastUseNanos = now;
  }

  /** No further read may join. */
  void closeForNew() {
    closed = true;
  }

  /** Whether the halt should end now, nobody reading. */
  boolean due(long now) {
    return active && (closed || now - deadlineNanos >= 0 || now - lastUseNanos >= LINGER.toNanos());
  }

  /** Whether a read that still goes on has outlasted the halt. */
  boolean overdue(long now) {
    return active && (closed || now - deadlineNanos >= 0);
  }

  /** How long until {@link #due} has to be asked again. */
  long nextCheckNanos(long now) {
    return Math.max(0, Math.min(deadlineNanos - now, LINGER.toNanos() - (now - lastUseNanos)));
  }

  /**
   * The halt is over, or becomes somebody's own stop: charges those who used it.
   *
   * @return the sessions whose limit it passed, because a single request cannot be interrupted
   */
  List<HaltOverrun> end(long now) {
    if (!active) {
      return List.of();
    }
    active = false;
    Duration took = Duration.ofNanos(now - startedNanos);
    Duration allowed = Duration.ofNanos(Math.max(0, deadlineNanos - startedNanos));
    boolean overran = took.compareTo(allowed.plus(OVERRUN_TOLERANCE)) > 0;
    var overruns = new ArrayList<HaltOverrun>();
    joined.forEach(
        (account, from) -> {
          account.budget().ifPresent(budget -> budget.charge(from, now));
          if (overran) {
            overruns.add(new HaltOverrun(account, took, allowed));
          }
        });
    joined.clear();
    return overruns;
  }
}
