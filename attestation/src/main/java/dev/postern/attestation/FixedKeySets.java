package dev.postern.attestation;

import dev.postern.attestation.jose.Jwks;
import dev.postern.attestation.jose.KeyPurpose;
import dev.postern.attestation.jose.VerificationKey;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Key sets that do not change: one reading of the configured files, or one refresh's worth. */
public final class FixedKeySets implements KeySets {
  private record Name(String issuer, String kid, KeyPurpose purpose) {}

  private final Map<Name, Lookup> keys = new HashMap<>();

  private FixedKeySets() {}

  public static FixedKeySets of(Collection<Jwks> sets) {
    var fixed = new FixedKeySets();
    for (Jwks set : sets) {
      set.keys().forEach(fixed::add);
      for (String kid : set.revokedKids()) {
        fixed.keys.put(new Name(set.issuer(), kid, set.purpose()), REVOKED);
      }
    }
    return fixed;
  }

  public static FixedKeySets ofKeys(VerificationKey... keys) {
    var fixed = new FixedKeySets();
    List.of(keys).forEach(fixed::add);
    return fixed;
  }

  @Override
  public Lookup find(String issuer, String kid, KeyPurpose purpose) {
    return keys.getOrDefault(new Name(issuer, kid, purpose), UNKNOWN);
  }

  private void add(VerificationKey key) {
    keys.putIfAbsent(new Name(key.issuer(), key.kid(), key.purpose()), new Lookup.Found(key));
  }
}
