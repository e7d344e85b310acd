package dev.postern.gateway.dlv;

import dev.postern.gateway.stream.MessageSink;
import dev.postern.gateway.stream.StreamLimits;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * What one session uses up at one target, over all its connections and for as long as the budget's
 * window after the last of them. Guarded by the lock of the {@link Motion}.
 */
final class SessionAccount {
  private static final Logger LOG = Logger.getLogger(SessionAccount.class.getName());

  /** Where nobody names a limit, for halts that the gateway makes on a session's behalf. */
  static final Duration DEFAULT_SINGLE_HALT = Duration.ofMillis(500);

  static final Duration DEFAULT_HALT_BUDGET = Duration.ofSeconds(20);
  static final int DEFAULT_HALTS_PER_MINUTE = 60;

  /** Requests that may come at once after a quiet time; connecting takes about ten. */
  private static final long BURST = 20;

  private final String sessionId;
  private final boolean control;
  private final StreamLimits limits;
  private final MessageSink sink;
  private final Optional<HaltBudget> budget;
  private final HaltRate rate;
  private final AtomicLong streamBytes = new AtomicLong();
  private final AtomicLong nextRequestNanos = new AtomicLong(Long.MIN_VALUE);
  private int connections;
  private long lastUsedNanos;

  /**
   * @param control whether the session holds {@code dlv/control}: then only limits that somebody
   *     named bound how long it holds the process
   */
  SessionAccount(String sessionId, boolean control, StreamLimits limits, MessageSink sink) {
    this.sessionId = sessionId;
    this.control = control;
    this.limits = limits;
    this.sink = sink;
    this.budget =
        limits
            .haltBudget()
            .or(() -> control ? Optional.empty() : Optional.of(DEFAULT_HALT_BUDGET))
            .map(HaltBudget::new);
    this.rate =
        new HaltRate(
            limits.haltsPerMinute().orElse(control ? Integer.MAX_VALUE : DEFAULT_HALTS_PER_MINUTE));
  }

  String sessionId() {
    return sessionId;
  }

  Optional<HaltBudget> budget() {
    return budget;
  }

  HaltRate rate() {
    return rate;
  }

  /** The longest single stop, or empty if nothing bounds it. */
  Optional<Duration> singleHalt() {
    return limits
        .singleHalt()
        .or(() -> control ? Optional.empty() : Optional.of(DEFAULT_SINGLE_HALT));
  }

  void connected() {
    connections++;
  }

  /** Whether that was the last connection. */
  boolean disconnected(long now) {
    lastUsedNanos = now;
    return --connections == 0;
  }

  boolean forgettable(long now) {
    return connections == 0 && now - lastUsedNanos > HaltBudget.WINDOW.toNanos();
  }

  /** Counts bytes of either direction; whether the session may still move more. Any thread. */
  boolean moved(long bytes) {
    return streamBytes.addAndGet(bytes) <= limits.streamBytes().orElse(Long.MAX_VALUE);
  }

  /** Takes the next slot for a request and says how long until it comes. Any thread. */
  long requestWaitNanos(long now) {
    if (limits.requestsPerSecond().isEmpty()) {
      return 0;
    }
    long gap = 1_000_000_000L / Math.max(1, limits.requestsPerSecond().getAsInt());
    long slot =
        nextRequestNanos.accumulateAndGet(
            now,
            (next, at) ->
                next == Long.MIN_VALUE || next - at < -BURST * gap ? at - BURST * gap : next + gap);
    return Math.max(0, slot - now);
  }

  /** A halt lasted longer than this session may hold the process: for the record. Any thread. */
  void overran(Duration took, Duration allowed) {
    LOG.log(
        Level.WARNING,
        "halt overran its limit session_id={0} elapsed_ms={1} limit_ms={2}",
        new Object[] {sessionId, took.toMillis(), allowed.toMillis()});
    sink.haltOverran(took, allowed);
  }

  /** Whether a halt may start or be joined at {@code now}. */
  void requireBudget(HaltBudget target, long now) throws Refusal {
    if (budget.isPresent() && budget.get().remainingNanos(now) == 0) {
      throw spent(
          "the halt budget of session "
              + sessionId
              + " is spent ("
              + Spans.text(budget.get().limit())
              + " in 10m); some of it is free again in "
              + Spans.text(Duration.ofNanos(budget.get().refillNanos(now))));
    }
    if (target.remainingNanos(now) == 0) {
      throw spent(
          "the halt budget of this target is spent ("
              + Spans.text(target.limit())
              + " in 10m over all sessions); some of it is free again in "
              + Spans.text(Duration.ofNanos(target.refillNanos(now))));
    }
  }

  /** Whether one more halt may be caused at {@code now}. */
  void requireRate(long now) throws Refusal {
    long wait = rate.waitNanos(now);
    if (wait > 0) {
      throw spent(
          "session "
              + sessionId
              + " has used its "
              + rate.limit()
              + " halts a minute; the next is free in "
              + Spans.text(Duration.ofNanos(wait)));
    }
  }

  private static Refusal spent(String text) {
    return new Refusal("SESSION_HALT_BUDGET", "", "postern: " + text);
  }
}
