package dev.postern.config;

import dev.postern.attestation.TrustSettings;
import dev.postern.attestation.jose.Algorithm;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * {@code postern.yaml}: names of components are the names of fields, defaults are filled in, paths
 * are absolute.
 */
public record PosternConfig(
    Gateway gateway,
    Tls tls,
    Trust trust,
    List<Path> policies,
    Optional<PolicyBundleFile> policyBundle,
    List<Target> targets,
    List<Admin> admins,
    Limits limits,
    State state,
    Audit audit) {
  public PosternConfig {
    policies = List.copyOf(policies);
    targets = List.copyOf(targets);
    admins = List.copyOf(admins);
  }

  /**
   * Who this gateway is and where it listens.
   *
   * @param id what tokens name as their audience
   * @param replica this replica's name
   */
  public record Gateway(
      String id,
      String replica,
      Listener listen,
      Optional<Listener> admin,
      Optional<Listener> metrics,
      Path dataDir) {}

  /** A host and port to listen on; port 0 asks the system for a free one. */
  public record Listener(String host, int port) {
    @Override
    public String toString() {
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
  }

  /**
   * The TLS side of the caller-facing listener.
   *
   * @param clientCa certificates that may issue client certificates
   * @param trustedProxies client certificates of proxies whose forwarded headers count
   * @param forwardedCertificateHeader the metadata key such a proxy forwards a certificate in
   * @param frontCertificates leaf certificates of proxies that terminate TLS for this gateway
   */
  public record Tls(
      Path certificate,
      Path key,
      Optional<Path> clientCa,
      List<Path> trustedProxies,
      Optional<String> forwardedCertificateHeader,
      List<Path> frontCertificates) {
    public Tls {
      trustedProxies = List.copyOf(trustedProxies);
      frontCertificates = List.copyOf(frontCertificates);
    }
  }

  /**
   * Whom this gateway believes.
   *
   * @param maxTokenLifetime absent: what policy caps lifetimes at, else the default
   */
  public record Trust(
      boolean allowSimulated,
      Duration clockSkew,
      Optional<Duration> maxTokenLifetime,
      List<Issuer> issuers,
      List<Verifier> verifiers,
      Optional<Hardware> hardware) {
    public Trust {
      issuers = List.copyOf(issuers);
      verifiers = List.copyOf(verifiers);
    }

    /** The settings that a token verifier takes. */
    public TrustSettings settings(String gatewayId) {
      var settings =
          TrustSettings.forGateway(gatewayId).allowSimulated(allowSimulated).skew(clockSkew);
      maxTokenLifetime.ifPresent(settings::maxTokenLifetime);
      issuers.forEach(
          issuer ->
              settings.issuer(
                  new TrustSettings.Issuer(
                      issuer.iss(),
                      issuer.algorithms(),
                      issuer.acceptTypJwt(),
                      issuer.idTokens())));
      verifiers.forEach(
          verifier ->
              settings.verifier(
                  new TrustSettings.Verifier(
                      verifier.iss(),
                      verifier.profile(),
                      verifier.algorithms(),
                      verifier.maxAge(),
                      verifier.audience(),
                      verifier.eatProfiles(),
                      verifier.acceptWarning())));
      return settings.build();
    }
  }

  /** An issuer of debug tokens and where its keys are. */
  public record Issuer(
      String iss,
      KeySource jwks,
      Set<Algorithm> algorithms,
      boolean acceptTypJwt,
      TrustSettings.IdTokens idTokens) {
    public Issuer {
      algorithms = Set.copyOf(algorithms);
    }

    /** Every algorithm that a key of its set may be for. */
    public Set<Algorithm> keyAlgorithms() {
      var all = new HashSet<>(algorithms);
      all.addAll(idTokens.algorithms());
      return Set.copyOf(all);
    }
  }

  /** A Verifier of Attestation Results and where its keys are. */
  public record Verifier(
      String iss,
      KeySource jwks,
      TrustSettings.Profile profile,
      Set<Algorithm> algorithms,
      Duration maxAge,
      TrustSettings.Audience audience,
      Set<String> eatProfiles,
      boolean acceptWarning) {
    public Verifier {
      algorithms = Set.copyOf(algorithms);
      eatProfiles = Set.copyOf(eatProfiles);
    }
  }

  /** Where a key set is. */
  public sealed interface KeySource {
    record File(Path path) implements KeySource {}

    record Https(URI url) implements KeySource {}
  }

  /** Raw hardware Evidence that is taken; an absent family is refused. */
  public record Hardware(
      Optional<SevSnp> sevSnp,
      Optional<Tdx> tdx,
      Optional<Nitro> nitro,
      Optional<Tpm2> tpm2,
      Optional<ArmTokens> psa,
      Optional<ArmTokens> cca) {
    /**
     * AMD SEV-SNP.
     *
     * @param certificates files or folders with AMD's chains, chip certificates and revocation
     *     lists
     */
    public record SevSnp(List<String> products, List<Path> certificates) {
      public SevSnp {
        products = List.copyOf(products);
        certificates = List.copyOf(certificates);
      }
    }

    /**
     * Intel TDX.
     *
     * @param collateral files or folders with Intel's documents, for tokens that bring none
     */
    public record Tdx(List<String> tcbStatus, List<Path> collateral) {
      public Tdx {
        tcbStatus = List.copyOf(tcbStatus);
        collateral = List.copyOf(collateral);
      }
    }

    public record Nitro() {}

    /**
     * PSA or CCA tokens.
     *
     * @param keys files or folders with the attestation keys that are believed
     */
    public record ArmTokens(List<Path> keys) {
      public ArmTokens {
        keys = List.copyOf(keys);
      }
    }

    /**
     * TPM 2.0.
     *
     * @param akCa CAs that certify attestation keys
     * @param enrolled files or folders of attestation keys that an admin enrolled
     */
    public record Tpm2(List<Path> akCa, List<Path> enrolled) {
      public Tpm2 {
        akCa = List.copyOf(akCa);
        enrolled = List.copyOf(enrolled);
      }
    }
  }

  /**
   * Policies that come as a signed bundle instead of as files.
   *
   * @param file the bundle
   * @param keys files with the public keys that it may be signed with; none only where unsigned
   *     bundles are allowed
   * @param signers how many different keys must have signed
   */
  public record PolicyBundleFile(Path file, List<Path> keys, int signers) {
    public PolicyBundleFile {
      keys = List.copyOf(keys);
    }

    /** Whether bundles are taken that nobody signed. */
    public boolean allowUnsigned() {
      return keys.isEmpty();
    }
  }

  /**
   * Something to debug.
   *
   * @param endpoints URI by tool
   */
  public record Target(String name, Map<String, String> labels, Map<String, URI> endpoints) {
    public Target {
      labels = Map.copyOf(labels);
      endpoints = Map.copyOf(endpoints);
    }
  }

  /** Who may use the admin API, and as what. */
  public record Admin(String iss, List<String> groups, List<String> users, List<String> roles) {
    public Admin {
      groups = List.copyOf(groups);
      users = List.copyOf(users);
      roles = List.copyOf(roles);
    }
  }

  /**
   * Bounds of the gateway as a whole.
   *
   * @param failuresPerMinute denials per client address before it has to wait
   * @param sessions live sessions of all replicas together
   */
  public record Limits(int failuresPerMinute, int sessions) {}

  /** What replicas share. */
  public record State(StateUrl url) {}

  /** Where the state is. */
  public sealed interface StateUrl {
    record Sqlite(Path file) implements StateUrl {}

    record Postgresql(String url) implements StateUrl {}
  }

  /**
   * The record.
   *
   * @param origin the log's name, without the replica's
   */
  public record Audit(String origin, Path key) {}
}
