package dev.postern.gateway.dlv;

import static dev.postern.gateway.stream.EndReason.TARGET_PROTOCOL;

import dev.postern.wire.dlv.DlvRequest;
import dev.postern.wire.dlv.TargetReply;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/**
 * Brings a running process to a stop, and believes it only once it has stopped: the answer to the
 * halt and the answer to what made it run cross each other, and a halt that comes too early is
 * lost.
 */
final class Halting {
  static final Duration LIMIT = Duration.ofSeconds(5);
  private static final Duration CROSSING_ANSWER_LIMIT = Duration.ofMillis(300);

  private Halting() {}

  /**
   * Halts until the process stands. Blocks for {@link #LIMIT} at most.
   *
   * @param run the answer still to come to what made it run; empty if it ran when we came
   */
  static Stop stop(
      Upstream upstream, Optional<CompletableFuture<TargetReply>> run, LongSupplier nanos)
      throws TargetLost, InterruptedException {
    long until = nanos.getAsLong() + LIMIT.toNanos();
    while (nanos.getAsLong() - until < 0) {
      TargetReply reply = upstream.call(DlvRequest.command("halt"), LIMIT);
      Optional<Stop> halted =
          reply instanceof TargetReply.Result result ? Stop.of(result.result()) : Optional.empty();
      if (halted.isPresent() && halted.get().exited()) {
        return halted.get();
      }
      if (run.isEmpty()) {
        if (halted.isPresent() && !halted.get().running()) {
          return halted.get();
        }
        continue;
      }
      Optional<TargetReply> end = Upstream.await(run.get(), CROSSING_ANSWER_LIMIT);
      if (end.isPresent()) {
        // Its own answer knows what was hit; a failed continue leaves the halt's.
        return end.get() instanceof TargetReply.Result result
            ? Stop.of(result.result()).or(() -> halted).orElse(Stop.UNKNOWN)
            : halted.orElse(Stop.UNKNOWN);
      }
    }
    throw new TargetLost(TARGET_PROTOCOL, "the debugger says halted and does not stop");
  }
}
