package dev.postern.audit;

import dev.postern.audit.AppendQueue.Job;
import dev.postern.audit.tlog.NoteSigner;
import dev.postern.json.JsonValue.JsonObject;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/**
 * An audit log in a folder, in the C2SP tlog-tiles layout.
 *
 * <p>Callers hand entries to an {@link AppendQueue}; the {@link LogWriter} owns the files: a thread
 * of its own, or a caller that waits and finds nobody else writing. While the disk does not work,
 * {@link #append} fails and entries of {@link #appendEventually} wait in memory, {@link
 * AppendQueue#MAX_HELD_BYTES} of them.
 *
 * <p>Times in entries stand as the callers' clock had them. Where the log's clock goes back by more
 * than {@link LogWriter#CLOCK_TOLERANCE}, also across a restart, an {@code audit.clock} entry says
 * so.
 */
public final class TileAuditLog implements AuditLog {
  static final LogWriter.Pace PACE =
      new LogWriter.Pace(Duration.ofMillis(200), Duration.ofMillis(500));
  static final Duration APPEND_TIMEOUT = Duration.ofSeconds(10);
  private static final System.Logger LOG = System.getLogger("dev.postern.audit");

  private final AppendQueue queue;
  private final Losses losses;
  private final LogWriter writer;
  private final Thread thread;
  private final InstantSource clock;

  private TileAuditLog(
      Disk disk, AppendQueue queue, Losses losses, LogWriter writer, InstantSource clock) {
    this.queue = queue;
    this.losses = losses;
    this.writer = writer;
    this.clock = clock;
    this.thread =
        Thread.ofPlatform()
            .name("audit-writer")
            .daemon(true)
            .unstarted(
                () -> {
                  writer.run();
                  disk.close();
                });
  }

  /**
   * Opens the log in a folder, or begins one. Entries that were durable and under no checkpoint yet
   * are in it again, in their order.
   *
   * @param signer the log's key; its name is the log's origin
   * @throws LogRefused if the folder holds what this log must not be continued from: another
   *     origin's or key's log, a damaged one, one whose checkpoint is older than its entries
   * @throws IOException if the folder cannot be used, or another process uses it
   */
  public static TileAuditLog open(Path folder, NoteSigner signer, InstantSource clock)
      throws IOException, LogRefused {
    Disk disk = FolderDisk.open(folder);
    try {
      return open(disk, signer, clock, System::nanoTime, PACE);
    } catch (LogRefused e) {
      disk.close();
      throw new LogRefused("the audit log in `" + folder + "` is refused: " + e.getMessage());
    } catch (IOException | RuntimeException e) {
      disk.close();
      throw e;
    }
  }

  static TileAuditLog open(
      Disk disk, NoteSigner signer, InstantSource clock, LongSupplier nanos, LogWriter.Pace pace)
      throws IOException, LogRefused {
    Publisher publisher = Publisher.open(disk, signer);
    DurableQueue.Opened opened = DurableQueue.open(disk, publisher.size());
    DurableQueue durable = opened.queue();
    Optional<byte[]> last =
        durable.isEmpty() ? publisher.lastEntry() : Optional.of(durable.entries().getLast());
    Instant latest = last.flatMap(EntryForm::time).orElse(Instant.EPOCH);
    // A crash from here on: the same entries are found again.
    publisher.publish(durable.entries());
    durable.published(publisher.size());
    var queue = new AppendQueue();
    var losses = new Losses();
    var writer = new LogWriter(queue, losses, publisher, durable, latest, clock, nanos, pace);
    var log = new TileAuditLog(disk, queue, losses, writer, clock);
    if (opened.missing()) {
      log.appendEventually(
          AuditEvent.of(EventType.AUDIT_GAP, clock.instant())
              .with(
                  AuditField.DETAIL,
                  "the folder `wal` was gone: entries after the last checkpoint may be missing"));
    }
    log.thread.start();
    return log;
  }

  @Override
  public long append(JsonObject entry) throws Unavailable {
    return await(new Job(EntryForm.encode(entry), false));
  }

  @Override
  public void appendEventually(JsonObject entry) {
    if (!queue.offer(EntryForm.encode(entry))) {
      losses.add(clock.instant());
      long lost = losses.count();
      if (Long.bitCount(lost) == 1) {
        LOG.log(Level.ERROR, "audit entries are lost; so far {0}", lost);
      }
    }
  }

  @Override
  public void flush() throws Unavailable {
    var job = new Job(null, false);
    await(job);
  }

  private long await(Job job) throws Unavailable {
    long deadline = System.nanoTime() + APPEND_TIMEOUT.toNanos();
    try {
      queue.hand(job, deadline);
      writer.writeNow(job);
      return job.done.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw new Unavailable("the audit log takes no entries: " + reason(e), e);
    } catch (TimeoutException e) {
      throw new Unavailable("the disk takes longer than " + APPEND_TIMEOUT.toSeconds() + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Unavailable("interrupted", e);
    }
  }

  private static String reason(ExecutionException e) {
    Throwable cause = e.getCause();
    return cause == null ? e.toString() : String.valueOf(cause.getMessage());
  }

  @Override
  public Status status() {
    return writer.status();
  }

  @Override
  public void close() {
    queue.close();
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (losses.count() > 0) {
      LOG.log(Level.ERROR, "audit entries lost for good: {0}", losses.count());
    }
  }
}
