package dev.postern.gateway.dlv;

import dev.postern.wire.dlv.DlvRequest;
import dev.postern.wire.dlv.TargetReply;
import java.time.Duration;
import java.util.Optional;

/**
 * Looks after a process that ran before we came: nobody waits for an answer that would tell when it
 * stops, so it is asked now and then.
 */
final class ForeignRun {
  private static final Duration PERIOD = Duration.ofSeconds(1);

  private final Motion motion;
  private final Upstream upstream;

  ForeignRun(Motion motion, Upstream upstream) {
    this.motion = motion;
    this.upstream = upstream;
  }

  void lookLater() {
    motion.later(PERIOD.toNanos(), this::look);
  }

  private void look() {
    Run current;
    motion.lock().lock();
    try {
      current = motion.run();
      if (current == null || current.kind != Run.Kind.FOREIGN || upstream.lost().isDone()) {
        return;
      }
      if (motion.isChanging()) {
        lookLater();
        return;
      }
    } finally {
      motion.lock().unlock();
    }
    try {
      TargetReply reply = upstream.call(DlvRequest.stateNow(), Halting.LIMIT);
      Optional<Stop> state =
          reply instanceof TargetReply.Result result ? Stop.of(result.result()) : Optional.empty();
      motion.locked(() -> looked(current, state));
    } catch (TargetLost lost) {
      // everyone hears of it through the connection itself
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
    }
  }

  private void looked(Run current, Optional<Stop> state) {
    if (motion.run() != current || motion.isChanging()) {
      return;
    }
    if (state.isPresent() && !state.get().running()) {
      motion.cameToStop(current, state);
    } else {
      lookLater();
    }
  }
}
