package dev.postern.attestation.x509;

import dev.postern.attestation.evidence.Octets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What has been verified already, by the digest of everything that went into it; the least recently
 * used goes first. Only successes belong here. Safe for use by many threads.
 */
public final class Remembered<V> {
  private final Map<Octets, V> entries;

  /**
   * @param limit most entries held
   */
  public Remembered(int limit) {
    this.entries =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<Octets, V> eldest) {
            return size() > limit;
          }
        };
  }

  public @Nullable V get(Octets key) {
    synchronized (entries) {
      return entries.get(key);
    }
  }

  public void put(Octets key, V value) {
    synchronized (entries) {
      entries.put(key, value);
    }
  }
}
