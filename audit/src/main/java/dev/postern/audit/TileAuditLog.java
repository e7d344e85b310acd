package dev.postern.audit;

import dev.postern.audit.tlog.NoteSigner;
import dev.postern.json.JsonValue.JsonObject;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * An audit log in a folder, in the C2SP tlog-tiles layout.
 *
 * <p>One thread, the writer, owns the files. Callers hand it entries; it takes all that wait, makes
 * them durable with one write and one fdatasync ({@link DurableQueue}), answers, and now and then
 * brings what is durable under a signed checkpoint ({@link Publisher}): at the latest {@link
 * Pace#publish} after it became durable, as long as the disk lets it.
 *
 * <p>After a failed write nothing is appended until a new segment could be made, tried again every
 * {@link Pace#retry}. Entries of {@link #append} fail meanwhile; those of {@link #appendEventually}
 * wait in memory, {@link #MAX_HELD_BYTES} of them.
 *
 * <p>Times in entries stand as the callers' clock had them. Where the log's clock goes back by more
 * than {@link #CLOCK_TOLERANCE}, also across a restart, an {@code audit.clock} entry says so.
 */
public final class TileAuditLog implements AuditLog {
  /**
   * How long things wait.
   *
   * @param publish entries that are durable, for a checkpoint
   * @param retry a disk that does not work, for the next try
   */
  record Pace(Duration publish, Duration retry) {}

  static final Pace PACE = new Pace(Duration.ofMillis(200), Duration.ofMillis(500));
  static final Duration APPEND_TIMEOUT = Duration.ofSeconds(10);
  static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(5);
  static final int MAX_HELD_BYTES = 8 * 1024 * 1024;
  private static final Duration IDLE = Duration.ofHours(1);
  private static final int MAX_WAITING = 4096;
  private static final int MAX_BATCH_ENTRIES = 512;
  private static final int MAX_BATCH_BYTES = 512 * 1024;

  /** Unpublished entries that are many enough not to wait for the interval. */
  private static final int PUBLISH_AT_ENTRIES = 1024;

  private static final System.Logger LOG = System.getLogger("dev.postern.audit");

  /** Something handed to the writer. Without an entry it is a call to publish what came before. */
  private static final class Job {
    final byte @Nullable [] entry;
    final boolean eventual;
    final CompletableFuture<Long> done = new CompletableFuture<>();

    Job(byte @Nullable [] entry, boolean eventual) {
      this.entry = entry;
      this.eventual = eventual;
    }

    int bytes() {
      return entry == null ? 0 : entry.length + Wal.OVERHEAD_BYTES;
    }
  }

  private final Disk disk;
  private final Publisher publisher;
  private final DurableQueue durable;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private final Pace pace;
  private final Thread writer;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Condition room = lock.newCondition();
  private final Losses losses = new Losses();

  // Guarded by lock.
  private final Deque<Job> jobs = new ArrayDeque<>();
  private int waiting;
  private long heldBytes;
  private boolean closing;
  private Status status = new Status(0, 0, 0, Optional.empty(), Optional.empty());

  // The writer's own.
  private Instant latest;
  private long publishDue;
  private boolean publishPending;
  private long renewNotBefore;
  private @Nullable String appendTrouble;
  private @Nullable String publishTrouble;

  private TileAuditLog(
      Disk disk,
      Publisher publisher,
      DurableQueue durable,
      Instant latest,
      InstantSource clock,
      LongSupplier nanos,
      Pace pace) {
    this.pace = pace;
    this.disk = disk;
    this.publisher = publisher;
    this.durable = durable;
    this.latest = latest;
    this.clock = clock;
    this.nanos = nanos;
    this.publishDue = nanos.getAsLong();
    this.publishPending = !durable.isEmpty();
    this.renewNotBefore = nanos.getAsLong();
    this.writer = Thread.ofPlatform().name("audit-writer").daemon(true).unstarted(this::run);
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
      Disk disk, NoteSigner signer, InstantSource clock, LongSupplier nanos, Pace pace)
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
    var log = new TileAuditLog(disk, publisher, durable, latest, clock, nanos, pace);
    if (opened.missing()) {
      log.appendEventually(
          AuditEvent.of(EventType.AUDIT_GAP, clock.instant())
              .with(
                  AuditField.DETAIL,
                  "the folder `wal` was gone: entries after the last checkpoint may be missing"));
    }
    log.updateStatus();
    log.writer.start();
    return log;
  }

  @Override
  public long append(JsonObject entry) throws Unavailable {
    return await(new Job(EntryForm.encode(entry), false));
  }

  private void hand(Job job, long deadline) throws InterruptedException, Unavailable {
    lock.lockInterruptibly();
    try {
      while (waiting >= MAX_WAITING && !closing) {
        if (room.awaitNanos(deadline - System.nanoTime()) <= 0) {
          throw new Unavailable("too many entries wait for the disk");
        }
      }
      if (closing) {
        throw new Unavailable("the audit log is closed");
      }
      waiting++;
      jobs.add(job);
      work.signal();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void appendEventually(JsonObject entry) {
    var job = new Job(EntryForm.encode(entry), true);
    lock.lock();
    try {
      if (closing || heldBytes + job.bytes() > MAX_HELD_BYTES) {
        lose();
        return;
      }
      heldBytes += job.bytes();
      jobs.add(job);
      work.signal();
    } finally {
      lock.unlock();
    }
  }

  private void lose() {
    losses.add(clock.instant());
    LOG.log(Level.ERROR, "an audit entry was lost; lost={0}", losses.count());
  }

  @Override
  public void flush() throws Unavailable {
    var job = new Job(null, false);
    await(job);
  }

  private long await(Job job) throws Unavailable {
    long deadline = System.nanoTime() + APPEND_TIMEOUT.toNanos();
    try {
      hand(job, deadline);
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
    lock.lock();
    try {
      return new Status(
          status.size(), status.published(), losses.count(), status.trouble(), status.since());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      work.signal();
      room.signalAll();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    while (true) {
      try {
        writer.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  // ---- the writer's thread -------------------------------------------------------------------

  private void run() {
    try {
      while (true) {
        List<Job> batch = take();
        if (batch.isEmpty() && isDone()) {
          break;
        }
        write(batch);
        publishIfDue();
        updateStatus();
      }
      publish();
    } catch (RuntimeException | Error e) {
      appendTrouble = "the audit log's writer failed: " + e;
      LOG.log(Level.ERROR, "the audit log's writer failed", e);
    } finally {
      giveUpTheRest();
      updateStatus();
      durable.close();
      disk.close();
    }
  }

  /** The jobs of the next batch; none if it is only time to publish, to retry or to end. */
  private List<Job> take() {
    var batch = new ArrayList<Job>();
    lock.lock();
    try {
      long now = nanos.getAsLong();
      long wait = publishPending ? publishDue - now : IDLE.toNanos();
      if (blocked()) {
        wait = Math.max(1, Math.min(pace.retry().toNanos(), renewNotBefore - now));
      }
      // entries that wait for a disk that does not work must not keep this thread busy
      while ((jobs.isEmpty() || (blocked() && waiting == 0)) && !closing && wait > 0) {
        try {
          wait = work.awaitNanos(wait);
        } catch (InterruptedException nobodyInterruptsUs) {
          break;
        }
      }
      int bytes = 0;
      while (!jobs.isEmpty() && batch.size() < MAX_BATCH_ENTRIES) {
        Job next = jobs.peek();
        if (!batch.isEmpty() && bytes + next.bytes() > MAX_BATCH_BYTES) {
          break;
        }
        jobs.poll();
        bytes += next.bytes();
        if (!next.eventual) {
          waiting--;
        }
        batch.add(next);
        if (next.entry == null) {
          break;
        }
      }
      room.signalAll();
    } finally {
      lock.unlock();
    }
    return batch;
  }

  /** Whether the last write failed and nothing has been written since. */
  private boolean blocked() {
    return appendTrouble != null;
  }

  private boolean isDone() {
    lock.lock();
    try {
      return closing && jobs.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  private void write(List<Job> batch) {
    if (batch.isEmpty() && !blocked()) {
      return;
    }
    Optional<Losses.Gap> gap = losses.gap();
    List<byte[]> entries = notices(gap);
    long bytes = entries.stream().mapToLong(e -> e.length + Wal.OVERHEAD_BYTES).sum();
    boolean roomy = makeRoom(bytes + batch.stream().mapToLong(Job::bytes).sum());
    if (!durable.ready() || bytes > durable.room(true)) {
      entries.clear();
      gap = Optional.empty();
      bytes = 0;
    }
    int notices = entries.size();
    var written = new ArrayList<Job>();
    var refused = new ArrayList<Job>();
    for (Job job : batch) {
      if (job.entry != null) {
        if (durable.ready() && bytes + job.bytes() <= durable.room(job.eventual)) {
          entries.add(job.entry);
          written.add(job);
          bytes += job.bytes();
        } else {
          refused.add(job);
        }
      }
    }
    long first = durable.next() + notices;
    if (!entries.isEmpty()) {
      try {
        durable.write(entries);
        latest = clock.instant();
        gap.ifPresent(losses::told);
        if (!publishPending) {
          publishPending = true;
          publishDue = nanos.getAsLong() + pace.publish().toNanos();
        }
        for (int i = 0; i < written.size(); i++) {
          release(written.get(i));
          written.get(i).done.complete(first + i);
        }
      } catch (IOException e) {
        roomy = false;
        trouble(describe(e));
        refused.addAll(0, written);
      }
    }
    if (roomy && refused.isEmpty()) {
      appendTrouble = null;
    }
    refuse(refused);
    batch.stream().filter(job -> job.entry == null).forEach(this::flushed);
  }

  /**
   * Sees to it that so many bytes fit without the reserve, with a new segment if need be; what is
   * durable is published first, so that little is carried over. False if that does not work now.
   */
  private boolean makeRoom(long bytes) {
    long needed = blocked() ? Math.max(bytes, MAX_BATCH_BYTES) : bytes;
    if (durable.ready() && needed <= durable.room(false)) {
      return true;
    }
    long now = nanos.getAsLong();
    if (blocked() && now - renewNotBefore < 0) {
      return false;
    }
    publish();
    try {
      durable.renew();
      return needed <= durable.room(false);
    } catch (IOException e) {
      trouble(describe(e));
      renewNotBefore = now + pace.retry().toNanos();
      return false;
    }
  }

  private void refuse(List<Job> refused) {
    if (refused.isEmpty()) {
      return;
    }
    if (appendTrouble == null) {
      trouble("the disk is full or takes no checkpoint; the rest is kept for ends and clean-ups");
      renewNotBefore = nanos.getAsLong() + pace.retry().toNanos();
    }
    String why = String.valueOf(appendTrouble);
    lock.lock();
    try {
      for (Job job : refused.reversed()) {
        if (job.eventual) {
          jobs.addFirst(job);
        }
      }
      if (closing) {
        // nobody will try again: the next run says in an entry what it found
        jobs.stream().filter(job -> job.eventual).forEach(job -> lose());
        jobs.removeIf(job -> job.eventual);
      }
    } finally {
      lock.unlock();
    }
    for (Job job : refused) {
      if (!job.eventual) {
        job.done.completeExceptionally(new IOException(why));
      }
    }
  }

  private void release(Job job) {
    if (job.eventual) {
      lock.lock();
      try {
        heldBytes -= job.bytes();
      } finally {
        lock.unlock();
      }
    }
  }

  /** Entries of the log's own that must stand before the next: of a gap, of a clock gone back. */
  private List<byte[]> notices(Optional<Losses.Gap> gap) {
    var notices = new ArrayList<byte[]>();
    Instant now = clock.instant();
    if (now.isBefore(latest.minus(CLOCK_TOLERANCE))) {
      AuditEvent jump =
          AuditEvent.of(EventType.AUDIT_CLOCK, now)
              .with(AuditField.FROM, latest)
              .with(AuditField.TO, now);
      notices.add(EntryForm.encode(jump.toJson()));
    }
    gap.ifPresent(some -> notices.add(EntryForm.encode(some.event(now).toJson())));
    return notices;
  }

  private void publishIfDue() {
    if (publishPending
        && (nanos.getAsLong() - publishDue >= 0
            || durable.entries().size() >= PUBLISH_AT_ENTRIES)) {
      publish();
    }
  }

  private void publish() {
    if (durable.isEmpty() && publishTrouble == null) {
      publishPending = false;
      return;
    }
    try {
      publisher.publish(durable.entries());
      durable.published(publisher.size());
      publishPending = false;
      publishTrouble = null;
    } catch (IOException e) {
      publishTrouble = "no checkpoint can be written: " + describe(e);
      LOG.log(Level.ERROR, publishTrouble);
      publishPending = true;
      publishDue = nanos.getAsLong() + pace.retry().toNanos();
    }
  }

  private void flushed(Job job) {
    publish();
    updateStatus();
    String trouble = publishTrouble != null ? publishTrouble : appendTrouble;
    if (trouble == null) {
      job.done.complete(durable.next());
    } else {
      job.done.completeExceptionally(new IOException(trouble));
    }
  }

  private void trouble(String what) {
    if (appendTrouble == null) {
      LOG.log(Level.ERROR, "the audit log takes no entries: {0}", what);
    }
    appendTrouble = what;
  }

  private static String describe(IOException e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  private void giveUpTheRest() {
    lock.lock();
    try {
      closing = true;
      for (Job job : jobs) {
        if (job.eventual) {
          lose();
        } else {
          job.done.completeExceptionally(new IOException("the audit log is closed"));
        }
      }
      jobs.clear();
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void updateStatus() {
    String trouble = appendTrouble != null ? appendTrouble : publishTrouble;
    lock.lock();
    try {
      Optional<Instant> since =
          trouble == null
              ? Optional.empty()
              : Optional.of(status.since().orElseGet(clock::instant));
      status =
          new Status(
              durable.next(),
              publisher.size(),
              losses.count(),
              Optional.ofNullable(trouble),
              since);
    } finally {
      lock.unlock();
    }
  }
}
