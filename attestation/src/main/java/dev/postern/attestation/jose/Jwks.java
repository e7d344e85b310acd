package dev.postern.attestation.jose;

import java.util.List;
import java.util.Set;

/**
 * One issuer's key set, read.
 *
 * @param keys usable keys
 * @param revokedKids names of keys that the set marks as withdrawn
 * @param skipped why keys were left out, one sentence each, for the log
 */
public record Jwks(
    String issuer,
    KeyPurpose purpose,
    List<VerificationKey> keys,
    Set<String> revokedKids,
    List<String> skipped) {
  public Jwks {
    keys = List.copyOf(keys);
    revokedKids = Set.copyOf(revokedKids);
    skipped = List.copyOf(skipped);
  }
}
