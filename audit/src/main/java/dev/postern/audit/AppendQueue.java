package dev.postern.audit;

import dev.postern.audit.AuditLog.Unavailable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What callers want of the log's writer, bounded. Thread-safe: callers add; whoever has the turn to
 * write takes.
 */
final class AppendQueue {
  /** Bytes of entries nobody waits for that are held while the disk does not work. */
  static final int MAX_HELD_BYTES = 8 * 1024 * 1024;

  static final int MAX_BATCH_BYTES = 512 * 1024;
  private static final int MAX_WAITING = 4096;
  private static final int MAX_BATCH_ENTRIES = 512;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Condition room = lock.newCondition();

  // Guarded by lock.
  private final Deque<Job> jobs = new ArrayDeque<>();
  private int waiting;
  private int calls;
  private boolean nudged;
  private long heldBytes;
  private boolean closing;

  /** Something handed to the writer. Without an entry it is a call to publish what came before. */
  static final class Job {
    final byte @Nullable [] entry;

    /** Nobody waits for it. */
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

  /**
   * What the writer takes at once.
   *
   * @param turnedAway these came while the disk does not work and are to be refused; others, which
   *     nobody waits for, still stand before them
   */
  record Batch(List<Job> jobs, boolean turnedAway) {}

  /**
   * Adds a job that its caller waits for, as soon as there is room. Wakes nobody: the caller writes
   * it itself, or calls {@link #nudge}.
   */
  void hand(Job job, long deadline) throws InterruptedException, Unavailable {
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
      calls += job.entry == null ? 1 : 0;
      jobs.add(job);
    } finally {
      lock.unlock();
    }
  }

  /** Adds an entry that nobody waits for. False if there is no room for it. */
  boolean offer(byte[] entry) {
    var job = new Job(entry, true);
    lock.lock();
    try {
      if (closing || heldBytes + job.bytes() > MAX_HELD_BYTES) {
        return false;
      }
      heldBytes += job.bytes();
      jobs.add(job);
      work.signal();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Has the writer's thread look what there is to do. */
  void nudge() {
    lock.lock();
    try {
      nudged = true;
      work.signal();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until there is something to take, or someone nudges.
   *
   * @param nanos how long
   * @param blocked the disk does not work: only jobs that a caller waits for count
   * @return whether that time is over
   */
  boolean await(long nanos, boolean blocked) {
    lock.lock();
    try {
      long left = nanos;
      while ((blocked ? waiting == 0 : jobs.isEmpty()) && !nudged && !closing && left > 0) {
        try {
          left = work.awaitNanos(left);
        } catch (InterruptedException nobodyInterruptsUs) {
          break;
        }
      }
      nudged = false;
      return left <= 0;
    } finally {
      lock.unlock();
    }
  }

  /**
   * The jobs of the next batch, in order, if there are any.
   *
   * @param blocked the disk does not work, and it is not time to try it again: only jobs that a
   *     caller waits for are taken, to be turned away
   */
  Batch take(boolean blocked) {
    lock.lock();
    try {
      boolean turnedAway = blocked && !closing;
      List<Job> taken = turnedAway ? waitedFor() : next();
      room.signalAll();
      return new Batch(taken, turnedAway);
    } finally {
      lock.unlock();
    }
  }

  /** As {@link #take}, for a caller: nothing while there is a call to publish among the jobs. */
  List<Job> takeEntries() {
    lock.lock();
    try {
      List<Job> taken = calls > 0 ? List.of() : next();
      room.signalAll();
      return taken;
    } finally {
      lock.unlock();
    }
  }

  private List<Job> waitedFor() {
    var taken = new ArrayList<Job>();
    for (Iterator<Job> each = jobs.iterator(); each.hasNext(); ) {
      Job job = each.next();
      if (!job.eventual) {
        each.remove();
        taken.add(job);
      }
    }
    waiting = 0;
    calls = 0;
    return taken;
  }

  private List<Job> next() {
    var taken = new ArrayList<Job>();
    int bytes = 0;
    while (!jobs.isEmpty() && taken.size() < MAX_BATCH_ENTRIES) {
      Job next = jobs.element();
      if (!taken.isEmpty() && bytes + next.bytes() > MAX_BATCH_BYTES) {
        break;
      }
      jobs.remove();
      bytes += next.bytes();
      if (!next.eventual) {
        waiting--;
      }
      taken.add(next);
      if (next.entry == null) {
        calls--;
        break;
      }
    }
    return taken;
  }

  /** Puts entries that nobody waits for back to the front. False if they cannot wait any more. */
  boolean putBack(List<Job> eventual) {
    lock.lock();
    try {
      if (closing) {
        return false;
      }
      eventual.reversed().forEach(jobs::addFirst);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** An entry that nobody waits for is written or given up: what it took is free again. */
  void release(Job job) {
    if (job.eventual) {
      lock.lock();
      try {
        heldBytes -= job.bytes();
      } finally {
        lock.unlock();
      }
    }
  }

  /** Takes no more jobs; those that are there are still handed out. */
  void close() {
    lock.lock();
    try {
      closing = true;
      work.signal();
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean isDone() {
    lock.lock();
    try {
      return closing && jobs.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Closes and hands out all that is left. */
  List<Job> drain() {
    close();
    lock.lock();
    try {
      List<Job> left = List.copyOf(jobs);
      jobs.clear();
      return left;
    } finally {
      lock.unlock();
    }
  }
}
