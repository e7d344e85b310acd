package dev.postern.gateway.guard;

import dev.postern.gateway.dlv.Endpoint;
import dev.postern.gateway.dlv.GatewayInstance;
import dev.postern.gateway.dlv.TargetWatch;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Sees to it that targets are restored when this gateway dies: by its guard process within seconds,
 * by its next start otherwise.
 *
 * <p>Writes happen on a thread of their own: the threads of sessions are interrupted at will, and
 * an interrupt would close the journal.
 */
public final class TargetGuard implements TargetWatch, AutoCloseable {
  private static final Logger LOG = Logger.getLogger(TargetGuard.class.getName());
  private static final Duration RESTORE_LIMIT = Duration.ofSeconds(10);

  private final WatchedTargets known;
  private final UnfinishedTargets journal;
  private final GuardProcess process;
  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("target-guard").factory());

  private final List<URI> restored;

  private TargetGuard(
      WatchedTargets known, UnfinishedTargets journal, GuardProcess process, List<URI> restored) {
    this.known = known;
    this.restored = List.copyOf(restored);
    this.journal = journal;
    this.process = process;
  }

  /**
   * Opens the journal in {@code dataDir}, restores what an earlier life of this gateway left there,
   * and starts the guard process. Blocks for about ten seconds at most.
   */
  public static TargetGuard open(Path dataDir, SecureRandom random)
      throws IOException, InterruptedException {
    var known = new WatchedTargets();
    UnfinishedTargets journal = UnfinishedTargets.open(dataDir, known, random);
    var let = new ArrayList<URI>();
    if (!known.isEmpty()) {
      List<Endpoint> restored = known.restore(RESTORE_LIMIT);
      for (Endpoint endpoint : restored) {
        LOG.log(Level.WARNING, "restored a target that an earlier start left target={0}", endpoint);
        journal.write(List.of(WatchedTargets.free(endpoint)));
        let.add(endpoint.uri());
      }
    }
    return new TargetGuard(known, journal, GuardProcess.start(known), let);
  }

  /** By which the breakpoints of this gateway are known, over its restarts. */
  public GatewayInstance instance() {
    return known.instance().orElseThrow();
  }

  /** The endpoints that {@link #open} found left held and restored. */
  public List<URI> restored() {
    return restored;
  }

  Process guardProcess() {
    return process.process();
  }

  @Override
  public boolean using(Endpoint endpoint) {
    boolean unfinished = known.contains(endpoint);
    tell(WatchedTargets.using(endpoint));
    return unfinished;
  }

  @Override
  public void breakpoints(Endpoint endpoint) {
    tell(WatchedTargets.breakpoints(endpoint));
  }

  @Override
  public void free(Endpoint endpoint) {
    tell(WatchedTargets.free(endpoint));
  }

  private void tell(String line) {
    CompletableFuture.runAsync(() -> write(line), writer).join();
  }

  private void write(String line) {
    known.read(line);
    process.tell(line);
    try {
      journal.write(List.of(line));
      if (journal.isLong()) {
        journal.rewrite(known);
      }
    } catch (IOException unwritable) {
      // The guard process still knows; ending sessions must not wait for a full disk.
      LOG.log(Level.SEVERE, "the journal of targets cannot be written", unwritable);
    }
  }

  /** Says goodbye. A target that is still listed now could not be let go: the guard tries on. */
  @Override
  public void close() {
    writer.close();
    process.close();
    try {
      journal.close();
    } catch (IOException unwritable) {
      LOG.log(Level.WARNING, "the journal of targets cannot be closed", unwritable);
    }
  }
}
