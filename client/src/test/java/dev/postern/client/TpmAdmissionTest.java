package dev.postern.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.postern.attestation.jose.Algorithm;
import dev.postern.attestation.mint.SigningKey;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands of a person with a TPM, against a real one in software and a real gateway. */
@Timeout(240)
class TpmAdmissionTest {
  private static final String BOOT = "11".repeat(32);
  private static final String POLICY =
      """
      apiVersion: postern.dev/v1
      kind: AccessPolicy
      metadata: {name: laptops, owner: shop-leads, description: "Enrolled laptops"}
      permits:
        - id: laptop
          subjects: {issuers: [self]}
          attestation: {fresh: true, anyOf: [{profile: tpm2, measurements: laptop}]}
          targets: {names: [shop/app]}
          tools: [dlv]
          scopes: [dlv/observe]
          session: {max: 2h, idle: 10m, concurrent: 9}
      caps: {session: 8h, tokenLifetime: 15m}
      ---
      apiVersion: postern.dev/v1
      kind: ReferenceValues
      metadata: {name: laptop, owner: shop-leads}
      sets:
        - {id: boot, measurements: [{name: sha256-pcr0, digest: "%s"}]}
      """
          .formatted(extended(BOOT));

  @TempDir static Path folder = Path.of("unset");
  private final List<AutoCloseable> opened = new ArrayList<>();

  /** What PCR 0 holds after one measurement. */
  private static String extended(String measured) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(new byte[32]);
      return HexFormat.of().formatHex(sha.digest(HexFormat.of().parseHex(measured)));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @BeforeEach
  void requireSwtpm() {
    assumeTrue(SoftwareTpm.isInstalled(), "swtpm and tpm2-tools: scripts/test-tools");
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable part : opened.reversed()) {
      part.close();
    }
  }

  private SoftwareTpm tpm(Path here) throws Exception {
    SoftwareTpm tpm = SoftwareTpm.start(here);
    opened.add(tpm);
    tpm.extend(0, BOOT);
    return tpm;
  }

  private static String done(String... arguments) throws Exception {
    RunningCommand command = RunningCommand.start(folder, arguments);
    assertThat(command.status()).as(command.err()).isEqualTo(0);
    return command.out().strip();
  }

  /** A gateway that believes this TPM. */
  private EchoGateway gateway(Path here, SoftwareTpm tpm) throws Exception {
    Files.createDirectories(here.resolve("enrolled"));
    done(
        "trust",
        "enroll",
        "--tpm",
        tpm.uri(),
        "--name",
        "laptop-7",
        "--out",
        here.resolve("enrolled/laptop-7.json").toString());
    EchoGateway gateway =
        EchoGateway.start(here, "  hardware: {tpm2: {enrolled: [enrolled/]}}\n", POLICY);
    opened.add(gateway);
    return gateway;
  }

  private static String mint(SoftwareTpm tpm, String... more) throws Exception {
    var arguments =
        new ArrayList<>(
            List.of(
                "token",
                "mint",
                "--self",
                "--tpm",
                tpm.uri(),
                "--aud",
                "postern.test",
                "--sub",
                "alice",
                "--scope",
                "dlv/observe"));
    arguments.addAll(List.of(more));
    return done(arguments.toArray(String[]::new));
  }

  private static RunningCommand connect(EchoGateway gateway, Path here, String token, String key)
      throws Exception {
    Path file = Files.writeString(Files.createTempFile(here, "token", ""), token);
    return RunningCommand.start(
        folder,
        "connect",
        "shop/app",
        "--tool",
        "dlv",
        "--gateway",
        gateway.address(),
        "--ca",
        gateway.ca(),
        "--token-file",
        file.toString(),
        "--key",
        key);
  }

  private static void assertEchoes(RunningCommand connect) throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), connect.awaitPort())) {
      socket.getOutputStream().write("hello".getBytes(UTF_8));
      assertThat(socket.getInputStream().readNBytes(5)).isEqualTo("hello".getBytes(UTF_8));
    }
  }

  private static void assertDenied(RunningCommand connect, String reason) throws Exception {
    assertThat(connect.status()).isEqualTo(1);
    assertThat(connect.err()).contains(reason);
  }

  @Test
  void enrolledTpm_isAdmittedWithItsOwnKeyAndWithASoftwareKey() throws Exception {
    Path here = folder.resolve("admitted");
    SoftwareTpm tpm = tpm(here.resolve("tpm"));
    EchoGateway gateway = gateway(here, tpm);
    String[] fresh = {"--gateway", gateway.address(), "--ca", gateway.ca()};

    assertEchoes(connect(gateway, here, mint(tpm, fresh), tpm.uri()));

    Path key =
        Files.writeString(
            here.resolve("key-TEST.pem"), SigningKey.generate(Algorithm.ES256).exposePem());
    String[] software = {"--key", key.toString(), fresh[0], fresh[1], fresh[2], fresh[3]};
    assertEchoes(connect(gateway, here, mint(tpm, software), key.toString()));

    String found = done("audit", "search", "--config", gateway.config().toString(), "--json");
    assertThat(found)
        .contains("\"attestation\":\"tpm2\"", "\"machine\":\"ak:", "sha256-pcr0=" + extended(BOOT));
  }

  @Test
  void wrongChallengeKeyOrMeasurement_isDeniedWithItsReason() throws Exception {
    Path here = folder.resolve("denied");
    SoftwareTpm tpm = tpm(here.resolve("tpm"));
    EchoGateway gateway = gateway(here, tpm);
    String[] fresh = {"--gateway", gateway.address(), "--ca", gateway.ca()};

    // no challenge, and one that is not the gateway's
    assertDenied(connect(gateway, here, mint(tpm), tpm.uri()), "ATT_NONCE_MISMATCH");
    assertDenied(
        connect(gateway, here, mint(tpm, "--nonce", "A".repeat(68)), tpm.uri()),
        "ATT_NONCE_MISMATCH");

    // an attestation key that nobody enrolled
    SoftwareTpm other = tpm(here.resolve("other-tpm"));
    assertDenied(connect(gateway, here, mint(other, fresh), other.uri()), "ATT_AK_UNTRUSTED");

    // a stolen token, proved with another key
    assertDenied(connect(gateway, here, mint(tpm, fresh), other.uri()), "BINDING_");

    // another boot
    tpm.extend(0, "22".repeat(32));
    assertDenied(connect(gateway, here, mint(tpm, fresh), tpm.uri()), "ATT_MEASUREMENT_MISMATCH");

    // the enrolment is taken back while the gateway runs
    Files.delete(here.resolve("enrolled/laptop-7.json"));
  }
}
