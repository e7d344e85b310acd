package dev.postern.gateway.trust;

import dev.postern.attestation.CallerContext;
import dev.postern.attestation.Challenges;
import dev.postern.attestation.KeySets;
import dev.postern.attestation.TokenVerifier;
import dev.postern.attestation.TrustSettings;
import dev.postern.attestation.Verification;
import dev.postern.attestation.evidence.Pins;
import dev.postern.attestation.jose.Algorithm;
import dev.postern.attestation.jose.Jwks;
import dev.postern.attestation.jose.KeyPurpose;
import dev.postern.attestation.jose.VerificationKey;
import dev.postern.config.HardwareTrust;
import dev.postern.config.PosternConfig.KeySource;
import dev.postern.config.TrustOnly;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whom the gateway believes now. Verifies tokens with the keys in force; {@link #refresh} keeps
 * them current and, with {@link #use}, is called by one thread, everything else by any.
 */
public final class TrustKeeper {
  private static final Logger log = LoggerFactory.getLogger(TrustKeeper.class);
  private static final Duration ANY_LIFETIME = Duration.ofDays(3650);

  private final Pins roots;
  private final Challenges challenges;
  private final Supplier<Optional<Duration>> tokenLifetimeCap;
  private final KeySetFetch fetch;
  private final InstantSource clock;
  private final LongSupplier ticker;
  private volatile InForce inForce;
  private String unusable = ""; // the complaint last logged; of the refreshing thread only

  /** One key set by what it is for and where it comes from: a change of any makes it another. */
  private record SetName(
      String issuer, KeyPurpose purpose, KeySource source, Set<Algorithm> algorithms) {}

  /** Settings with their key sets and what verifies by them, exchanged as a whole. */
  private final class InForce {
    final TrustOnly trust;
    final TrustSettings settings;
    final Map<SetName, KeySetRefresh> sets;
    final HardwareTrust hardware;
    final TokenVerifier verifier;

    InForce(TrustOnly trust, Map<SetName, KeySetRefresh> sets, HardwareTrust hardware) {
      this.trust = trust;
      this.settings = settingsOf(trust);
      this.sets = Map.copyOf(sets);
      this.hardware = hardware;
      this.verifier =
          new TokenVerifier(
              settings, this::find, clock, challenges, hardware.verifiers(Optional.of(challenges)));
    }

    KeySets.Lookup find(String issuer, String kid, KeyPurpose purpose) {
      for (KeySetRefresh set : sets.values()) {
        if (set.issuer().equals(issuer) && set.purpose() == purpose) {
          return set.current().map(keys -> find(keys, kid)).orElse(KeySets.UNAVAILABLE);
        }
      }
      return KeySets.UNKNOWN;
    }

    boolean hasKeys(KeyPurpose purpose) {
      return sets.keySet().stream().noneMatch(name -> name.purpose() == purpose)
          || sets.values().stream()
              .anyMatch(set -> set.purpose() == purpose && set.current().isPresent());
    }

    private static KeySets.Lookup find(Jwks keys, String kid) {
      if (keys.revokedKids().contains(kid)) {
        return KeySets.REVOKED;
      }
      for (VerificationKey key : keys.keys()) {
        if (key.kid().equals(kid)) {
          return new KeySets.Lookup.Found(key);
        }
      }
      return KeySets.UNKNOWN;
    }
  }

  /**
   * @param roots the hardware vendors' root keys
   * @param challenges of this gateway: an attestation over one of them is fresh
   * @param tokenLifetimeCap what policy caps lifetimes at, which counts where the configuration
   *     sets no bound of its own
   * @throws IOException if a file of {@code trust.hardware} cannot be used
   */
  public TrustKeeper(
      TrustOnly trust,
      Pins roots,
      Challenges challenges,
      Supplier<Optional<Duration>> tokenLifetimeCap,
      KeySetFetch fetch,
      InstantSource clock,
      LongSupplier ticker)
      throws IOException {
    this.roots = roots;
    this.challenges = challenges;
    this.tokenLifetimeCap = tokenLifetimeCap;
    this.fetch = fetch;
    this.clock = clock;
    this.ticker = ticker;
    this.inForce = new InForce(trust, setsOf(trust, Map.of()), hardwareOf(trust));
  }

  public TrustSettings settings() {
    return inForce.settings;
  }

  /** Whether some key of an issuer, and of a Verifier, can be had, where any are configured. */
  public boolean hasKeys() {
    return inForce.hasKeys(KeyPurpose.TOKEN) && inForce.hasKeys(KeyPurpose.ATTESTATION);
  }

  /** Steps 1 to 13 of the fixed order of checks. */
  public Verification verify(String token, CallerContext caller) {
    return inForce.verifier.verify(token, caller);
  }

  /** The same with the keys of now and the clock of then: what has become of a live session. */
  public Verification verifyAsOf(Instant then, String token, CallerContext caller) {
    InForce now = inForce;
    // a lifetime that was admitted stands, whatever policy caps lifetimes at since
    Challenges live = challenges.asOf(then);
    return new TokenVerifier(
            now.settings.withMaxTokenLifetime(ANY_LIFETIME),
            now::find,
            () -> then,
            live,
            now.hardware.verifiers(Optional.of(live)))
        .verify(token, caller);
  }

  /**
   * Believes other people from now on; key sets that stay keep the keys they have.
   *
   * @throws IOException if a file of {@code trust.hardware} cannot be used; nothing has changed
   *     then
   */
  public void use(TrustOnly trust) throws IOException {
    inForce = new InForce(trust, setsOf(trust, inForce.sets), hardwareOf(trust));
  }

  private HardwareTrust hardwareOf(TrustOnly trust) throws IOException {
    return HardwareTrust.read(trust.trust().hardware(), roots);
  }

  /** Reads again what is due; true if another set of keys than before is in force. */
  public boolean refresh() throws InterruptedException {
    boolean changed = false;
    for (KeySetRefresh set : inForce.sets.values()) {
      changed |= set.refreshIfDue();
    }
    followCap();
    return refreshHardware() || changed;
  }

  private boolean refreshHardware() {
    InForce now = inForce;
    if (now.hardware.isCurrent()) {
      return false;
    }
    try {
      inForce = new InForce(now.trust, now.sets, hardwareOf(now.trust));
      log.info("certificates, collateral and enrolments of trust.hardware were read again");
      unusable = "";
      return true;
    } catch (IOException cannotBeUsed) {
      String complaint = String.valueOf(cannotBeUsed.getMessage());
      if (!unusable.equals(complaint)) {
        unusable = complaint;
        log.warn("trust.hardware cannot be read again, what was read stands cause={}", complaint);
      }
      return false;
    }
  }

  /** Takes the bound on lifetimes from the policy set in force. */
  public void followCap() {
    InForce now = inForce;
    if (!settingsOf(now.trust).equals(now.settings)) {
      inForce = new InForce(now.trust, now.sets, now.hardware);
    }
  }

  private TrustSettings settingsOf(TrustOnly trust) {
    TrustSettings settings = trust.settings();
    return trust
        .trust()
        .maxTokenLifetime()
        .or(tokenLifetimeCap)
        .map(settings::withMaxTokenLifetime)
        .orElse(settings);
  }

  private Map<SetName, KeySetRefresh> setsOf(TrustOnly trust, Map<SetName, KeySetRefresh> known) {
    var sets = new HashMap<SetName, KeySetRefresh>();
    for (SetName name : names(trust)) {
      KeySetRefresh before = known.get(name);
      sets.put(
          name,
          before != null
              ? before
              : new KeySetRefresh(
                  name.issuer(), name.purpose(), name.source(), name.algorithms(), fetch, ticker));
    }
    return sets;
  }

  private static List<SetName> names(TrustOnly trust) {
    var issuers =
        trust.trust().issuers().stream()
            .map(
                issuer ->
                    new SetName(
                        issuer.iss(), KeyPurpose.TOKEN, issuer.jwks(), issuer.keyAlgorithms()));
    var verifiers =
        trust.trust().verifiers().stream()
            .map(
                verifier ->
                    new SetName(
                        verifier.iss(),
                        KeyPurpose.ATTESTATION,
                        verifier.jwks(),
                        verifier.algorithms()));
    return Stream.concat(issuers, verifiers).toList();
  }
}
