package dev.postern.gateway.dlv;

import dev.postern.gateway.stream.ClientSide;
import dev.postern.gateway.stream.EndReason;
import dev.postern.gateway.stream.SessionGrant;
import dev.postern.gateway.stream.TargetSide;
import dev.postern.gateway.stream.TargetUnavailable;
import dev.postern.gateway.stream.ToolTargets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * All Delve targets of a gateway: one {@link DlvTarget} per endpoint, opened for the first
 * connection and closed after the last.
 */
public final class DlvTargets implements ToolTargets, AutoCloseable {
  /** One endpoint's target and what was spent there. */
  private static final class Place {
    final ReentrantLock lock = new ReentrantLock();
    final TargetAccounts accounts = new TargetAccounts();
    @Nullable DlvTarget target;

    /** Opens the target, after what was lost of it before is as good as it can be made now. */
    DlvTarget reopen(Endpoint endpoint, DlvTarget.Surroundings surroundings)
        throws TargetLost, InterruptedException {
      DlvTarget before = target;
      if (before != null) {
        before.awaitRestored();
      }
      try {
        DlvTarget opened = DlvTarget.open(endpoint, surroundings, accounts);
        target = opened;
        return opened;
      } catch (TargetLost unreachable) {
        if (before != null) {
          before.goOnRestoring();
        }
        throw unreachable;
      }
    }

    @Nullable DlvTarget target() {
      lock.lock();
      try {
        return target;
      } finally {
        lock.unlock();
      }
    }
  }

  private static final Duration SHUT_DOWN_LIMIT = Duration.ofSeconds(20);

  private final Map<Endpoint, Place> places = new ConcurrentHashMap<>();
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("dlv-", 0).factory());
  private final ScheduledExecutorService timers;
  private final DlvTarget.Surroundings surroundings;

  /**
   * @param tag the same over restarts of this gateway
   * @param nanos a ticker for elapsed time
   */
  public DlvTargets(GatewayInstance tag, TargetWatch watch, LongSupplier nanos) {
    timers =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("dlv-timers").factory());
    surroundings =
        new DlvTarget.Surroundings(tag, watch, new StaticLists(), timers, threads, nanos);
  }

  @Override
  public TargetSide open(SessionGrant grant, ClientSide client)
      throws TargetUnavailable, InterruptedException {
    var endpoint = new Endpoint(grant.endpoint());
    Place place = places.computeIfAbsent(endpoint, _ -> new Place());
    place.lock.lockInterruptibly();
    try {
      DlvTarget target = place.target;
      if (target == null || target.isLost()) {
        target = place.reopen(endpoint, surroundings);
      }
      return target.join(grant, client, () -> closeIfUnused(place));
    } catch (TargetLost lost) {
      throw new TargetUnavailable(
          lost.reason() == EndReason.TARGET_PROTOCOL
              ? TargetUnavailable.Code.TARGET_PROTOCOL
              : TargetUnavailable.Code.TARGET_UNREACHABLE,
          lost.text(),
          lost);
    } finally {
      place.lock.unlock();
    }
  }

  private static void closeIfUnused(Place place) {
    place.lock.lock();
    try {
      if (place.target != null && place.target.closeIfUnused()) {
        place.target = null;
      }
    } finally {
      place.lock.unlock();
    }
  }

  /** For the end of the gateway: ends what is still open and lets go of every target. */
  @Override
  public void close() {
    var closing = new ArrayList<Thread>();
    for (Place place : places.values()) {
      DlvTarget target = place.target();
      if (target != null) {
        closing.add(Thread.ofVirtual().name("dlv-shut-down").start(target::shutDown));
      }
    }
    try {
      for (Thread thread : closing) {
        var _ = thread.join(SHUT_DOWN_LIMIT);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    timers.shutdownNow();
    threads.shutdown();
  }
}
