package dev.postern.gateway.dlv;

import dev.postern.gateway.stream.EndReason;
import dev.postern.wire.dlv.DlvRequest;
import dev.postern.wire.dlv.Restoration;
import dev.postern.wire.dlv.TargetReply;
import java.time.Duration;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Leaves a target running and free of a gateway's breakpoints, over a connection of its own: after
 * the gateway that was inside it died, or lost its connection.
 */
public final class TargetRestorer {
  private static final Logger LOG = Logger.getLogger(TargetRestorer.class.getName());
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(2);
  private static final Duration STEP_LIMIT = Duration.ofSeconds(3);

  private TargetRestorer() {}

  /**
   * Restores one target. Blocks for a bounded time.
   *
   * @param mayHaveBreakpoints false only if none of ours can be set: a running process is then left
   *     alone
   * @return whether there is nothing left to do: it runs, or it is gone, or nobody listens where
   *     its debugger was
   */
  public static boolean restore(
      Endpoint endpoint, GatewayInstance tag, boolean mayHaveBreakpoints) {
    Upstream upstream;
    try {
      upstream = Upstream.open(endpoint, CONNECT_LIMIT);
    } catch (TargetLost unreachable) {
      if (unreachable.reason() == EndReason.TARGET_GONE) {
        return true;
      }
      LOG.log(
          Level.WARNING,
          "cannot restore target={0}: {1}",
          new Object[] {endpoint, unreachable.text()});
      return false;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
    try {
      return walk(upstream, new Restoration(tag::isOurs, mayHaveBreakpoints, () -> false));
    } catch (TargetLost lost) {
      LOG.log(
          Level.WARNING, "cannot restore target={0}: {1}", new Object[] {endpoint, lost.text()});
      return lost.reason() == EndReason.TARGET_GONE;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      upstream.close();
    }
  }

  private static boolean walk(Upstream upstream, Restoration restoration)
      throws TargetLost, InterruptedException {
    Restoration.Step step = restoration.start();
    while (true) {
      switch (step) {
        case Restoration.Step.Send(DlvRequest request) ->
            step = restoration.next(upstream.call(request, STEP_LIMIT));
        case Restoration.Step.SendLast(DlvRequest request, Restoration.Outcome outcome) -> {
          var _ = upstream.send(request);
          // Answered at once also while the process runs: then the last request has been read.
          TargetReply read = upstream.call(DlvRequest.stateNow(), STEP_LIMIT);
          return read instanceof TargetReply.Result;
        }
        case Restoration.Step.Done(Restoration.Outcome outcome) -> {
          return outcome != Restoration.Outcome.GAVE_UP;
        }
      }
    }
  }
}
