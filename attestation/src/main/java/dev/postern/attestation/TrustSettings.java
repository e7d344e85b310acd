package dev.postern.attestation;

import dev.postern.attestation.jose.Algorithm;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Whom this gateway believes, and about what. Immutable: a reload makes a new one and a new {@link
 * TokenVerifier}.
 *
 * @param gatewayId what {@code aud} must contain
 * @param issuers issuers of debug tokens, each {@code iss} once
 * @param verifiers Verifiers of Attestation Results, each {@code iss} once
 * @param allowSimulated whether results of software Verifiers are looked at at all
 * @param skew how far clocks may differ
 * @param maxTokenLifetime hard bound on {@code exp - iat} and {@code exp - now}; policy may ask for
 *     less
 */
public record TrustSettings(
    String gatewayId,
    List<Issuer> issuers,
    List<Verifier> verifiers,
    boolean allowSimulated,
    Duration skew,
    Duration maxTokenLifetime) {
  public static final Duration DEFAULT_SKEW = Duration.ofSeconds(30);
  public static final Duration DEFAULT_MAX_TOKEN_LIFETIME = Duration.ofMinutes(15);
  public static final Duration DEFAULT_MAX_ID_TOKEN_AGE = Duration.ofHours(1);
  public static final Duration DEFAULT_MAX_RESULT_AGE = Duration.ofMinutes(5);

  public TrustSettings {
    issuers = List.copyOf(issuers);
    verifiers = List.copyOf(verifiers);
    if (gatewayId.isEmpty()) {
      throw new IllegalArgumentException("the gateway needs an id");
    }
    if (skew.isNegative() || skew.compareTo(Duration.ofMinutes(5)) > 0) {
      throw new IllegalArgumentException("skew must be between 0 and 5 minutes");
    }
    if (!maxTokenLifetime.isPositive()) {
      throw new IllegalArgumentException("maxTokenLifetime must be positive");
    }
    requireDistinct(issuers.stream().map(Issuer::iss).toList());
    requireDistinct(verifiers.stream().map(Verifier::iss).toList());
  }

  /** Settings with the defaults of design §12 and nobody trusted. */
  public static Builder forGateway(String gatewayId) {
    return new Builder(gatewayId);
  }

  /** These with another hard bound on lifetimes. */
  public TrustSettings withMaxTokenLifetime(Duration bound) {
    return new TrustSettings(gatewayId, issuers, verifiers, allowSimulated, skew, bound);
  }

  /** The issuer of exactly this name. */
  public Optional<Issuer> issuer(String iss) {
    return issuers.stream().filter(issuer -> issuer.iss().equals(iss)).findFirst();
  }

  /** The Verifier of exactly this name. */
  public Optional<Verifier> verifier(String iss) {
    return verifiers.stream().filter(verifier -> verifier.iss().equals(iss)).findFirst();
  }

  private static void requireDistinct(List<String> names) {
    if (Set.copyOf(names).size() != names.size()) {
      throw new IllegalArgumentException("an `iss` is configured twice");
    }
  }

  /**
   * An issuer of debug tokens.
   *
   * @param algorithms what its tokens may be signed with
   * @param acceptTypJwt whether {@code typ: JWT} is taken besides {@code debug+jwt}
   * @param idTokens what its ID tokens have to be like
   */
  public record Issuer(
      String iss, Set<Algorithm> algorithms, boolean acceptTypJwt, IdTokens idTokens) {
    public Issuer {
      algorithms = Set.copyOf(algorithms);
    }

    /** An issuer whose ID tokens are for the gateway, signed as its debug tokens are. */
    public Issuer(String iss, Set<Algorithm> algorithms, boolean acceptTypJwt) {
      this(
          iss,
          algorithms,
          acceptTypJwt,
          new IdTokens(Optional.empty(), algorithms, DEFAULT_MAX_ID_TOKEN_AGE, "groups"));
    }

    public Issuer(String iss, Set<Algorithm> algorithms) {
      this(iss, algorithms, false);
    }
  }

  /**
   * The OIDC ID tokens of an issuer, which may name the person behind a self-attested machine.
   *
   * @param audience the client id that {@code aud} must name; absent: the gateway's id
   * @param algorithms what they may be signed with; empty: none are taken
   * @param maxAge oldest {@code iat}, whatever the {@code exp}
   * @param groupsClaim the claim that lists the person's groups
   */
  public record IdTokens(
      Optional<String> audience, Set<Algorithm> algorithms, Duration maxAge, String groupsClaim) {
    public IdTokens {
      algorithms = Set.copyOf(algorithms);
      if (!maxAge.isPositive()) {
        throw new IllegalArgumentException("maxAge must be positive");
      }
    }
  }

  /** What a Verifier's results look like and what is asked of them. */
  public enum Profile {
    EAT("eat"),
    EAR("ear"),
    SIMULATED("simulated");

    private final String wireName;

    Profile(String wireName) {
      this.wireName = wireName;
    }

    /** The name that configuration and policy use. */
    public String wireName() {
      return wireName;
    }

    public static Optional<Profile> ofWireName(String name) {
      for (Profile profile : values()) {
        if (profile.wireName.equals(name)) {
          return Optional.of(profile);
        }
      }
      return Optional.empty();
    }
  }

  /** What a result's {@code aud} has to be. */
  public sealed interface Audience {
    /** This gateway's id if there is one; profile {@code eat} must have one. */
    record Gateway() implements Audience {}

    /** Not looked at: a service that sets none, or its own. */
    record Unchecked() implements Audience {}

    /** Must contain exactly this. */
    record Value(String value) implements Audience {}
  }

  /**
   * A Verifier of Attestation Results.
   *
   * @param maxAge oldest {@code iat}, whatever the {@code exp}
   * @param eatProfiles the {@code eat_profile} values taken; empty: any non-empty value for {@link
   *     Profile#EAT} and {@link Profile#SIMULATED}, the known ones for {@link Profile#EAR}
   * @param acceptWarning whether an EAR status {@code warning} is taken besides {@code affirming}
   */
  public record Verifier(
      String iss,
      Profile profile,
      Set<Algorithm> algorithms,
      Duration maxAge,
      Audience audience,
      Set<String> eatProfiles,
      boolean acceptWarning) {
    public Verifier {
      algorithms = Set.copyOf(algorithms);
      eatProfiles = Set.copyOf(eatProfiles);
      if (!maxAge.isPositive()) {
        throw new IllegalArgumentException("maxAge must be positive");
      }
    }

    /** A Verifier with the defaults of design §12. */
    public Verifier(String iss, Profile profile, Set<Algorithm> algorithms) {
      this(
          iss,
          profile,
          algorithms,
          DEFAULT_MAX_RESULT_AGE,
          new Audience.Gateway(),
          Set.of(),
          false);
    }
  }

  /** Collects settings; last value given wins. */
  public static final class Builder {
    private final String gatewayId;
    private final Map<String, Issuer> issuers = new LinkedHashMap<>();
    private final Map<String, Verifier> verifiers = new LinkedHashMap<>();
    private boolean allowSimulated;
    private Duration skew = DEFAULT_SKEW;
    private Duration maxTokenLifetime = DEFAULT_MAX_TOKEN_LIFETIME;

    private Builder(String gatewayId) {
      this.gatewayId = gatewayId;
    }

    public Builder issuer(Issuer issuer) {
      issuers.put(issuer.iss(), issuer);
      return this;
    }

    public Builder verifier(Verifier verifier) {
      verifiers.put(verifier.iss(), verifier);
      return this;
    }

    public Builder allowSimulated(boolean allow) {
      this.allowSimulated = allow;
      return this;
    }

    public Builder skew(Duration skew) {
      this.skew = skew;
      return this;
    }

    public Builder maxTokenLifetime(Duration lifetime) {
      this.maxTokenLifetime = lifetime;
      return this;
    }

    public TrustSettings build() {
      return new TrustSettings(
          gatewayId,
          List.copyOf(issuers.values()),
          List.copyOf(verifiers.values()),
          allowSimulated,
          skew,
          maxTokenLifetime);
    }
  }
}
