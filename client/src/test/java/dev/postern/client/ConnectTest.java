package dev.postern.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.attestation.jose.Algorithm;
import dev.postern.attestation.mint.SigningKey;
import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.proto.v1.Notice;
import dev.postern.proto.v1.Renew;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ConnectTest {
  private static final String TOKEN =
      unsigned("{\"alg\":\"ES256\"}")
          + "."
          + unsigned("{\"aud\":\"postern.test\",\"exp\":4000000000}")
          + ".c2ln";

  @TempDir Path folder = Path.of("unset");
  private FakeGateway gateway = unset();
  private Path key = Path.of("unset");
  private Path token = Path.of("unset");

  @BeforeEach
  void startGateway() throws IOException {
    gateway = new FakeGateway(folder);
    key =
        Files.writeString(
            folder.resolve("TEST-key.pem"), SigningKey.generate(Algorithm.ES256).exposePem());
    token = Files.writeString(folder.resolve("token"), TOKEN + "\n");
  }

  @AfterEach
  void stopGateway() {
    gateway.close();
  }

  @Test
  void connect_admitted_printsWhereItListensAndCarriesBytes() throws Exception {
    RunningCommand connect = connect();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), connect.awaitPort())) {
      socket.getOutputStream().write("hello".getBytes(UTF_8));
      assertThat(socket.getInputStream().readNBytes(5)).isEqualTo("hello".getBytes(UTF_8));
    }
    assertThat(connect.out()).matches("listening on 127\\.0\\.0\\.1:\\d+\\n");
    assertThat(connect.err())
        .contains(
            "admitted to shop/app with dlv/observe as alice@example.com, session s-1, decision"
                + " d-1");
    assertThat(gateway.starts.getFirst().getToken()).isEqualTo(TOKEN);
    assertThat(gateway.starts.getFirst().getReason()).isEqualTo("looking");
  }

  @Test
  void connect_proof_namesGatewayTokenSessionAndServerCertificate() throws Exception {
    connect().awaitPort();
    String[] proof = gateway.proofs.getFirst().split("\\.", -1);
    assertThat(json(proof[0]).string("typ")).contains("postern-proof+jwt");
    JsonObject claims = json(proof[1]);
    assertThat(claims.string("aud")).contains("postern.test");
    assertThat(claims.string("challenge")).contains("c-1");
    assertThat(claims.string("ath")).contains(hash(TOKEN.getBytes(UTF_8)));
    assertThat(claims.string("session_id")).contains("s-1");
    assertThat(claims.string("target")).contains("shop/app");
    assertThat(claims.string("tool")).contains("dlv");
    assertThat(claims.toString()).contains("\"scopes\":[\"dlv/observe\"]");
    Certificate leaf =
        CertificateFactory.getInstance("X.509")
            .generateCertificate(
                new ByteArrayInputStream(gateway.certificates().certificate().getBytes(UTF_8)));
    assertThat(claims.string("srv")).contains(hash(leaf.getEncoded()));
  }

  @Test
  void connect_denied_exits1WithReasonAndDecision() throws Exception {
    gateway.deny(Status.Code.UNAUTHENTICATED, "CLAIM_REPLAYED", "the token was used before");
    RunningCommand connect = connect();
    assertThat(connect.status()).isEqualTo(1);
    assertThat(connect.err())
        .isEqualTo(
            "postern: denied: CLAIM_REPLAYED: the token was used before"
                + " (each token is good for one session; get a new one); decision d-77\n");
    assertThat(connect.out()).isEmpty();
  }

  @Test
  void connect_targetUnreachable_exits69() throws Exception {
    gateway.deny(
        Status.Code.FAILED_PRECONDITION, "TARGET_UNREACHABLE", "the target does not answer");
    RunningCommand connect = connect();
    assertThat(connect.status()).isEqualTo(69);
    assertThat(connect.err()).contains("TARGET_UNREACHABLE", "d-77");
  }

  @Test
  void connect_nobodyThere_exits69InPlainWords() throws Exception {
    gateway.close();
    RunningCommand connect = connect();
    assertThat(connect.status()).isEqualTo(69);
    assertThat(connect.err()).contains("cannot connect: nothing answers there");
  }

  @Test
  void connect_certificateOfAnotherAuthority_exits69() throws Exception {
    try (var other = new FakeGateway(Files.createDirectory(folder.resolve("other")))) {
      RunningCommand connect =
          start(
              Map.of(),
              InputStream.nullInputStream(),
              "--gateway",
              gateway.address(),
              "--ca",
              "" + other.ca());
      assertThat(connect.status()).isEqualTo(69);
      assertThat(connect.err()).contains("certificate").doesNotContain("Exception");
    }
    assertThat(gateway.starts).isEmpty();
  }

  @Test
  void connect_manyAtOnce_eachHasAnAttachmentInTheSameSession() throws Exception {
    int port = connect().awaitPort();
    try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
      var echoes = new ArrayList<Future<byte[]>>();
      for (int i = 0; i < 20; i++) {
        byte[] bytes = random(100_000, i);
        echoes.add(pool.submit(() -> roundTrip(port, bytes)));
      }
      for (int i = 0; i < 20; i++) {
        assertThat(echoes.get(i).get(30, SECONDS)).isEqualTo(random(100_000, i));
      }
    }
    assertThat(gateway.starts.stream().filter(start -> !start.getToken().isEmpty())).hasSize(1);
    assertThat(gateway.starts.stream().skip(1))
        .allMatch(start -> start.getSessionId().equals("s-1"));
  }

  @Test
  void connect_hugeStream_arrivesWholeAfterHalfClose() throws Exception {
    int port = connect().awaitPort();
    byte[] bytes = random(16 * 1024 * 1024, 7);
    assertThat(Arrays.equals(roundTrip(port, bytes), bytes)).isTrue();
  }

  @Test
  void connect_localReset_endsThatConnectionAndLeavesTheSession() throws Exception {
    int port = connect().awaitPort();
    var socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.getOutputStream().write(1);
    assertThat(socket.getInputStream().read()).isEqualTo(1);
    socket.setSoLinger(true, 0);
    socket.close();
    assertThat(roundTrip(port, random(1000, 1))).isEqualTo(random(1000, 1));
  }

  @Test
  void connect_sessionEndedByGateway_exits1WithItsReason() throws Exception {
    RunningCommand connect = connect();
    connect.awaitPort();
    gateway.endSession("SESSION_REVOKED");
    assertThat(connect.status()).isEqualTo(1);
    assertThat(connect.err()).contains("SESSION_REVOKED", "decision d-77");
  }

  @Test
  void connect_newTokenInTheFile_nextConnectionStartsANewSession() throws Exception {
    RunningCommand connect = connect();
    int port = connect.awaitPort();
    Files.writeString(token, TOKEN + "2");
    gateway.endSession("SESSION_EXPIRED");
    connect.awaitErr("the next connection starts a new one");
    assertThat(roundTrip(port, random(10, 3))).isEqualTo(random(10, 3));
    assertThat(gateway.starts).anyMatch(start -> start.getToken().equals(TOKEN + "2"));
  }

  @Test
  void connect_notices_eachShownOnceAndSimulatedMarked() throws Exception {
    gateway.simulated = true;
    gateway.targetRuns = true;
    RunningCommand connect = connect();
    connect.awaitPort();
    var denied =
        Notice.newBuilder()
            .setKind(Notice.Kind.KIND_DENIED)
            .setReason("MESSAGE_SCOPE")
            .setText("RPCServer.Set\u001b[2J")
            .setScope("dlv/mutate")
            .build();
    gateway.notice(denied);
    gateway.notice(denied);
    gateway.notice(Notice.newBuilder().setKind(Notice.Kind.KIND_INFO).setText("last").build());
    connect.awaitErr("gateway: last");
    assertThat(connect.err())
        .containsOnlyOnce("denied MESSAGE_SCOPE: RPCServer.Set?[2J (needs dlv/mutate)");
    assertThat(connect.err()).containsOnlyOnce("SIMULATED").containsOnlyOnce("the target runs on");
  }

  @Test
  void connect_tokenCommand_renewsBeforeExpiry() throws Exception {
    Path script =
        Files.writeString(
            folder.resolve("mint.sh"),
            """
            n=$(cat %1$s/count 2>/dev/null || echo 0); n=$((n + 1)); echo $n > %1$s/count
            printf 'e30.%%s.c2ln' "$(printf '{"aud":"postern.test","exp":%%s,"jti":"%%s"}' $(($(date +%%s) + 4)) $n | base64 -w0 | tr '+/' '-_' | tr -d =)"
            """
                .formatted(folder));
    RunningCommand connect =
        RunningCommand.start(
            folder,
            "connect",
            "shop/app",
            "--tool",
            "dlv",
            "--gateway",
            gateway.address(),
            "--ca",
            "" + gateway.ca(),
            "--key",
            "" + key,
            "--token-command",
            "sh " + script);
    connect.awaitPort();
    Renew renew = gateway.renewals.poll(20, SECONDS);
    assertThat(renew).isNotNull();
    assertThat(renew.getToken()).isNotEqualTo(gateway.starts.getFirst().getToken());
    assertThat(json(renew.getProof().split("\\.", -1)[1]).string("session_id")).contains("s-1");
    connect.awaitErr("renewed: for a while");
  }

  @Test
  void connect_tokenCommandFails_exits69() throws Exception {
    RunningCommand connect =
        RunningCommand.start(
            folder,
            "connect",
            "shop/app",
            "--tool",
            "dlv",
            "--gateway",
            gateway.address(),
            "--ca",
            "" + gateway.ca(),
            "--key",
            "" + key,
            "--token-command",
            "exit 3");
    assertThat(connect.status()).isEqualTo(69);
    assertThat(connect.err()).contains("--token-command failed with exit status 3");
  }

  @Test
  void connect_stdio_bridgesAndEndsWithTheStream() throws Exception {
    byte[] bytes = random(300_000, 5);
    RunningCommand connect =
        start(
            Map.of(),
            new ByteArrayInputStream(bytes),
            "--gateway",
            gateway.address(),
            "--ca",
            "" + gateway.ca(),
            "--stdio");
    assertThat(connect.status()).isZero();
    assertThat(connect.outBytes()).isEqualTo(bytes);
  }

  @Test
  void connect_flagBeforeVariableBeforeFile() throws Exception {
    Path config = Files.createDirectories(folder.resolve(".config/postern")).resolve("config.yaml");
    Files.writeString(
        config,
        """
        gateway: 127.0.0.1:1
        ca: ../../ca.crt
        key: ~/TEST-key.pem
        tokenFile: ../../token
        reason: from the file
        """);
    RunningCommand connect =
        RunningCommand.start(
            folder,
            Map.of("POSTERN_GATEWAY", gateway.address(), "POSTERN_REASON", "from the variable"),
            InputStream.nullInputStream(),
            "connect",
            "shop/app",
            "--tool",
            "dlv",
            "--reason",
            "from the flag");
    connect.awaitPort();
    assertThat(gateway.starts.getFirst().getReason()).isEqualTo("from the flag");
  }

  @Test
  void connect_unknownFieldInFile_exits3WithItsPlace() throws Exception {
    Path config =
        Files.writeString(folder.resolve("c.yaml"), "gateway: 127.0.0.1:1\ntokenFil: x\n");
    RunningCommand connect =
        RunningCommand.start(
            folder,
            Map.of("POSTERN_CONFIG", "" + config),
            InputStream.nullInputStream(),
            "connect",
            "a",
            "--tool",
            "dlv");
    assertThat(connect.status()).isEqualTo(3);
    assertThat(connect.err()).contains(config + ":2:1", "tokenFil", "tokenFile");
  }

  @Test
  void targets_listsWhatTheTokenReaches() throws Exception {
    RunningCommand targets =
        RunningCommand.start(
            folder,
            "targets",
            "--gateway",
            gateway.address(),
            "--ca",
            "" + gateway.ca(),
            "--key",
            "" + key,
            "--token-file",
            "" + token);
    assertThat(targets.status()).isZero();
    assertThat(targets.out()).contains("shop/app", "dlv", "dlv/observe", "env=demo");
    assertThat(json(gateway.proofs.getFirst().split("\\.", -1)[1]).string("target")).contains("");
  }

  private RunningCommand connect() {
    return start(
        Map.of(),
        InputStream.nullInputStream(),
        "--gateway",
        gateway.address(),
        "--ca",
        "" + gateway.ca());
  }

  private RunningCommand start(Map<String, String> environment, InputStream in, String... more) {
    Stream<String> common =
        Stream.of(
            "connect",
            "shop/app",
            "--tool",
            "dlv",
            "--scope",
            "dlv/observe",
            "--reason",
            "looking",
            "--key",
            "" + key,
            "--token-file",
            "" + token);
    return RunningCommand.start(
        folder, environment, in, Stream.concat(common, Stream.of(more)).toArray(String[]::new));
  }

  /** Sends all, half-closes, and reads to the end. */
  private static byte[] roundTrip(int port, byte[] bytes) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      Thread writer =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      socket.getOutputStream().write(bytes);
                      socket.shutdownOutput();
                    } catch (IOException e) {
                      throw new java.io.UncheckedIOException(e);
                    }
                  });
      byte[] echoed = socket.getInputStream().readAllBytes();
      writer.interrupt();
      return echoed;
    }
  }

  private static byte[] random(int count, long seed) {
    var bytes = new byte[count];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static JsonObject json(String part) throws Exception {
    return JsonReader.readObject(Base64.getUrlDecoder().decode(part), JsonLimits.TOKEN);
  }

  private static String hash(byte[] bytes) throws Exception {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  private static String unsigned(String json) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(UTF_8));
  }

  @SuppressWarnings("NullAway") // set before each test
  private static FakeGateway unset() {
    return null;
  }
}
