package dev.postern.gateway.trust;

import dev.postern.attestation.jose.Algorithm;
import dev.postern.attestation.jose.JwkException;
import dev.postern.attestation.jose.Jwks;
import dev.postern.attestation.jose.JwksReader;
import dev.postern.attestation.jose.KeyPurpose;
import dev.postern.config.PosternConfig.KeySource;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One issuer's key set and when to read it again. Used by one thread, but for {@link #current},
 * which any may call.
 */
final class KeySetRefresh {
  private static final Logger log = LoggerFactory.getLogger(KeySetRefresh.class);

  /** A file is looked at so often: a withdrawn key must stop counting soon. */
  static final Duration FILE_INTERVAL = Duration.ofMillis(500);

  static final Duration HTTPS_INTERVAL = Duration.ofMinutes(5);
  static final Duration FIRST_RETRY = Duration.ofSeconds(2);

  /** How long a set counts that cannot be read any more. */
  static final Duration MAX_STALENESS = Duration.ofHours(24);

  private final String issuer;
  private final KeyPurpose purpose;
  private final KeySource source;
  private final Set<Algorithm> algorithms;
  private final KeySetFetch fetch;
  private final LongSupplier ticker;

  private byte @Nullable [] lastBytes;
  private volatile @Nullable Jwks last;
  private volatile long lastReadNanos;
  private long nextNanos;
  private int failures;
  private boolean scheduled;

  KeySetRefresh(
      String issuer,
      KeyPurpose purpose,
      KeySource source,
      Set<Algorithm> algorithms,
      KeySetFetch fetch,
      LongSupplier ticker) {
    this.issuer = issuer;
    this.purpose = purpose;
    this.source = source;
    this.algorithms = algorithms;
    this.fetch = fetch;
    this.ticker = ticker;
  }

  String issuer() {
    return issuer;
  }

  KeyPurpose purpose() {
    return purpose;
  }

  /** The set in force; empty if none was ever read, or the last one is too old to count. */
  Optional<Jwks> current() {
    Jwks set = last;
    boolean fresh = ticker.getAsLong() - lastReadNanos < MAX_STALENESS.toNanos();
    return set != null && fresh ? Optional.of(set) : Optional.empty();
  }

  /** Reads the set if it is time to; true if another set is in force now. */
  boolean refreshIfDue() throws InterruptedException {
    long now = ticker.getAsLong();
    if (scheduled && now - nextNanos < 0) {
      return false;
    }
    scheduled = true;
    try {
      byte[] bytes = fetch.fetch(source);
      boolean changed = !Arrays.equals(bytes, lastBytes);
      if (changed) {
        last = JwksReader.read(bytes, issuer, purpose, algorithms);
        lastBytes = bytes;
        log.info("key set loaded issuer={} purpose={}", issuer, purpose);
      }
      failures = 0;
      lastReadNanos = ticker.getAsLong();
      nextNanos = lastReadNanos + interval().toNanos();
      return changed;
    } catch (IOException | JwkException e) {
      failures++;
      nextNanos = now + backoff().toNanos();
      if (failures == 1 || failures % 60 == 0) {
        log.warn(
            "key set cannot be read, the last good one stays issuer={} purpose={} failures={}"
                + " cause={}",
            issuer,
            purpose,
            failures,
            e.toString());
      }
      return false;
    }
  }

  private Duration interval() {
    return source instanceof KeySource.File ? FILE_INTERVAL : HTTPS_INTERVAL;
  }

  private Duration backoff() {
    Duration doubled = FIRST_RETRY.multipliedBy(1L << Math.min(failures - 1, 7));
    return doubled.compareTo(HTTPS_INTERVAL) < 0 && source instanceof KeySource.Https
        ? doubled
        : interval();
  }
}
