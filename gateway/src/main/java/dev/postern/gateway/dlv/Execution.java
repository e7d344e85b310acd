package dev.postern.gateway.dlv;

import static dev.postern.gateway.stream.EndReason.TARGET_UNREACHABLE;

import dev.postern.wire.dlv.DlvRequest;
import dev.postern.wire.dlv.TargetReply;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Whether the process runs, who holds it stopped, who waits for a stop; and the one place that
 * stops and continues it.
 *
 * <p>The process is <em>running</em> while {@code run} is set: by a {@code continue} of ours, a
 * session's step, or because it ran when we came. It is <em>stopped</em> otherwise, for one of
 * three reasons: {@link Holders} (sessions that control it), a brokered halt ({@link HaltBroker}),
 * or a moment of the gateway's own (cleaning up). Readers {@link #enter} a stop and leave it; as
 * long as one is inside, the process is not continued. When nobody is left it is.
 *
 * <p>INVARIANT: a request that blocks while the process runs is sent only between {@code enter} and
 * {@link Access#close}, so none is ever queued inside the debugger.
 */
final class Execution {
  private static final Logger LOG = Logger.getLogger(Execution.class.getName());

  private static final Duration CONTROL_WAITS = Duration.ofSeconds(10);
  private static final Duration VIEW_WAITS = Duration.ofSeconds(2);
  private static final Duration FOREIGN_RUN_LOOK = Duration.ofSeconds(1);
  private static final Duration OVERRUN_TOLERANCE = Duration.ofMillis(50);
  private static final Duration STORM_PAUSE = Duration.ofMillis(250);
  private static final int STORM_STOPS_PER_SECOND = 200;

  /** Why the process runs. */
  private enum Kind {
    /** It ran when we came: nobody will tell us when it stops. */
    FOREIGN,
    CONTINUE,
    STEP
  }

  /** One stretch of running; compared by identity. */
  private static final class Run {
    private final Kind kind;
    private final @Nullable Seat by;
    private final @Nullable CompletableFuture<TargetReply> answer;

    Run(Kind kind, @Nullable Seat by, @Nullable CompletableFuture<TargetReply> answer) {
      this.kind = kind;
      this.by = by;
      this.answer = answer;
    }
  }

  private final Upstream upstream;
  private final HaltBudget targetBudget;
  private final HaltBroker broker;
  private final ScheduledExecutorService timers;
  private final Executor threads;
  private final LongSupplier nanos;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Holders holders = new Holders();
  private final Audience audience;
  private @Nullable Run run;
  private boolean changing;
  private boolean continueWanted;
  private int users;
  private long stoppedNanos;
  private Stop lastStop = Stop.UNKNOWN;
  private boolean foundStopped;
  private boolean exited;
  private long stops;
  private long stormFrom;
  private int stormStops;

  Execution(
      Upstream upstream,
      Audience.Owners owners,
      HaltBudget targetBudget,
      ScheduledExecutorService timers,
      Executor threads,
      LongSupplier nanos) {
    this.upstream = upstream;
    this.audience = new Audience(owners, threads);
    this.targetBudget = targetBudget;
    this.broker = new HaltBroker(targetBudget);
    this.timers = timers;
    this.threads = threads;
    this.nanos = nanos;
    stoppedNanos = nanos.getAsLong();
    stormFrom = stoppedNanos;
  }

  /** Takes over the process as it is; {@code state} is Delve's non-blocking answer. */
  void begin(Stop state) {
    var _ = upstream.lost().thenRunAsync(() -> locked(changed::signalAll), threads);
    locked(
        () -> {
          stoppedNanos = nanos.getAsLong();
          if (state.running()) {
            run = new Run(Kind.FOREIGN, null, null);
            lookLater();
          } else {
            lastStop = state;
            exited = state.exited();
            foundStopped = !exited;
          }
        });
  }

  /**
   * A connection takes its seat. If the process was found stopped and the first to come controls
   * it, that one holds it; otherwise nobody asked for the stop, and it is continued.
   */
  void seat(Seat seat) {
    locked(
        () -> {
          audience.add(seat);
          if (foundStopped && seat.control()) {
            hold(seat);
          }
          foundStopped = false;
          continueIfFree();
        });
  }

  // ---------------------------------------------------------------- reading in a stop

  /** Being inside a stop: the process is not continued before it is closed. */
  final class Access implements AutoCloseable {
    private boolean left;

    private Access() {}

    @Override
    public void close() {
      locked(
          () -> {
            if (!left) {
              left = true;
              leave();
            }
          });
    }
  }

  /**
   * Waits for a stop, or makes one if this seat's session may, and enters it.
   *
   * @throws Refusal if the halt budget is spent or another session's step takes too long
   */
  Access enter(Seat seat) throws Refusal, TargetLost, InterruptedException {
    lock.lockInterruptibly();
    try {
      long patience = (seat.control() ? CONTROL_WAITS : VIEW_WAITS).toNanos();
      long until = nanos.getAsLong() + patience;
      while (true) {
        requireAlive();
        long now = nanos.getAsLong();
        if (exited) {
          return entered();
        }
        if (run == null && !changing) {
          if (!holders.isEmpty() || !broker.active()) {
            if (!continueWanted) {
              return entered();
            }
          } else if (!seat.control() && broker.join(seat, now)) {
            return entered();
          }
        } else if (run != null && !changing && !seat.control() && run.kind != Kind.STEP) {
          broker.requireHalt(seat, now);
          stopRunning();
          if (holders.isEmpty() && !exited) {
            broker.start(now);
            checkBrokerLater();
          }
          continue;
        }
        if (seat.releasedBecause.isPresent()) {
          throw new Refusal("SESSION_HALT_BUDGET", "", seat.releasedBecause.get());
        }
        long left = until - now;
        if (left <= 0 || changed.awaitNanos(left) <= 0) {
          throw Refusal.busy(
              run != null && run.kind == Kind.STEP
                  ? "another session steps it or calls a function"
                  : "it runs; halt it first");
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Enters a stop for the gateway's own work, charging nobody; makes one if the process runs. */
  Access enterOwn() throws TargetLost, InterruptedException {
    lock.lockInterruptibly();
    try {
      long until = nanos.getAsLong() + Halting.LIMIT.toNanos();
      while (true) {
        requireAlive();
        if (exited || (run == null && !changing)) {
          return entered();
        }
        if (run != null && !changing) {
          stopRunning();
          return entered();
        }
        var _ = changed.awaitNanos(leftOrLost(until));
      }
    } finally {
      lock.unlock();
    }
  }

  private Access entered() {
    users++;
    return new Access();
  }

  private void leave() {
    users--;
    broker.used(nanos.getAsLong());
    if (broker.active()) {
      checkBroker();
    } else {
      continueIfFree();
    }
    changed.signalAll();
  }

  // ---------------------------------------------------------------- control

  /** Stops the process for a session that controls it, and makes that session hold it. */
  void halt(Seat seat) throws Refusal, TargetLost, InterruptedException {
    lock.lockInterruptibly();
    try {
      seat.account().requireBudget(targetBudget, nanos.getAsLong());
      seat.account().requireRate(nanos.getAsLong());
      seat.account().rate().count(nanos.getAsLong());
      long until = nanos.getAsLong() + Halting.LIMIT.toNanos();
      while (true) {
        requireAlive();
        if (!exited && run != null && !changing) {
          stopRunning();
        }
        if (exited || (run == null && !changing)) {
          endBrokered();
          continueWanted = false;
          hold(seat);
          audience.answerSession(seat.account(), lastStop).forEach(this::hold);
          changed.signalAll();
          return;
        }
        var _ = changed.awaitNanos(leftOrLost(until));
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Lets a seat wait for the next stop that concerns it; a controlling one makes the process run,
   * whoever held it.
   */
  void continueFor(Seat seat, Consumer<Seat.Outcome> whenStopped) throws Refusal, TargetLost {
    lock.lock();
    try {
      requireAlive();
      if (seat.waiting != null) {
        throw new Refusal(
            "MESSAGE_REFUSED", "", "postern: a `continue` of this connection is still running");
      }
      if (run != null && run.kind == Kind.STEP && seat.control()) {
        throw Refusal.busy("another session steps it or calls a function");
      }
      seat.waiting = whenStopped;
      seat.releasedBecause = Optional.empty();
      if (exited) {
        audience.answer(seat, new Seat.Outcome.Stopped(lastStop));
      } else if (!seat.unseen.isEmpty()) {
        audience.answer(seat, new Seat.Outcome.Stopped(seat.unseen.removeFirst()));
      } else if (seat.control()) {
        holders.clear(nanos.getAsLong());
        if (!broker.active()) {
          continueIfFree();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Ends a seat's waiting, if it waits, without stopping the process. */
  void stopWaiting(Seat seat, Seat.Outcome outcome) {
    locked(() -> audience.answer(seat, outcome));
  }

  /**
   * Runs a step or a call of a controlling seat. Blocks until it is under way.
   *
   * @param prepare makes the seat's selection the server's and gives the request; called inside the
   *     stop
   * @return Delve's answer, when the step is over; the seat then holds the process
   */
  CompletableFuture<TargetReply> step(Seat seat, Preparing prepare)
      throws Refusal, TargetLost, InterruptedException {
    lock.lockInterruptibly();
    try {
      long until = nanos.getAsLong() + VIEW_WAITS.toNanos();
      while (true) {
        requireAlive();
        if (seat.releasedBecause.isPresent()) {
          throw new Refusal("SESSION_HALT_BUDGET", "", seat.releasedBecause.get());
        }
        if (run != null || holders.isEmpty()) {
          throw Refusal.busy("it runs; halt it first");
        }
        if (!changing && users == 0) {
          break;
        }
        var _ = changed.awaitNanos(leftOrRefuse(until));
      }
      changing = true;
    } finally {
      lock.unlock();
    }
    CompletableFuture<TargetReply> answer;
    try {
      answer = upstream.send(prepare.prepare());
    } catch (Refusal | TargetLost | InterruptedException | RuntimeException notStarted) {
      locked(
          () -> {
            changing = false;
            continueIfFree();
            changed.signalAll();
          });
      throw notStarted;
    }
    locked(
        () -> {
          changing = false;
          long now = nanos.getAsLong();
          targetBudget.charge(stoppedNanos, now);
          hold(seat);
          holders.charge(now);
          startRun(new Run(Kind.STEP, seat, answer));
        });
    return answer;
  }

  /** Makes a step's request, the seat's selection being the server's then. */
  @FunctionalInterface
  interface Preparing {
    DlvRequest prepare() throws Refusal, TargetLost, InterruptedException;
  }

  /** The process was replaced or ended by a lifecycle request made inside a stop. */
  void restarted(Seat seat, Stop state) {
    locked(
        () -> {
          lastStop = state;
          exited = state.exited();
          hold(seat);
        });
  }

  /** Whether, to a controlling session, the process runs. Brokered halts do not show. */
  boolean appearsRunning() {
    lock.lock();
    try {
      return !exited && (run != null || changing || holders.isEmpty());
    } finally {
      lock.unlock();
    }
  }

  boolean hasExited() {
    lock.lock();
    try {
      return exited;
    } finally {
      lock.unlock();
    }
  }

  Stop lastStop() {
    lock.lock();
    try {
      return lastStop;
    } finally {
      lock.unlock();
    }
  }

  /** Counts the stops: answers and selections of one stop say nothing of the next. */
  long stops() {
    lock.lock();
    try {
      return stops;
    } finally {
      lock.unlock();
    }
  }

  /** Runs {@code step} under the lock that guards the seats and accounts. */
  void locked(Runnable step) {
    lock.lock();
    try {
      step.run();
    } finally {
      lock.unlock();
    }
  }

  // ---------------------------------------------------------------- leaving

  /**
   * Gives up a seat: it holds and waits no more. The process is continued if nobody else holds it
   * and nothing has to be cleaned up in it first.
   *
   * @param breakpoints whether the caller is going to {@link #enterOwn} to clear breakpoints
   * @return whether a step was left unfinished, which has to be cancelled inside a stop
   */
  boolean giveUp(Seat seat, boolean breakpoints) {
    lock.lock();
    try {
      audience.remove(seat);
      holders.remove(seat, nanos.getAsLong());
      boolean stepping =
          run == null ? lastStop.nextInProgress() && holders.isEmpty() && !exited : run.by == seat;
      if (!stepping && !breakpoints) {
        continueIfFree();
      }
      changed.signalAll();
      return stepping;
    } finally {
      lock.unlock();
    }
  }

  /** Waits, for a bounded time, until the process runs or is gone; for use when nobody is left. */
  void awaitRunning() {
    lock.lock();
    try {
      long left = Halting.LIMIT.toNanos();
      if (broker.active() && users == 0) {
        endBrokered();
      }
      continueIfFree();
      while (left > 0 && run == null && !exited && !upstream.lost().isDone()) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  // ---------------------------------------------------------------- inside

  private void requireAlive() throws TargetLost {
    TargetLost lost = upstream.lost().getNow(null);
    if (lost != null) {
      throw lost;
    }
  }

  private long leftOrLost(long until) throws TargetLost {
    long left = until - nanos.getAsLong();
    if (left <= 0) {
      throw new TargetLost(TARGET_UNREACHABLE, "the debugger does not come to rest");
    }
    return left;
  }

  private long leftOrRefuse(long until) throws Refusal {
    long left = until - nanos.getAsLong();
    if (left <= 0) {
      throw Refusal.busy("other sessions read it");
    }
    return left;
  }

  private void hold(Seat seat) {
    if (exited || !audience.contains(seat)) {
      return;
    }
    long now = nanos.getAsLong();
    holders.add(seat, now);
    long deadline = holders.deadline(seat, targetBudget, now);
    if (deadline != Long.MAX_VALUE) {
      later(deadline - now, () -> checkHolder(seat));
    }
  }

  /** Ends a hold whose limit has come: the process is continued first, the client told after. */
  private void checkHolder(Seat seat) {
    locked(
        () -> {
          long now = nanos.getAsLong();
          if (!holders.contains(seat) || run != null) {
            return;
          }
          long deadline = holders.deadline(seat, targetBudget, now);
          if (now - deadline < 0) {
            if (deadline != Long.MAX_VALUE) {
              later(deadline - now, () -> checkHolder(seat));
            }
            return;
          }
          holders.remove(seat, now);
          String text = limitText(seat, now);
          seat.releasedBecause = Optional.of(text);
          continueIfFree();
          threads.execute(() -> seat.listener().releasedByLimit(text));
        });
  }

  private String limitText(Seat seat, long now) {
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

  /**
   * Stops the running process. The lock is held on entry and on return, not in between. Not
   * interruptible: a halt that was sent has to be seen through.
   */
  private void stopRunning() throws TargetLost {
    Run current = Objects.requireNonNull(run);
    changing = true;
    var halted = new CompletableFuture<Stop>();
    threads.execute(
        () -> {
          try {
            halted.complete(Halting.stop(upstream, Optional.ofNullable(current.answer), nanos));
          } catch (TargetLost | InterruptedException | RuntimeException failed) {
            halted.completeExceptionally(failed);
          }
        });
    lock.unlock();
    Stop stop;
    try {
      stop = halted.join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof TargetLost lost) {
        throw lost;
      }
      throw new IllegalStateException("halting failed", failed);
    } finally {
      lock.lock();
      changing = false;
      changed.signalAll();
    }
    stopped(current, Optional.of(stop), true);
  }

  private void startRun(Run next) {
    run = next;
    CompletableFuture<TargetReply> answer = next.answer;
    if (answer != null) {
      var _ = answer.whenCompleteAsync((reply, lost) -> runEnded(next, reply), threads);
    }
    changed.signalAll();
  }

  /** A run came to its end by itself, or a halt ended it (then the halting thread sees to it). */
  private void runEnded(Run ended, @Nullable TargetReply reply) {
    locked(
        () -> {
          if (run != ended || changing || reply == null) {
            changed.signalAll();
            return;
          }
          Optional<Stop> stop =
              reply instanceof TargetReply.Result result
                  ? Stop.of(result.result())
                  : Optional.empty();
          if (reply instanceof TargetReply.Failure failure && ended.kind == Kind.CONTINUE) {
            audience.fail(failure.error()).forEach(this::hold);
          }
          stopped(ended, stop, false);
          continueAfterOwnStop(stop.isEmpty());
        });
  }

  /** The process has stopped: decides who hears of it and who holds it. */
  private void stopped(Run ended, Optional<Stop> stop, boolean byHalt) {
    run = null;
    stoppedNanos = nanos.getAsLong();
    stops++;
    holders.restart(stoppedNanos);
    holders.seats().forEach(this::hold);
    lastStop = stop.orElse(Stop.UNKNOWN);
    exited = lastStop.exited();
    changed.signalAll();
    if (exited) {
      holders.clear(stoppedNanos);
      audience.answerAll(lastStop);
    } else if (ended.kind != Kind.STEP) {
      audience.deliver(lastStop, byHalt || stop.isEmpty()).forEach(this::hold);
    } else if (ended.by != null) {
      hold(ended.by);
    }
  }

  /**
   * Continues after a stop that the process came to by itself, unless somebody holds it now. In a
   * storm of stops the breakpoints that make it are removed; a {@code continue} that keeps failing
   * is tried more slowly.
   */
  private void continueAfterOwnStop(boolean failed) {
    long now = nanos.getAsLong();
    if (now - stormFrom > Duration.ofSeconds(1).toNanos()) {
      stormFrom = now;
      stormStops = 0;
    }
    if (++stormStops > STORM_STOPS_PER_SECOND && holders.isEmpty()) {
      if (failed) {
        later(STORM_PAUSE.toNanos(), () -> locked(this::continueIfFree));
        return;
      }
      stormStops = 0;
      for (Stop.Hit hit : lastStop.hits()) {
        audience.tooHot(hit);
      }
    }
    continueIfFree();
  }

  private void continueIfFree() {
    if (run != null || changing || exited || !holders.isEmpty() || broker.active()) {
      return;
    }
    if (users > 0) {
      continueWanted = true;
      return;
    }
    sendContinue();
  }

  private void sendContinue() {
    continueWanted = false;
    long now = nanos.getAsLong();
    targetBudget.charge(stoppedNanos, now);
    try {
      startRun(new Run(Kind.CONTINUE, null, upstream.send(DlvRequest.command("continue"))));
    } catch (TargetLost lost) {
      changed.signalAll();
    } catch (InterruptedException interrupted) {
      // Not sent; whoever runs next on another thread does it.
      Thread.currentThread().interrupt();
      threads.execute(() -> locked(this::continueIfFree));
    }
  }

  private void checkBrokerLater() {
    later(broker.nextCheckNanos(nanos.getAsLong()), () -> locked(this::checkBroker));
  }

  private void checkBroker() {
    if (!broker.active() || changing) {
      return;
    }
    long now = nanos.getAsLong();
    if (broker.overdue(now)) {
      broker.closeForNew();
    }
    if (users > 0) {
      return;
    }
    if (!broker.due(now)) {
      checkBrokerLater();
      return;
    }
    endBrokered();
    continueIfFree();
  }

  private void endBrokered() {
    if (!broker.active()) {
      return;
    }
    Duration allowed = broker.allowed();
    Duration took = broker.end(nanos.getAsLong());
    if (took.compareTo(allowed.plus(OVERRUN_TOLERANCE)) > 0) {
      LOG.log(
          Level.WARNING,
          "halt overran its limit elapsed_ms={0} limit_ms={1}",
          new Object[] {took.toMillis(), allowed.toMillis()});
    }
  }

  /** Notices that a process which ran before we came has stopped. */
  private void lookLater() {
    later(FOREIGN_RUN_LOOK.toNanos(), this::look);
  }

  private void look() {
    Run current;
    lock.lock();
    try {
      current = run;
      if (current == null || current.kind != Kind.FOREIGN || upstream.lost().isDone()) {
        return;
      }
      if (changing) {
        lookLater();
        return;
      }
    } finally {
      lock.unlock();
    }
    try {
      TargetReply reply = upstream.call(DlvRequest.stateNow(), Halting.LIMIT);
      Optional<Stop> state =
          reply instanceof TargetReply.Result result ? Stop.of(result.result()) : Optional.empty();
      locked(
          () -> {
            if (run != current || changing) {
              return;
            }
            if (state.isPresent() && !state.get().running()) {
              stopped(current, state, false);
              continueAfterOwnStop(false);
            } else {
              lookLater();
            }
          });
    } catch (TargetLost lost) {
      // everyone hears of it through the connection itself
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
    }
  }

  private void later(long delayNanos, Runnable task) {
    if (!timers.isShutdown()) {
      var _ =
          timers.schedule(
              () -> threads.execute(task), Math.max(0, delayNanos), TimeUnit.NANOSECONDS);
    }
  }
}
