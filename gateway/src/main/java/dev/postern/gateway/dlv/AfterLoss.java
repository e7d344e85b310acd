package dev.postern.gateway.dlv;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Restores a target whose connection broke while the gateway was inside it: the process may be fine
 * and only the connection at fault. Tried again, more and more slowly, until it is done, the
 * debugger is gone, or a new connection takes the target over.
 */
final class AfterLoss {
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
  private static final Duration SUPERSEDE_LIMIT = Duration.ofSeconds(15);

  private final Endpoint endpoint;
  private final DlvTarget.Surroundings surroundings;

  /** The attempt under way, or the last one. */
  private volatile CompletableFuture<Void> attempt = CompletableFuture.completedFuture(null);

  private volatile boolean superseded;

  AfterLoss(Endpoint endpoint, DlvTarget.Surroundings surroundings) {
    this.endpoint = endpoint;
    this.surroundings = surroundings;
  }

  /** Restores now, and later again as long as that fails. */
  void restore(boolean mayHaveBreakpoints) {
    restore(mayHaveBreakpoints, FIRST_PAUSE);
  }

  private void restore(boolean mayHaveBreakpoints, Duration pause) {
    var under = new CompletableFuture<Void>();
    attempt = under;
    try {
      if (superseded) {
        return;
      }
      if (TargetRestorer.restore(endpoint, surroundings.tag(), mayHaveBreakpoints)) {
        surroundings.watch().free(endpoint);
        return;
      }
    } finally {
      under.complete(null);
    }
    Duration next =
        pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
    if (!surroundings.timers().isShutdown()) {
      var _ =
          surroundings
              .timers()
              .schedule(
                  () -> surroundings.threads().execute(() -> restore(mayHaveBreakpoints, next)),
                  pause.toMillis(),
                  TimeUnit.MILLISECONDS);
    }
  }

  /** No new connection came to be. */
  void resume(boolean mayHaveBreakpoints) {
    superseded = false;
    restore(mayHaveBreakpoints, LONGEST_PAUSE);
  }

  /** A new connection will see to the target: waits for the attempt under way, and stops. */
  void superseded() throws InterruptedException {
    superseded = true;
    try {
      attempt.get(SUPERSEDE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException notDone) {
      // the new connection finds the target as it is, and what is ours in it
    }
  }
}
