package dev.postern.attestation.cbor;

import java.util.Set;

/**
 * Bounds on one CBOR item, checked before the work they bound.
 *
 * @param bytes longest encoding
 * @param depth deepest nesting of arrays, maps and tags; a top-level scalar is depth 0
 * @param entries most entries of one map or elements of one array
 * @param tags the tags that may stand anywhere
 */
public record CborLimits(int bytes, int depth, int entries, Set<Long> tags) {
  /** COSE messages and EAT claims: tags 18 (COSE_Sign1), 61 (CWT), 399 (CCA). */
  public static final CborLimits EVIDENCE =
      new CborLimits(64 * 1024, 16, 256, Set.of(18L, 61L, 399L));

  public CborLimits {
    tags = Set.copyOf(tags);
    if (bytes < 1 || depth < 0 || entries < 0) {
      throw new IllegalArgumentException("bounds are not negative");
    }
  }
}
