package dev.postern.gateway.admission;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * How many attempts of one address may fail in a minute, and how many may be undecided at once.
 *
 * <p>A bucket of tokens per address, refilled evenly; a failure takes one. Bounded: beyond {@link
 * #MAX_ADDRESSES} that are not full, all further addresses share one bucket. Safe for use by many
 * threads.
 */
public final class FailureLimiter {
  static final int MAX_ADDRESSES = 65_536;

  /** Attempts of one address that have not proved anything yet. */
  static final int MAX_UNDECIDED_PER_ADDRESS = 64;

  static final int MAX_UNDECIDED = 2048;

  private static final double NANOS_PER_MINUTE = 60e9;
  private static final String SHARED = "";

  private final int perMinute;
  private final LongSupplier ticker;
  private final Map<String, Bucket> buckets = new HashMap<>();
  private int undecided;

  private static final class Bucket {
    private double left;
    private long atNanos;
    private int undecided;

    Bucket(double left, long atNanos) {
      this.left = left;
      this.atNanos = atNanos;
    }
  }

  public FailureLimiter(int perMinute, LongSupplier ticker) {
    this.perMinute = perMinute;
    this.ticker = ticker;
  }

  /** An attempt begins; false if this address, or all together, have too many going or failed. */
  synchronized boolean begin(String address) {
    Bucket bucket = bucket(address);
    if (bucket.left < 1
        || bucket.undecided >= MAX_UNDECIDED_PER_ADDRESS
        || undecided >= MAX_UNDECIDED) {
      return false;
    }
    bucket.undecided++;
    undecided++;
    return true;
  }

  /** An attempt that {@link #begin} let begin is decided, or at least proved. */
  synchronized void decided(String address) {
    Bucket bucket = bucket(address);
    bucket.undecided = Math.max(0, bucket.undecided - 1);
    undecided = Math.max(0, undecided - 1);
  }

  /** An attempt failed; false if it is one too many for an entry of its own in the record. */
  synchronized boolean failed(String address) {
    Bucket bucket = bucket(address);
    boolean within = bucket.left >= 1;
    bucket.left = Math.max(0, bucket.left - 1);
    return within;
  }

  private Bucket bucket(String address) {
    long now = ticker.getAsLong();
    Bucket bucket = buckets.get(address);
    if (bucket == null) {
      if (buckets.size() >= MAX_ADDRESSES) {
        forgetFull(now);
      }
      String key = buckets.size() >= MAX_ADDRESSES ? SHARED : address;
      bucket = buckets.computeIfAbsent(key, name -> new Bucket(perMinute, now));
    }
    refill(bucket, now);
    return bucket;
  }

  private void forgetFull(long now) {
    for (Iterator<Bucket> all = buckets.values().iterator(); all.hasNext(); ) {
      Bucket bucket = all.next();
      refill(bucket, now);
      if (bucket.left >= perMinute && bucket.undecided == 0) {
        all.remove();
      }
    }
  }

  private void refill(Bucket bucket, long now) {
    double gained = (now - bucket.atNanos) / NANOS_PER_MINUTE * perMinute;
    bucket.left = Math.min(perMinute, bucket.left + Math.max(0, gained));
    bucket.atNanos = now;
  }
}
