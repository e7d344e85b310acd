package dev.postern.gateway;

import dev.postern.attestation.evidence.Pins;
import dev.postern.attestation.jose.Algorithm;
import dev.postern.attestation.mint.DebugTokenMint;
import dev.postern.attestation.mint.SigningKey;
import dev.postern.attestation.mint.SimulatedVerifier;
import dev.postern.audit.AuditLog;
import dev.postern.audit.MemoryAuditLog;
import dev.postern.audit.recording.RecordingFailed;
import dev.postern.audit.recording.RecordingFolder;
import dev.postern.config.ConfigLoader;
import dev.postern.config.LoadedConfig;
import dev.postern.config.PosternConfig;
import dev.postern.gateway.server.CallerPatience;
import dev.postern.gateway.session.SessionRegistry;
import dev.postern.gateway.state.MemoryStateStore;
import dev.postern.gateway.state.StateStore;
import dev.postern.gateway.stream.ToolTargets;
import dev.postern.gateway.trust.KeySetFetch;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.proto.v1.ChallengePurpose;
import dev.postern.proto.v1.DebugGatewayGrpc;
import dev.postern.proto.v1.GetChallengeRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLException;

/** A gateway over real TLS on loopback, with clocks, stores and targets of the test's making. */
final class TestGateway implements GatewayParts, AutoCloseable {
  static final String ID = "postern.test";
  static final String ISSUER = "https://sts.test";
  static final String VERIFIER = "https://verifier.test";

  final Path folder;
  final MovableClock clock = new MovableClock();
  final MemoryAuditLog audit = new MemoryAuditLog();
  final MemoryStateStore store = new MemoryStateStore(clock);
  final FakeTools tools = new FakeTools();
  final SigningKey issuerKey = SigningKey.generate(Algorithm.ES256);
  final SigningKey verifierKey = SigningKey.generate(Algorithm.ES256);
  final SigningKey holder = SigningKey.generate(Algorithm.ES256);
  final DebugTokenMint mint = DebugTokenMint.ofIssuer(ISSUER, issuerKey, "sts-1");
  final SimulatedVerifier verifier = new SimulatedVerifier(VERIFIER, verifierKey, "v-1");
  final TestCertificates server;
  private final Pins roots;
  private final CallerPatience patience;
  private Gateway gateway;
  private ManagedChannel channel;
  private final List<ManagedChannel> earlier = new ArrayList<>();
  volatile boolean recordingsFail;

  /** Done between the decision on a session and its registration, if policy asks for a record. */
  volatile Runnable whileOpening = () -> {};

  List<URI> restored = List.of();

  static final String POLICY =
      """
      apiVersion: postern.dev/v1
      kind: AccessPolicy
      metadata: {name: shop, owner: shop-leads, description: "On call"}
      permits:
        - id: oncall
          subjects: {issuers: ["https://sts.test"], groups: [oncall]}
          attestation: {simulated: true, anyOf: [{profile: simulated}]}
          targets: {labels: {env: [prod]}}
          tools: [dlv, gdb]
          scopes: [dlv/observe, dlv/inspect, gdb/observe]
          session: {max: 2h, idle: 10m, concurrent: 3}
      caps: {session: 8h, tokenLifetime: 15m}
      """;

  static TestGateway start(Path folder) {
    return start(folder, "");
  }

  /** Starts one; {@code extra} is added to its postern.yaml. */
  static TestGateway start(Path folder, String extra) {
    return start(folder, extra, POLICY);
  }

  /** Starts one with another policy. */
  static TestGateway start(Path folder, String extra, String policy) {
    return start(folder, text -> text + extra, policy);
  }

  /** Starts one with a changed configuration and another policy. */
  static TestGateway start(Path folder, UnaryOperator<String> change, String policy) {
    return start(folder, change, policy, Pins.builtIn());
  }

  /** Starts one that believes other hardware vendors' root keys. */
  static TestGateway start(Path folder, UnaryOperator<String> change, String policy, Pins roots) {
    try {
      return new TestGateway(folder, change, policy, roots);
    } catch (StartFailed | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Starts one with less, or more, patience with its callers. */
  static TestGateway start(Path folder, CallerPatience patience) {
    try {
      return new TestGateway(folder, text -> text, POLICY, Pins.builtIn(), patience);
    } catch (StartFailed | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private TestGateway(Path folder, UnaryOperator<String> change, String policy, Pins roots)
      throws StartFailed, IOException {
    this(folder, change, policy, roots, CallerPatience.DEFAULT);
  }

  private TestGateway(
      Path folder, UnaryOperator<String> change, String policy, Pins roots, CallerPatience patience)
      throws StartFailed, IOException {
    this.folder = folder;
    this.roots = roots;
    this.patience = patience;
    this.server =
        TestCertificates.make("localhost")
            .writeTo(folder.resolve("tls.crt"), folder.resolve("tls-TEST.key"));
    Files.write(folder.resolve("sts.jwks.json"), issuerKey.toJwks("sts-1"));
    Files.write(folder.resolve("verifier.jwks.json"), verifierKey.toJwks("v-1"));
    Files.createDirectories(folder.resolve("policies"));
    policy(policy);
    Path file = folder.resolve("postern.yaml");
    Files.writeString(
        file,
        change.apply(
            """
            gateway: {id: postern.test, replica: a, listen: "127.0.0.1:0", dataDir: data}
            tls: {certificate: tls.crt, key: tls-TEST.key}
            trust:
              allowSimulated: true
              issuers: [{iss: "https://sts.test", jwks: sts.jwks.json, algorithms: [ES256]}]
              verifiers: [{iss: "https://verifier.test", jwks: verifier.jwks.json, profile: simulated, algorithms: [ES256]}]
            policies: [policies/]
            targets:
              - {name: shop/app, labels: {env: prod}, endpoints: {dlv: "tcp://127.0.0.1:2345"}}
              - {name: shop/dev, labels: {env: dev}, endpoints: {dlv: "tcp://127.0.0.1:2346"}}
            """));
    this.gateway = Gateway.start(config(file), new ConfigFile(file), this);
    this.channel = channel(false);
  }

  private static PosternConfig config(Path file) {
    return switch (ConfigLoader.load(file)) {
      case LoadedConfig.Usable<PosternConfig>(var config, var warnings) -> config;
      case LoadedConfig.Unusable<PosternConfig>(var issues) ->
          throw new IllegalStateException(issues.getFirst().render());
    };
  }

  /** Another run of the same replica, on the same state, beside the one that runs no longer. */
  void startAgain() throws StartFailed {
    earlier.add(channel);
    Path file = folder.resolve("postern.yaml");
    gateway = Gateway.start(config(file), new ConfigFile(file), this);
    channel = channel(false);
  }

  /** Replaces the configuration file by a change of it. */
  void reconfigure(UnaryOperator<String> change) throws IOException {
    Path file = folder.resolve("postern.yaml");
    Files.writeString(file, change.apply(Files.readString(file)));
  }

  /** Replaces the policy file. */
  void policy(String text) throws IOException {
    Files.writeString(folder.resolve("policies/shop.yaml"), text);
  }

  Gateway gateway() {
    return gateway;
  }

  /** A fresh channel, or the shared one. */
  ManagedChannel channel(boolean shared) {
    if (shared) {
      return channel;
    }
    return channel(gateway.address().getPort());
  }

  /** A fresh channel over a port that leads to the gateway. */
  ManagedChannel channel(int port) {
    try {
      return NettyChannelBuilder.forAddress("127.0.0.1", port)
          .sslContext(GrpcSslContexts.forClient().trustManager(server.certificate()).build())
          .overrideAuthority("localhost")
          .build();
    } catch (SSLException e) {
      throw new IllegalStateException(e);
    }
  }

  AttachClient attach() {
    return new AttachClient(channel);
  }

  String token() {
    return mint.mint(claims(List.of("dlv/observe", "dlv/inspect"), List.of("oncall")), holder);
  }

  DebugTokenMint.Claims claims(List<String> scopes, List<String> groups) {
    return new DebugTokenMint.Claims(
        "alice@test",
        ID,
        "test-debugger",
        scopes,
        groups,
        UUID.randomUUID().toString(),
        clock.instant(),
        Duration.ofMinutes(10),
        verifier.simulated(
            SimulatedVerifier.Result.good(holder.thumbprint(), clock.instant(), ID)));
  }

  /** A token whose attestation has this nonce. */
  String tokenOver(String nonce) {
    var good = SimulatedVerifier.Result.good(holder.thumbprint(), clock.instant(), ID);
    return tokenWith(
        verifier.simulated(
            new SimulatedVerifier.Result(
                good.key(),
                good.issuedAt(),
                good.lifetime(),
                good.audience(),
                good.debugStatus(),
                good.measurements(),
                Optional.of(nonce))));
  }

  /** A token of this subject and lifetime, bound to this key. */
  String token(String sub, Duration lifetime, SigningKey key) {
    return mint.mint(
        new DebugTokenMint.Claims(
            sub,
            ID,
            "test-debugger",
            List.of("dlv/observe", "dlv/inspect"),
            List.of("oncall"),
            UUID.randomUUID().toString(),
            clock.instant(),
            lifetime,
            verifier.simulated(
                SimulatedVerifier.Result.good(key.thumbprint(), clock.instant(), ID))),
        key);
  }

  /** A token with this attestation. */
  String tokenWith(String attestation) {
    return mint.mint(
        new DebugTokenMint.Claims(
            "alice@test",
            ID,
            "test-debugger",
            List.of("dlv/observe", "dlv/inspect"),
            List.of("oncall"),
            UUID.randomUUID().toString(),
            clock.instant(),
            Duration.ofMinutes(10),
            attestation),
        holder);
  }

  /** A challenge of the gateway. */
  String challenge(ChallengePurpose purpose) {
    return DebugGatewayGrpc.newBlockingStub(channel)
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .getChallenge(GetChallengeRequest.newBuilder().setPurpose(purpose).build())
        .getChallenge();
  }

  /** Audit entries of one type. */
  List<JsonObject> events(String type) {
    return audit.entries().stream()
        .filter(entry -> entry.string("type").filter(type::equals).isPresent())
        .toList();
  }

  @Override
  public InstantSource clock() {
    return clock;
  }

  @Override
  public LongSupplier ticker() {
    return clock::nanos;
  }

  @Override
  public KeySetFetch keySets() {
    return KeySetFetch.fromFilesAndHttps();
  }

  @Override
  public CallerPatience callerPatience() {
    return patience;
  }

  @Override
  public Pins hardwareRoots() {
    return roots;
  }

  @Override
  public StateStore openState(PosternConfig config) {
    return store;
  }

  @Override
  public AuditLog openAudit(PosternConfig config) {
    return audit;
  }

  @Override
  public SessionRegistry.Recordings openRecordings(PosternConfig config) {
    var recordings = new RecordingFolder(folder.resolve("recordings"), clock::nanos);
    return (row, full) -> {
      whileOpening.run();
      if (recordingsFail) {
        throw new RecordingFailed("switched off");
      }
      return recordings.start(row.id(), full, 1 << 20);
    };
  }

  @Override
  public Tools openTools(PosternConfig config, StateStore state) {
    return new Tools() {
      @Override
      public Map<String, ToolTargets> byName() {
        return Map.of("dlv", tools);
      }

      @Override
      public List<URI> restored() {
        return restored;
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void close() {
    earlier.forEach(ManagedChannel::shutdownNow);
    channel.shutdownNow();
    try {
      channel.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    gateway.close();
  }
}
