package dev.postern.gateway.trust;

import dev.postern.attestation.CallerContext;
import dev.postern.attestation.Challenges;
import dev.postern.attestation.KeySets;
import dev.postern.attestation.TokenVerifier;
import dev.postern.attestation.TrustSettings;
import dev.postern.attestation.Verification;
import dev.postern.attestation.jose.Jwks;
import dev.postern.attestation.jose.KeyPurpose;
import dev.postern.attestation.jose.VerificationKey;
import dev.postern.config.TrustOnly;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Whom the gateway believes now. Verifies tokens with the keys in force; {@link #refresh} keeps
 * them current and is called by one thread, everything else by any.
 */
public final class TrustKeeper {
  private final TrustSettings settings;
  private final List<KeySetRefresh> sets;
  private final Map<SetName, KeySetRefresh> byName = new HashMap<>();
  private final KeySets keys = this::find;
  private final Challenges challenges;
  private final TokenVerifier verifier;

  private record SetName(String issuer, KeyPurpose purpose) {}

  /**
   * @param challenges of this gateway: an attestation over one of them is fresh
   */
  public TrustKeeper(
      TrustOnly trust,
      Challenges challenges,
      KeySetFetch fetch,
      InstantSource clock,
      LongSupplier ticker) {
    this.settings = trust.settings();
    this.challenges = challenges;
    var refreshed = new ArrayList<KeySetRefresh>();
    for (var issuer : trust.trust().issuers()) {
      refreshed.add(
          new KeySetRefresh(
              issuer.iss(), KeyPurpose.TOKEN, issuer.jwks(), issuer.algorithms(), fetch, ticker));
    }
    for (var verifier : trust.trust().verifiers()) {
      refreshed.add(
          new KeySetRefresh(
              verifier.iss(),
              KeyPurpose.ATTESTATION,
              verifier.jwks(),
              verifier.algorithms(),
              fetch,
              ticker));
    }
    this.sets = List.copyOf(refreshed);
    for (KeySetRefresh set : sets) {
      byName.put(new SetName(set.issuer(), set.purpose()), set);
    }
    this.verifier = new TokenVerifier(settings, keys, clock, challenges);
  }

  public TrustSettings settings() {
    return settings;
  }

  /** Steps 1 to 13 of the fixed order of checks. */
  public Verification verify(String token, CallerContext caller) {
    return verifier.verify(token, caller);
  }

  /** The same with the keys of now and the clock of then: what has become of a live session. */
  public Verification verifyAsOf(Instant then, String token, CallerContext caller) {
    return new TokenVerifier(settings, keys, () -> then, challenges.asOf(then))
        .verify(token, caller);
  }

  /** Reads again the sets that are due; true if another set than before is in force. */
  public boolean refresh() throws InterruptedException {
    boolean changed = false;
    for (KeySetRefresh set : sets) {
      changed |= set.refreshIfDue();
    }
    return changed;
  }

  private KeySets.Lookup find(String issuer, String kid, KeyPurpose purpose) {
    KeySetRefresh set = byName.get(new SetName(issuer, purpose));
    if (set == null) {
      return KeySets.UNKNOWN;
    }
    Optional<Jwks> current = set.current();
    if (current.isEmpty()) {
      return KeySets.UNAVAILABLE;
    }
    if (current.get().revokedKids().contains(kid)) {
      return KeySets.REVOKED;
    }
    for (VerificationKey key : current.get().keys()) {
      if (key.kid().equals(kid)) {
        return new KeySets.Lookup.Found(key);
      }
    }
    return KeySets.UNKNOWN;
  }
}
