package dev.postern.gateway.dlv;

import static dev.postern.gateway.stream.EndReason.TARGET_UNREACHABLE;

import dev.postern.wire.dlv.DlvRequest;
import dev.postern.wire.dlv.TargetReply;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Who may stop the process, read in a stop, step it and let it run: what the sessions of one target
 * ask of its {@link Motion}.
 *
 * <p>Readers {@link #enter} a stop and leave it; as long as one is inside, the process is not
 * continued.
 *
 * <p>INVARIANT: a request that blocks while the process runs is sent only between {@code enter} and
 * {@link Access#close}, so none is ever queued inside the debugger.
 */
final class Execution {
  private static final Duration CONTROL_WAITS = Duration.ofSeconds(10);
  private static final Duration VIEW_WAITS = Duration.ofSeconds(2);

  private final Upstream upstream;
  private final Audience audience;
  private final HaltBudget targetBudget;
  private final Motion motion;
  private boolean foundStopped;

  Execution(
      Upstream upstream,
      Audience.Owners owners,
      HaltBudget targetBudget,
      ScheduledExecutorService timers,
      Executor threads,
      LongSupplier nanos) {
    this.upstream = upstream;
    this.targetBudget = targetBudget;
    this.audience = new Audience(owners, threads);
    this.motion = new Motion(upstream, audience, targetBudget, timers, threads, nanos);
    var _ = upstream.lost().thenRunAsync(() -> locked(motion::tellChange), threads);
  }

  /** Takes over the process as it is; {@code state} is Delve's non-blocking answer. */
  void begin(Stop state) {
    locked(
        () -> {
          motion.begin(state);
          foundStopped = !state.running() && !state.exited();
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
            motion.hold(seat);
          }
          foundStopped = false;
          motion.continueIfFree();
        });
  }

  /** Whether a connection still has its place. */
  boolean isSeated(Seat seat) {
    motion.lock().lock();
    try {
      return audience.contains(seat);
    } finally {
      motion.lock().unlock();
    }
  }

  // ---------------------------------------------------------------- reading in a stop

  /** Being inside a stop: the process is not continued before it is closed. */
  final class Access implements AutoCloseable {
    private boolean left;

    private Access() {
      motion.enter();
    }

    @Override
    public void close() {
      locked(
          () -> {
            if (!left) {
              left = true;
              motion.leave();
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
    motion.lock().lockInterruptibly();
    try {
      long patience = (seat.control() ? CONTROL_WAITS : VIEW_WAITS).toNanos();
      long until = motion.now() + patience;
      while (true) {
        motion.requireAlive();
        long now = motion.now();
        Run run = motion.run();
        if (motion.hasExited()) {
          return new Access();
        }
        if (motion.stands()) {
          if (!motion.holders().isEmpty() || !motion.broker().active()) {
            if (!motion.isContinueWanted()) {
              return new Access();
            }
          } else if (!seat.control() && motion.broker().join(seat, now)) {
            return new Access();
          }
        } else if (run != null && !motion.isChanging() && !seat.control() && !run.isStep()) {
          motion.broker().requireHalt(seat, now);
          motion.stopRunning();
          motion.startBrokered(now);
          continue;
        }
        if (seat.releasedBecause.isPresent()) {
          throw new Refusal("SESSION_HALT_BUDGET", "", seat.releasedBecause.get());
        }
        long left = until - now;
        if (left <= 0 || motion.changed().awaitNanos(left) <= 0) {
          throw Refusal.busy(
              run != null && run.isStep()
                  ? "another session steps it or calls a function"
                  : "it runs; halt it first");
        }
      }
    } finally {
      motion.lock().unlock();
    }
  }

  /** Enters a stop for the gateway's own work, charging nobody; makes one if the process runs. */
  Access enterOwn() throws TargetLost, InterruptedException {
    motion.lock().lockInterruptibly();
    try {
      long until = motion.now() + Halting.LIMIT.toNanos();
      while (true) {
        motion.requireAlive();
        if (motion.hasExited() || motion.stands()) {
          return new Access();
        }
        if (motion.isRunning() && !motion.isChanging()) {
          motion.stopRunning();
          return new Access();
        }
        var _ = motion.changed().awaitNanos(leftOrLost(until));
      }
    } finally {
      motion.lock().unlock();
    }
  }

  // ---------------------------------------------------------------- control

  /** Stops the process for a session that controls it, and makes that session hold it. */
  void halt(Seat seat) throws Refusal, TargetLost, InterruptedException {
    motion.lock().lockInterruptibly();
    try {
      seat.account().requireBudget(targetBudget, motion.now());
      seat.account().requireRate(motion.now());
      seat.account().rate().count(motion.now());
      long until = motion.now() + Halting.LIMIT.toNanos();
      while (true) {
        motion.requireAlive();
        if (!motion.hasExited() && motion.isRunning() && !motion.isChanging()) {
          motion.stopRunning();
        }
        if (motion.hasExited() || motion.stands()) {
          motion.endBrokered();
          motion.stayStopped();
          motion.hold(seat);
          motion.hold(audience.answerSession(seat.account(), motion.lastStop()));
          motion.tellChange();
          return;
        }
        var _ = motion.changed().awaitNanos(leftOrLost(until));
      }
    } finally {
      motion.lock().unlock();
    }
  }

  /**
   * Lets a seat wait for the next stop that concerns it; a controlling one makes the process run,
   * whoever held it.
   */
  void continueFor(Seat seat, Consumer<Seat.Outcome> whenStopped) throws Refusal, TargetLost {
    motion.lock().lock();
    try {
      motion.requireAlive();
      if (seat.waiting != null) {
        throw new Refusal(
            "MESSAGE_REFUSED", "", "postern: a `continue` of this connection is still running");
      }
      Run run = motion.run();
      if (run != null && run.isStep() && seat.control()) {
        throw Refusal.busy("another session steps it or calls a function");
      }
      seat.waiting = whenStopped;
      seat.releasedBecause = Optional.empty();
      if (motion.hasExited()) {
        audience.answer(seat, new Seat.Outcome.Stopped(motion.lastStop()));
      } else if (!seat.unseen.isEmpty()) {
        audience.answer(seat, new Seat.Outcome.Stopped(seat.unseen.removeFirst()));
      } else if (seat.control()) {
        motion.holders().clear(motion.now());
        motion.continueIfFree();
      }
    } finally {
      motion.lock().unlock();
    }
  }

  /** Ends a seat's waiting, if it waits, without stopping the process. */
  void stopWaiting(Seat seat, Seat.Outcome outcome) {
    locked(() -> audience.answer(seat, outcome));
  }

  /** Nobody holds the process any more, whoever did: it is going to be left for good. */
  void releaseAll() {
    locked(
        () -> {
          motion.holders().clear(motion.now());
          motion.continueIfFree();
        });
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
    motion.lock().lockInterruptibly();
    try {
      long until = motion.now() + VIEW_WAITS.toNanos();
      while (true) {
        motion.requireAlive();
        if (seat.releasedBecause.isPresent()) {
          throw new Refusal("SESSION_HALT_BUDGET", "", seat.releasedBecause.get());
        }
        if (motion.isRunning() || motion.holders().isEmpty()) {
          throw Refusal.busy("it runs; halt it first");
        }
        if (!motion.isChanging() && !motion.hasUsers()) {
          break;
        }
        var _ = motion.changed().awaitNanos(leftOrRefuse(until));
      }
      motion.startChange();
    } finally {
      motion.lock().unlock();
    }
    CompletableFuture<TargetReply> answer;
    try {
      answer = upstream.send(prepare.prepare());
    } catch (Refusal | TargetLost | InterruptedException | RuntimeException notStarted) {
      locked(
          () -> {
            motion.endChange();
            motion.continueIfFree();
          });
      throw notStarted;
    }
    locked(() -> motion.startStep(seat, answer));
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
          motion.replaced(state);
          if (seat.control()) {
            motion.hold(seat);
          }
        });
  }

  // ---------------------------------------------------------------- what is known

  /** Whether, to a controlling session, the process runs. Brokered halts do not show. */
  boolean appearsRunning() {
    motion.lock().lock();
    try {
      return !motion.hasExited() && (!motion.stands() || motion.holders().isEmpty());
    } finally {
      motion.lock().unlock();
    }
  }

  boolean hasExited() {
    motion.lock().lock();
    try {
      return motion.hasExited();
    } finally {
      motion.lock().unlock();
    }
  }

  Stop lastStop() {
    motion.lock().lock();
    try {
      return motion.lastStop();
    } finally {
      motion.lock().unlock();
    }
  }

  /** Counts the stops: answers and selections of one stop say nothing of the next. */
  long stops() {
    motion.lock().lock();
    try {
      return motion.stops();
    } finally {
      motion.lock().unlock();
    }
  }

  /** Runs {@code step} under the lock that guards the seats and accounts. */
  void locked(Runnable step) {
    motion.locked(step);
  }

  // ---------------------------------------------------------------- leaving

  /**
   * Gives up a seat: it holds and waits no more. The process is not continued yet: {@link #letGo}
   * does that, or leaving the stop in which the seat was cleaned up after.
   *
   * @return whether a step was left unfinished, which has to be cancelled inside a stop
   */
  boolean giveUp(Seat seat) {
    motion.lock().lock();
    try {
      audience.remove(seat);
      motion.holders().remove(seat, motion.now());
      // A step of this seat may be on its way to the debugger: see it arrive.
      long left = Halting.LIMIT.toNanos();
      while (left > 0 && motion.isChanging()) {
        left = motion.changed().awaitNanos(left);
      }
      motion.tellChange();
      Run run = motion.run();
      return run == null
          ? motion.lastStop().nextInProgress() && motion.holders().isEmpty() && !motion.hasExited()
          : run.by == seat;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return true;
    } finally {
      motion.lock().unlock();
    }
  }

  /** Whether the process stands still for this seat, alone or among others. */
  boolean isHeldBy(Seat seat) {
    var held = new boolean[1];
    locked(() -> held[0] = motion.holders().contains(seat));
    return held[0];
  }

  /** Continues the process if nobody holds it. */
  void letGo() {
    locked(motion::continueIfFree);
  }

  /** Waits, for a bounded time, until the process runs or is gone; for use when nobody is left. */
  void awaitRunning() {
    motion.lock().lock();
    try {
      long left = Halting.LIMIT.toNanos();
      if (motion.broker().active() && !motion.hasUsers()) {
        motion.endBrokered();
      }
      motion.continueIfFree();
      while (left > 0 && !motion.isRunning() && !motion.hasExited() && !upstream.lost().isDone()) {
        left = motion.changed().awaitNanos(left);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } finally {
      motion.lock().unlock();
    }
  }

  private long leftOrLost(long until) throws TargetLost {
    long left = until - motion.now();
    if (left <= 0) {
      throw new TargetLost(TARGET_UNREACHABLE, "the debugger does not come to rest");
    }
    return left;
  }

  private long leftOrRefuse(long until) throws Refusal {
    long left = until - motion.now();
    if (left <= 0) {
      throw Refusal.busy("other sessions read it");
    }
    return left;
  }
}
