package dev.postern.gateway;

import dev.postern.gateway.admission.AdmissionRecord;
import dev.postern.gateway.policies.PolicyKeeper;
import dev.postern.gateway.server.GatewayServer;
import dev.postern.gateway.server.ListenerTls;
import dev.postern.gateway.session.SessionJudge;
import dev.postern.gateway.session.SessionRegistry;
import dev.postern.gateway.state.StateStore;
import dev.postern.gateway.trust.TrustKeeper;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has to be done again and again: sessions that are over, locks, changed policies and keys,
 * keep-alives, sums. Sessions have a thread of their own, so that a slow key server or store never
 * lengthens one.
 */
final class Upkeep implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Upkeep.class);

  private final ScheduledExecutorService clocks =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("sweep").factory());
  private final ScheduledExecutorService stores =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("upkeep").factory());
  private final ScheduledExecutorService keys =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("trust").factory());

  /** What there is to do it to. */
  record Work(
      SessionRegistry sessions,
      PolicyKeeper policies,
      TrustKeeper trust,
      ConfigKeeper config,
      ListenerTls tls,
      SessionJudge judge,
      AdmissionRecord record,
      StateStore store,
      Readiness readiness,
      GatewayServer server) {}

  /** A task that may fail; the failure is logged and the next time it is tried again. */
  private interface Task {
    void run() throws Exception;
  }

  private Upkeep() {}

  static Upkeep start(Work work) {
    var upkeep = new Upkeep();
    every(upkeep.clocks, 200, () -> work.sessions().sweep());
    every(upkeep.clocks, 20_000, () -> work.server().keepAlive());
    every(upkeep.stores, 500, () -> work.sessions().applyLocks());
    every(
        upkeep.stores,
        500,
        () -> {
          if (work.policies().refresh() instanceof PolicyKeeper.Refresh.Changed) {
            work.sessions().judgeAnew(work.judge());
          }
        });
    every(upkeep.stores, 2_000, () -> work.tls().refresh());
    every(upkeep.stores, 1_000, () -> work.server().serving(work.readiness().look()));
    every(upkeep.stores, 30_000, () -> work.sessions().judgeAnew(work.judge()));
    every(upkeep.stores, 60_000, () -> work.record().writeSums());
    every(upkeep.stores, 60_000, () -> work.store().prune());
    every(
        upkeep.keys,
        250,
        () -> {
          boolean otherConfig = work.config().refresh();
          boolean otherKeys = work.trust().refresh();
          if (otherConfig || otherKeys) {
            work.sessions().judgeAnew(work.judge());
          }
        });
    return upkeep;
  }

  private static void every(ScheduledExecutorService thread, long periodMs, Task task) {
    var _ =
        thread.scheduleWithFixedDelay(
            () -> {
              try {
                task.run();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              } catch (Exception | StackOverflowError e) {
                log.error("upkeep failed, will be tried again", e);
              }
            },
            periodMs,
            periodMs,
            TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    clocks.shutdownNow();
    stores.shutdownNow();
    keys.shutdownNow();
  }
}
