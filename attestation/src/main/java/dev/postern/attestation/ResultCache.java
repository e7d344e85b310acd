package dev.postern.attestation;

import dev.postern.attestation.jose.VerificationKey;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Results whose signature and claims held, by their exact text.
 *
 * <p>Only results that a trusted Verifier signed get in, so a caller cannot fill it. Two
 * generations bound it: when the young one is full it becomes the old one, and the old one is
 * forgotten. Safe for use by many threads.
 */
final class ResultCache {
  /**
   * What was found in one result. Times, binding and the key's standing are checked at every use.
   *
   * @param key the key that had signed
   */
  record Entry(VerificationKey key, ResultEnvelope envelope, AttestationFacts facts) {}

  private static final int GENERATION_ENTRIES = 1024;
  private static final int MAX_CHARS = 8 * 1024;

  private volatile ConcurrentHashMap<String, Entry> young = new ConcurrentHashMap<>();
  private volatile ConcurrentHashMap<String, Entry> old = new ConcurrentHashMap<>();

  Optional<Entry> get(String result) {
    Entry entry = young.get(result);
    if (entry == null) {
      entry = old.get(result);
      if (entry != null) {
        put(result, entry);
      }
    }
    return Optional.ofNullable(entry);
  }

  void put(String result, Entry entry) {
    if (result.length() > MAX_CHARS) {
      return;
    }
    if (young.size() >= GENERATION_ENTRIES) {
      turn();
    }
    young.put(result, entry);
  }

  private synchronized void turn() {
    if (young.size() >= GENERATION_ENTRIES) {
      old = young;
      young = new ConcurrentHashMap<>();
    }
  }
}
