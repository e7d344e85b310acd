package dev.postern.audit;

import dev.postern.audit.AppendQueue.Batch;
import dev.postern.audit.AppendQueue.Job;
import dev.postern.audit.AuditLog.Status;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes a log's files, whoever has the turn: one at a time. That one takes all entries that wait,
 * makes them durable with one synced write ({@link DurableQueue}) and answers. A caller takes the
 * turn where it is free and all is well ({@link #writeNow}), which spares the way to another thread
 * and back; else the log's own thread does. That one alone brings what is durable under a signed
 * checkpoint ({@link Publisher}): at the latest {@link Pace#publish} after it became durable, as
 * long as the disk lets it.
 *
 * <p>After a failed write nothing is appended until a new segment could be made, tried again every
 * {@link Pace#retry}: entries that a caller waits for are refused meanwhile, others wait.
 */
final class LogWriter implements Runnable {
  /**
   * How long things wait.
   *
   * @param publish entries that are durable, for a checkpoint
   * @param retry a disk that does not work, for the next try
   */
  record Pace(Duration publish, Duration retry) {}

  static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(5);
  private static final Duration IDLE = Duration.ofHours(1);

  /** Unpublished entries that are many enough not to wait for the interval. */
  private static final int PUBLISH_AT_ENTRIES = 1024;

  private static final System.Logger LOG = System.getLogger("dev.postern.audit");

  private final AppendQueue queue;
  private final Losses losses;
  private final Publisher publisher;
  private final DurableQueue durable;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private final Pace pace;
  private final ReentrantLock turn = new ReentrantLock();

  // What follows, and the files, belong to who has the turn.

  /** The latest time an entry was written at; what the clock says may be earlier. */
  private Instant latest;

  private long publishDue;
  private boolean publishPending;
  private long renewNotBefore;
  private List<Job> taken = List.of();
  private @Nullable String appendTrouble;
  private @Nullable String publishTrouble;
  private volatile Status status = new Status(0, 0, 0, Optional.empty(), Optional.empty());

  LogWriter(
      AppendQueue queue,
      Losses losses,
      Publisher publisher,
      DurableQueue durable,
      Instant latest,
      InstantSource clock,
      LongSupplier nanos,
      Pace pace) {
    this.queue = queue;
    this.losses = losses;
    this.publisher = publisher;
    this.durable = durable;
    this.latest = latest;
    this.clock = clock;
    this.nanos = nanos;
    this.pace = pace;
    this.publishDue = nanos.getAsLong();
    this.publishPending = !durable.isEmpty();
    this.renewNotBefore = nanos.getAsLong();
    updateStatus();
  }

  /** How the log does; losses as they are now. */
  Status status() {
    Status now = status;
    return new Status(now.size(), now.published(), losses.count(), now.trouble(), now.since());
  }

  /**
   * Writes until the queue is closed and empty. The turn is kept while there are jobs, and let go
   * to wait for more.
   */
  @Override
  public void run() {
    turn.lock();
    try {
      while (!queue.isDone()) {
        boolean blocked = blocked();
        long patience = patience(blocked);
        turn.unlock();
        boolean timeOver;
        try {
          timeOver = queue.await(patience, blocked);
        } finally {
          turn.lock();
        }
        round(queue.take(blocked() && !timeOver));
      }
      publish();
    } catch (RuntimeException | Error e) {
      failed(e);
    } finally {
      giveUp(taken);
      giveUp(queue.drain());
      updateStatus();
      durable.close();
      turn.unlock();
    }
  }

  private void round(Batch batch) {
    taken = batch.jobs();
    if (batch.turnedAway()) {
      answer(List.of(), 0, taken);
    } else {
      write(taken);
    }
    taken = List.of();
    publishIfDue();
    updateStatus();
  }

  /**
   * Writes what waits, on the caller's thread, if nobody is at it, the disk works and there is
   * nothing to do but one write. Whatever else there is, the log's thread is told of it.
   *
   * <p>A caller whose thread is interrupted does no harm: {@link Disk.Region} takes no notice.
   *
   * @param job already in the queue
   */
  void writeNow(Job job) {
    if (!turn.tryLock()) {
      queue.nudge(); // who has it now may have taken its jobs before this one came
      return;
    }
    boolean more;
    try {
      boolean pendingBefore = publishPending;
      if (!blocked() && durable.ready() && durable.room(false) >= 2 * AppendQueue.MAX_BATCH_BYTES) {
        taken = queue.takeEntries();
        write(taken);
        taken = List.of();
      }
      more = publishPending != pendingBefore || durable.count() >= PUBLISH_AT_ENTRIES;
    } catch (RuntimeException | Error e) {
      failed(e);
      giveUp(taken);
      taken = List.of();
      queue.close();
      more = true;
    } finally {
      turn.unlock();
    }
    if (more || !job.done.isDone()) {
      queue.nudge();
    }
  }

  private void failed(Throwable e) {
    appendTrouble = "the audit log's writer failed: " + e;
    LOG.log(Level.ERROR, "the audit log's writer failed", e);
  }

  /** How long there is nothing to do without a job. */
  private long patience(boolean blocked) {
    long now = nanos.getAsLong();
    if (blocked) {
      return Math.min(pace.retry().toNanos(), renewNotBefore - now);
    }
    return publishPending ? publishDue - now : IDLE.toNanos();
  }

  /** Whether the last write failed and nothing has been written since. */
  private boolean blocked() {
    return appendTrouble != null;
  }

  private void write(List<Job> batch) {
    if (batch.isEmpty() && !blocked()) {
      return;
    }
    Instant now = clock.instant();
    boolean back = now.isBefore(latest.minus(CLOCK_TOLERANCE));
    Optional<Losses.Gap> gap = losses.gap();
    List<byte[]> entries = notices(back, gap, now);
    long bytes = entries.stream().mapToLong(e -> e.length + Wal.OVERHEAD_BYTES).sum();
    boolean roomy = makeRoom(bytes + batch.stream().mapToLong(Job::bytes).sum());
    if (!durable.ready() || bytes > durable.room(true)) {
      entries.clear();
      back = false;
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
        latest = back || now.isAfter(latest) ? now : latest;
        gap.ifPresent(losses::told);
        if (!publishPending) {
          publishPending = true;
          publishDue = nanos.getAsLong() + pace.publish().toNanos();
        }
      } catch (IOException e) {
        roomy = false;
        trouble(describe(e));
        refused.addAll(0, written);
        written.clear();
      }
    }
    if (!refused.isEmpty() && appendTrouble == null) {
      trouble("the disk is full or takes no checkpoint; the rest is kept for ends and clean-ups");
      renewNotBefore = nanos.getAsLong() + pace.retry().toNanos();
    } else if (roomy && refused.isEmpty()) {
      appendTrouble = null;
    }
    answer(written, first, refused);
    batch.stream().filter(job -> job.entry == null).forEach(this::flushed);
  }

  /**
   * Sees to it that so many bytes fit without the reserve, with a new segment if need be; what is
   * durable is published first, so that little is carried over. False if that does not work now.
   */
  private boolean makeRoom(long bytes) {
    long needed = blocked() ? Math.max(bytes, AppendQueue.MAX_BATCH_BYTES) : bytes;
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
      renewNotBefore = nanos.getAsLong() + pace.retry().toNanos();
      return false;
    }
  }

  /** Tells callers what became of their entries; the status they may ask for is set before. */
  private void answer(List<Job> written, long first, List<Job> refused) {
    updateStatus();
    for (int i = 0; i < written.size(); i++) {
      queue.release(written.get(i));
      written.get(i).done.complete(first + i);
    }
    List<Job> eventual = refused.stream().filter(job -> job.eventual).toList();
    if (!queue.putBack(eventual)) {
      // The disk does not work and the gateway stops: only its own log can tell how many went.
      giveUp(eventual);
    }
    var why = new IOException(String.valueOf(appendTrouble));
    refused.stream()
        .filter(job -> !job.eventual)
        .forEach(job -> job.done.completeExceptionally(why));
  }

  /** Entries of the log's own that must stand before the next: of a clock gone back, of a gap. */
  private List<byte[]> notices(boolean back, Optional<Losses.Gap> gap, Instant now) {
    var notices = new ArrayList<byte[]>();
    if (back) {
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
            || (publishTrouble == null && durable.count() >= PUBLISH_AT_ENTRIES))) {
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
      if (publishTrouble == null) {
        LOG.log(Level.ERROR, "no checkpoint can be written: {0}", describe(e));
      }
      publishTrouble = "no checkpoint can be written: " + describe(e);
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

  /** Nobody will try again with these; what was answered already stays as it was. */
  private void giveUp(List<Job> jobs) {
    for (Job job : jobs) {
      if (!job.eventual) {
        job.done.completeExceptionally(new IOException("the audit log is closed"));
      } else if (!job.done.isDone()) {
        queue.release(job);
        job.done.cancel(false);
        losses.add(clock.instant());
      }
    }
  }

  private void updateStatus() {
    String trouble = appendTrouble != null ? appendTrouble : publishTrouble;
    Optional<Instant> since =
        trouble == null ? Optional.empty() : Optional.of(status.since().orElseGet(clock::instant));
    status =
        new Status(
            durable.next(), publisher.size(), losses.count(), Optional.ofNullable(trouble), since);
  }
}
