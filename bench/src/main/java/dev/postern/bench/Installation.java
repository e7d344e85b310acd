package dev.postern.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.attestation.jose.Algorithm;
import dev.postern.attestation.mint.DebugTokenMint;
import dev.postern.attestation.mint.ProofSigner;
import dev.postern.attestation.mint.SigningKey;
import dev.postern.attestation.mint.SimulatedVerifier;
import dev.postern.config.ConfigLoader;
import dev.postern.config.LoadedConfig;
import dev.postern.config.PosternConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;

/**
 * Everything a gateway needs to run, made anew in a folder, and tokens for it.
 *
 * <p>The certificate is one for server and client, signed by itself, so that the peer can do mutual
 * TLS with it. Sessions are for {@code bench/target}, whose {@code dlv} the measurements put
 * something else in the place of.
 */
final class Installation {
  static final String GATEWAY = "postern.bench";
  static final String TARGET = "bench/target";
  static final String TOOL = "dlv";
  private static final String ISSUER = "https://sts.bench.invalid";
  private static final String VERIFIER = "https://verifier.bench.invalid";
  private static final List<String> SCOPES = List.of("dlv/observe", "dlv/inspect");
  private static final Duration TOKEN_LIFETIME = Duration.ofMinutes(14);

  private final Path folder;
  private final SigningKey issuerKey = SigningKey.generate(Algorithm.ES256);
  private final SigningKey verifierKey = SigningKey.generate(Algorithm.ES256);
  private final SigningKey holder = SigningKey.generate(Algorithm.ES256);
  private final DebugTokenMint mint = DebugTokenMint.ofIssuer(ISSUER, issuerKey, "i1");
  private final SimulatedVerifier results = new SimulatedVerifier(VERIFIER, verifierKey, "v1");

  private Installation(Path folder) {
    this.folder = folder;
  }

  /** Writes it for a target at {@code targetPort}; {@code dataDir} is where the gateway stores. */
  static Installation create(Path folder, Path dataDir, int targetPort)
      throws IOException, InterruptedException {
    var made = new Installation(folder);
    made.certificate();
    Files.write(folder.resolve("i.jwks.json"), made.issuerKey.toJwks("i1"));
    Files.write(folder.resolve("v.jwks.json"), made.verifierKey.toJwks("v1"));
    Files.writeString(folder.resolve("holder.pem"), made.holder.exposePem());
    Files.createDirectories(folder.resolve("policies"));
    Files.writeString(folder.resolve("policies/bench.yaml"), POLICY);
    Files.writeString(
        made.config(),
        CONFIG
            .replace("@DATA@", dataDir.toString())
            .replace("@PORT@", Integer.toString(targetPort)));
    return made;
  }

  private static final String POLICY =
      """
      apiVersion: postern.dev/v1
      kind: AccessPolicy
      metadata: {name: bench, owner: bench, description: "Measurements"}
      permits:
        - id: bench
          subjects: {issuers: ["https://sts.bench.invalid"], groups: [oncall]}
          attestation: {simulated: true, anyOf: [{profile: simulated}]}
          targets: {labels: {env: [bench]}}
          tools: [dlv]
          scopes: [dlv/observe, dlv/inspect]
      caps: {session: 8h, tokenLifetime: 15m}
      """;

  private static final String CONFIG =
      """
      gateway: {id: postern.bench, replica: a, listen: "127.0.0.1:0", dataDir: "@DATA@"}
      tls: {certificate: tls.crt, key: tls.key}
      trust:
        allowSimulated: true
        issuers: [{iss: "https://sts.bench.invalid", jwks: i.jwks.json, algorithms: [ES256]}]
        verifiers: [{iss: "https://verifier.bench.invalid", jwks: v.jwks.json, profile: simulated, algorithms: [ES256], maxAge: 15m}]
      policies: [policies/]
      limits: {sessions: 20000}
      targets:
        - {name: bench/target, labels: {env: bench}, endpoints: {dlv: "tcp://127.0.0.1:@PORT@"}}
      """;

  private void certificate() throws IOException, InterruptedException {
    var process =
        new ProcessBuilder(
                "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj"
                    .concat(" /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1")
                    .concat(" -keyout tls.key -out tls.crt")
                    .split(" "))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("openssl made no certificate:\n" + said);
    }
    Files.copy(folder.resolve("tls.crt"), folder.resolve("ca.crt"));
  }

  Path folder() {
    return folder;
  }

  Path config() {
    return folder.resolve("postern.yaml");
  }

  static PosternConfig load(Path file) throws IOException {
    return switch (ConfigLoader.load(file)) {
      case LoadedConfig.Usable<PosternConfig>(var config, var warnings) -> config;
      case LoadedConfig.Unusable<PosternConfig>(var issues) ->
          throw new IOException(issues.getFirst().render());
    };
  }

  Path file(String name) {
    return folder.resolve(name);
  }

  ProofSigner prover() {
    return new ProofSigner(holder);
  }

  /** A token of its own, with an Attestation Result of its own. */
  String token(InstantSource clock) {
    var now = clock.instant();
    return mint.mint(
        new DebugTokenMint.Claims(
            "alice@example.com",
            GATEWAY,
            "bench",
            SCOPES,
            List.of("oncall"),
            UUID.randomUUID().toString(),
            now,
            TOKEN_LIFETIME,
            results.simulated(SimulatedVerifier.Result.good(holder.thumbprint(), now, GATEWAY))),
        holder);
  }
}
