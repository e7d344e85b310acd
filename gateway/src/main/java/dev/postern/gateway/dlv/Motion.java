package dev.postern.gateway.dlv;

import dev.postern.wire.dlv.DlvRequest;
import dev.postern.wire.dlv.TargetReply;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether the process runs, and the one place that stops and continues it.
 *
 * <p>The process is <em>running</em> while {@code run} is set: by a {@code continue} of ours, a
 * session's step, or because it ran when we came. It is <em>stopped</em> otherwise, for one of
 * three reasons: {@link Holders} (sessions that control it), a brokered halt ({@link HaltBroker}),
 * or a moment of the gateway's own (cleaning up). Users are requests inside a stop; while there is
 * one, the process is not continued. When nobody is left it is.
 *
 * <p>All fields are guarded by the lock, which {@link Execution} shares; methods expect it held
 * unless they say otherwise.
 */
final class Motion {
  private final Upstream upstream;
  private final Audience audience;
  private final HaltBudget targetBudget;
  private final ScheduledExecutorService timers;
  private final Executor threads;
  private final LongSupplier nanos;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Holders holders = new Holders();
  private final HoldLimits limits;
  private final HaltBroker broker;
  private final StopStorm storm;
  private final ForeignRun foreign;

  private @Nullable Run run;
  private boolean changing;
  private boolean continueWanted;
  private int users;
  private long stoppedNanos;
  private Stop lastStop = Stop.UNKNOWN;
  private boolean exited;
  private long stops;

  Motion(
      Upstream upstream,
      Audience audience,
      HaltBudget targetBudget,
      ScheduledExecutorService timers,
      Executor threads,
      LongSupplier nanos) {
    this.upstream = upstream;
    this.audience = audience;
    this.targetBudget = targetBudget;
    this.timers = timers;
    this.threads = threads;
    this.nanos = nanos;
    limits = new HoldLimits(this, holders, targetBudget);
    broker = new HaltBroker(targetBudget);
    foreign = new ForeignRun(this, upstream);
    stoppedNanos = nanos.getAsLong();
    storm = new StopStorm(stoppedNanos);
  }

  // ---------------------------------------------------------------- the lock

  ReentrantLock lock() {
    return lock;
  }

  /** Runs {@code step} with the lock; takes it. */
  void locked(Runnable step) {
    lock.lock();
    try {
      step.run();
    } finally {
      lock.unlock();
    }
  }

  /** Signalled whenever something has changed. */
  Condition changed() {
    return changed;
  }

  void tellChange() {
    changed.signalAll();
  }

  long now() {
    return nanos.getAsLong();
  }

  /** Runs a task on a thread of its own, without the lock. */
  void aside(Runnable task) {
    threads.execute(task);
  }

  /** Runs a task later, on a thread of its own, without the lock. */
  void later(long delayNanos, Runnable task) {
    if (!timers.isShutdown()) {
      var _ =
          timers.schedule(
              () -> threads.execute(task), Math.max(0, delayNanos), TimeUnit.NANOSECONDS);
    }
  }

  // ---------------------------------------------------------------- what it is

  /** The process is as {@code state} says, which is Delve's non-blocking answer. */
  void begin(Stop state) {
    stoppedNanos = now();
    if (state.running()) {
      run = new Run(Run.Kind.FOREIGN, null, null);
      foreign.lookLater();
    } else {
      lastStop = state;
      exited = state.exited();
    }
  }

  @Nullable Run run() {
    return run;
  }

  boolean isRunning() {
    return run != null;
  }

  /** Whether a stop or a step is on its way. */
  boolean isChanging() {
    return changing;
  }

  /** Whether the process stands, and nothing is on its way. */
  boolean stands() {
    return run == null && !changing;
  }

  /** Whether it is to be continued as soon as those inside have left. */
  boolean isContinueWanted() {
    return continueWanted;
  }

  boolean hasUsers() {
    return users > 0;
  }

  boolean hasExited() {
    return exited;
  }

  Stop lastStop() {
    return lastStop;
  }

  long stops() {
    return stops;
  }

  Holders holders() {
    return holders;
  }

  HaltBroker broker() {
    return broker;
  }

  void requireAlive() throws TargetLost {
    TargetLost lost = upstream.lost().getNow(null);
    if (lost != null) {
      throw lost;
    }
  }

  // ---------------------------------------------------------------- being inside a stop

  void enter() {
    users++;
  }

  void leave() {
    users--;
    broker.used(now());
    if (broker.active()) {
      checkBroker();
    } else {
      continueIfFree();
    }
    tellChange();
  }

  // ---------------------------------------------------------------- holding

  void hold(Seat seat) {
    if (exited || !audience.contains(seat)) {
      return;
    }
    long now = now();
    holders.add(seat, now);
    limits.watch(seat, now);
  }

  void hold(List<Seat> seats) {
    seats.forEach(this::hold);
  }

  /** Nobody wants it to be continued any more. */
  void stayStopped() {
    continueWanted = false;
  }

  // ---------------------------------------------------------------- brokered halts

  /** A halt made for readers has begun at {@code began}. */
  void startBrokered(long began) {
    if (holders.isEmpty() && !exited) {
      broker.start(began);
      checkBrokerLater();
    }
  }

  void endBrokered() {
    broker.end(now()).forEach(overrun -> aside(overrun::report));
  }

  private void checkBrokerLater() {
    later(broker.nextCheckNanos(now()), () -> locked(this::checkBroker));
  }

  private void checkBroker() {
    if (!broker.active() || changing) {
      return;
    }
    long now = now();
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

  // ---------------------------------------------------------------- stopping

  /**
   * Stops the running process. The lock is free in between. Not interruptible: a halt that was sent
   * has to be seen through. A debugger that cannot stop it is given up.
   */
  void stopRunning() throws TargetLost {
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
        throw upstream.giveUp(lost);
      }
      throw new IllegalStateException("halting failed", failed);
    } finally {
      lock.lock();
      changing = false;
      tellChange();
    }
    stopped(current, Optional.of(stop), true);
  }

  /** The process has stopped: decides who hears of it and who holds it. */
  private void stopped(Run ended, Optional<Stop> stop, boolean byHalt) {
    run = null;
    stoppedNanos = now();
    stops++;
    holders.restart(stoppedNanos);
    hold(holders.seats());
    lastStop = stop.orElse(Stop.UNKNOWN);
    exited = lastStop.exited();
    tellChange();
    if (exited) {
      holders.clear(stoppedNanos);
      audience.answerAll(lastStop);
      return;
    }
    if (ended.by != null) {
      hold(ended.by);
    }
    // A step may end at another session's breakpoint: that one hears of it as well.
    hold(audience.deliver(lastStop, byHalt || stop.isEmpty() || ended.isStep()));
  }

  /** A run came to its end by itself, or a halt ended it (then the halting thread sees to it). */
  private void runEnded(Run ended, @Nullable TargetReply reply) {
    locked(
        () -> {
          if (run != ended || changing || reply == null) {
            tellChange();
            return;
          }
          Optional<Stop> stop =
              reply instanceof TargetReply.Result result
                  ? Stop.of(result.result())
                  : Optional.empty();
          if (reply instanceof TargetReply.Failure failure && ended.kind == Run.Kind.CONTINUE) {
            hold(audience.fail(failure.error()));
          }
          cameToStop(ended, stop);
        });
  }

  /** A process that nobody halted has stopped. */
  void cameToStop(Run ended, Optional<Stop> stop) {
    stopped(ended, stop, false);
    continueAfterOwnStop(stop.isEmpty());
  }

  /** The process was replaced by a lifecycle request made inside a stop. */
  void replaced(Stop state) {
    lastStop = state;
    exited = state.exited();
    stops++;
    tellChange();
  }

  // ---------------------------------------------------------------- continuing

  /** The process is about to be moved by a step; nobody else may move it until it is. */
  void startChange() {
    changing = true;
  }

  void endChange() {
    changing = false;
    tellChange();
  }

  /** A step has been sent: the process runs. */
  void startStep(Seat seat, CompletableFuture<TargetReply> answer) {
    changing = false;
    long now = now();
    targetBudget.charge(stoppedNanos, now);
    hold(seat);
    holders.charge(now);
    startRun(new Run(Run.Kind.STEP, seat, answer));
  }

  private void startRun(Run next) {
    run = next;
    CompletableFuture<TargetReply> answer = next.answer;
    if (answer != null) {
      var _ = answer.whenCompleteAsync((reply, lost) -> runEnded(next, reply), threads);
    }
    tellChange();
  }

  /**
   * Continues after a stop that the process came to by itself, unless somebody holds it now. In a
   * storm of stops the breakpoints that make it are removed; a {@code continue} that keeps failing
   * is tried more slowly.
   */
  private void continueAfterOwnStop(boolean failed) {
    if (storm.count(now()) && holders.isEmpty()) {
      if (failed) {
        later(StopStorm.PAUSE.toNanos(), () -> locked(this::continueIfFree));
        return;
      }
      storm.over();
      lastStop.hits().forEach(audience::tooHot);
    }
    continueIfFree();
  }

  void continueIfFree() {
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
    long now = now();
    targetBudget.charge(stoppedNanos, now);
    limits.continued(now);
    try {
      startRun(new Run(Run.Kind.CONTINUE, null, upstream.send(DlvRequest.command("continue"))));
    } catch (TargetLost lost) {
      tellChange();
    } catch (InterruptedException interrupted) {
      // Not sent; whoever runs next on another thread does it.
      Thread.currentThread().interrupt();
      threads.execute(() -> locked(this::continueIfFree));
    }
  }
}
