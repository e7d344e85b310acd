package dev.postern.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.attestation.TrustSettings;
import dev.postern.attestation.jose.Algorithm;
import dev.postern.policy.source.Issue;
import dev.postern.policy.source.YamlReader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigLoaderTest {
  static final String COMPLETE =
      """
      gateway: {id: postern.example, replica: b, listen: "0.0.0.0:7443", admin: "127.0.0.1:7444", metrics: "[::1]:0", dataDir: /var/lib/postern}
      tls: {certificate: tls.crt, key: ../keys/tls.key, clientCa: clients.pem, trustedProxies: [nginx.crt], forwardedCertificateHeader: x-ssl-cert, frontCertificates: [front.crt]}
      trust:
        allowSimulated: true
        clockSkew: 10s
        maxTokenLifetime: 5m
        issuers:
          - {iss: "https://sts.example", jwks: sts.jwks.json, algorithms: [ES256, EdDSA], acceptTypJwt: true}
          - {iss: "https://idp.example", jwks: idp.jwks.json, idTokens: {audience: postern, algorithms: [RS256], maxAge: 20m, groupsClaim: roles}}
        verifiers:
          - {iss: "https://verifier.example", jwks: "https://verifier.example/jwks.json", profile: ear, algorithms: [ES384], maxAge: 2m, audience: none, eatProfiles: ["tag:a"], acceptWarning: true}
        hardware: {sevSnp: {products: [Milan], certificates: [amd/]}, tdx: {tcbStatus: [UpToDate, SWHardeningNeeded], collateral: [intel/]}, nitro: {}, tpm2: {akCa: [tpm-ca.pem], enrolled: [aks/]}, psa: {keys: [iak.jwks.json]}, cca: {keys: [cpaks/]}}
      policies: [policies/, /etc/postern/more.yaml]
      targets:
        - {name: payments/checkout, labels: {env: prod}, endpoints: {dlv: "tcp://127.0.0.1:2345", pprof: "http://[::1]:6060/debug", gops: "unix:///run/gops.sock"}}
      admins: [{iss: "https://sts.example", groups: [platform], users: [root@example.com], roles: [viewer, operator, approver]}]
      limits: {failuresPerMinute: 30, sessions: 20}
      state: {url: "sqlite:state/postern.db"}
      audit: {origin: "postern.example/log", key: keys/audit.key}
      """;

  @TempDir Path folder;

  private static PosternConfig usable(LoadedConfig<PosternConfig> loaded) {
    if (loaded instanceof LoadedConfig.Usable<PosternConfig>(var config, var warnings)) {
      assertThat(warnings).isEmpty();
      return config;
    }
    throw new AssertionError(loaded.toString());
  }

  private PosternConfig load(String yaml) throws Exception {
    return usable(ConfigLoader.load(Files.writeString(folder.resolve("postern.yaml"), yaml)));
  }

  @Test
  void everyField_isRead() throws Exception {
    PosternConfig config = load(COMPLETE);
    Path data = Path.of("/var/lib/postern");

    assertThat(config.gateway())
        .isEqualTo(
            new PosternConfig.Gateway(
                "postern.example",
                "b",
                new PosternConfig.Listener("0.0.0.0", 7443),
                Optional.of(new PosternConfig.Listener("127.0.0.1", 7444)),
                Optional.of(new PosternConfig.Listener("::1", 0)),
                data));
    assertThat(config.gateway().metrics().orElseThrow()).hasToString("[::1]:0");
    assertThat(config.tls())
        .isEqualTo(
            new PosternConfig.Tls(
                folder.resolve("tls.crt"),
                folder.resolveSibling("keys/tls.key"),
                Optional.of(folder.resolve("clients.pem")),
                List.of(folder.resolve("nginx.crt")),
                Optional.of("x-ssl-cert"),
                List.of(folder.resolve("front.crt"))));
    assertThat(config.trust())
        .isEqualTo(
            new PosternConfig.Trust(
                true,
                Duration.ofSeconds(10),
                Optional.of(Duration.ofMinutes(5)),
                List.of(
                    new PosternConfig.Issuer(
                        "https://sts.example",
                        new PosternConfig.KeySource.File(folder.resolve("sts.jwks.json")),
                        Set.of(Algorithm.ES256, Algorithm.ED25519),
                        true,
                        new TrustSettings.IdTokens(
                            Optional.empty(),
                            Set.of(Algorithm.ES256, Algorithm.ED25519),
                            Duration.ofHours(1),
                            "groups")),
                    new PosternConfig.Issuer(
                        "https://idp.example",
                        new PosternConfig.KeySource.File(folder.resolve("idp.jwks.json")),
                        Set.of(),
                        false,
                        new TrustSettings.IdTokens(
                            Optional.of("postern"),
                            Set.of(Algorithm.RS256),
                            Duration.ofMinutes(20),
                            "roles"))),
                List.of(
                    new PosternConfig.Verifier(
                        "https://verifier.example",
                        new PosternConfig.KeySource.Https(
                            URI.create("https://verifier.example/jwks.json")),
                        TrustSettings.Profile.EAR,
                        Set.of(Algorithm.ES384),
                        Duration.ofMinutes(2),
                        new TrustSettings.Audience.Unchecked(),
                        Set.of("tag:a"),
                        true)),
                Optional.of(
                    new PosternConfig.Hardware(
                        Optional.of(
                            new PosternConfig.Hardware.SevSnp(
                                List.of("Milan"), List.of(folder.resolve("amd")))),
                        Optional.of(
                            new PosternConfig.Hardware.Tdx(
                                List.of("UpToDate", "SWHardeningNeeded"),
                                List.of(folder.resolve("intel")))),
                        Optional.of(new PosternConfig.Hardware.Nitro()),
                        Optional.of(
                            new PosternConfig.Hardware.Tpm2(
                                List.of(folder.resolve("tpm-ca.pem")),
                                List.of(folder.resolve("aks")))),
                        Optional.of(
                            new PosternConfig.Hardware.ArmTokens(
                                List.of(folder.resolve("iak.jwks.json")))),
                        Optional.of(
                            new PosternConfig.Hardware.ArmTokens(
                                List.of(folder.resolve("cpaks"))))))));
    assertThat(config.policies())
        .containsExactly(folder.resolve("policies"), Path.of("/etc/postern/more.yaml"));
    assertThat(config.targets())
        .containsExactly(
            new PosternConfig.Target(
                "payments/checkout",
                Map.of("env", "prod"),
                Map.of(
                    "dlv", URI.create("tcp://127.0.0.1:2345"),
                    "pprof", URI.create("http://[::1]:6060/debug"),
                    "gops", URI.create("unix:///run/gops.sock"))));
    assertThat(config.admins())
        .containsExactly(
            new PosternConfig.Admin(
                "https://sts.example",
                List.of("platform"),
                List.of("root@example.com"),
                List.of("viewer", "operator", "approver")));
    assertThat(config.limits()).isEqualTo(new PosternConfig.Limits(30, 20));
    assertThat(config.state().url())
        .isEqualTo(new PosternConfig.StateUrl.Sqlite(data.resolve("state/postern.db")));
    assertThat(config.audit())
        .isEqualTo(new PosternConfig.Audit("postern.example/log", data.resolve("keys/audit.key")));
  }

  @Test
  void defaults_areFilledIn_andPathsAreRelativeToTheFileOrTheDataFolder() throws Exception {
    Path smallest = Path.of("src/test/resources/config/smallest/postern.yaml");
    PosternConfig config = load(Files.readString(smallest));
    Path data = folder.resolve("data");

    assertThat(config.gateway().replica()).isEqualTo("a");
    assertThat(config.gateway().admin()).isEmpty();
    assertThat(config.gateway().dataDir()).isEqualTo(data);
    assertThat(config.trust().allowSimulated()).isFalse();
    assertThat(config.trust().clockSkew()).isEqualTo(TrustSettings.DEFAULT_SKEW);
    assertThat(config.trust().maxTokenLifetime()).isEmpty();
    assertThat(config.trust().hardware()).isEmpty();
    assertThat(config.limits()).isEqualTo(new PosternConfig.Limits(60, 10_000));
    assertThat(config.state().url())
        .isEqualTo(new PosternConfig.StateUrl.Sqlite(data.resolve("postern.db")));
    assertThat(config.audit())
        .isEqualTo(new PosternConfig.Audit("postern.example/audit", data.resolve("audit.key")));
  }

  @Test
  void verifierDefaults_areTheSafeOnes() throws Exception {
    String verifier =
        "  verifiers: [{iss: v, jwks: v.json, profile: simulated, algorithms: [ES256]}]\n";
    PosternConfig.Verifier read =
        load(smallest().replace("policies:", verifier + "policies:"))
            .trust()
            .verifiers()
            .getFirst();
    assertThat(read.maxAge()).isEqualTo(Duration.ofMinutes(5));
    assertThat(read.audience()).isEqualTo(new TrustSettings.Audience.Gateway());
    assertThat(read.eatProfiles()).isEmpty();
    assertThat(read.acceptWarning()).isFalse();
  }

  private static String smallest() throws Exception {
    return Files.readString(Path.of("src/test/resources/config/smallest/postern.yaml"));
  }

  @Test
  void trustAlone_isReadWhateverElseTheFileHolds() throws Exception {
    Path file = Files.writeString(folder.resolve("postern.yaml"), "surplus: 1\n" + COMPLETE);
    assertThat(ConfigLoader.load(file)).isInstanceOf(LoadedConfig.Unusable.class);
    if (ConfigLoader.loadTrust(file) instanceof LoadedConfig.Usable<TrustOnly>(var trust, var w)) {
      assertThat(trust.gatewayId()).isEqualTo("postern.example");
      assertThat(trust.settings()).isNotNull();
      assertThat(w).isEmpty();
    } else {
      throw new AssertionError("not read");
    }
  }

  @Test
  void postgresql_isRead() throws Exception {
    assertThat(load(smallest() + "state: {url: \"postgresql://db/postern\"}\n").state().url())
        .isEqualTo(new PosternConfig.StateUrl.Postgresql("postgresql://db/postern"));
  }

  private static String onlyIssue(Path file) {
    if (ConfigLoader.load(file) instanceof LoadedConfig.Unusable<PosternConfig>(var issues)) {
      assertThat(issues).hasSize(1);
      return issues.stream().map(Issue::headline).findFirst().orElseThrow();
    }
    throw new AssertionError("usable");
  }

  @Test
  void fileThatCannotBeRead_isNamed() throws Exception {
    Path missing = folder.resolve("missing.yaml");
    assertThat(onlyIssue(missing)).isEqualTo(missing + ": error[C001]: no such file");
    assertThat(onlyIssue(folder)).startsWith(folder + ": error[C001]: cannot be read");
    Path large = folder.resolve("large.yaml");
    Files.write(large, new byte[YamlReader.MAX_BYTES + 1]);
    assertThat(onlyIssue(large)).contains("error[C001]: larger than");
    Path latin1 = folder.resolve("latin1.yaml");
    Files.write(latin1, new byte[] {'a', ':', ' ', (byte) 0xe9, '\n'});
    assertThat(onlyIssue(latin1)).contains("UTF-8");
  }
}
