package dev.postern.client.policy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.attestation.jose.Algorithm;
import dev.postern.attestation.mint.SigningKey;
import dev.postern.client.PolicyCommands;
import dev.postern.client.PolicyCommands.Said;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleCommandTest {
  private static final String KEY = PolicyCommands.golden("signer-TEST.pem");
  private static final String PUBLIC = PolicyCommands.golden("signer-TEST.pub.pem");

  @TempDir Path folder = Path.of(".");
  private PolicyCommands commands = new PolicyCommands(folder);

  @BeforeEach
  void files() {
    commands =
        new PolicyCommands(folder)
            .write(
                "policies/shop.yaml",
                """
                apiVersion: postern.dev/v1
                kind: AccessPolicy
                metadata: {name: shop}
                permits:
                  - {id: oncall, subjects: {issuers: ["https://sts.example"]}, scopes: [dlv/observe]}
                """)
            .write(
                "policies/teams/leads.yaml",
                """
                apiVersion: postern.dev/v1
                kind: Group
                metadata: {name: leads}
                members: [{issuers: ["https://sts.example"], users: [lena]}]
                """);
  }

  private Said build(String revision, String... more) {
    var arguments =
        new java.util.ArrayList<>(
            java.util.List.of(
                "policy",
                "bundle",
                "build",
                commands.at("policies"),
                "-o",
                commands.at("b.tar"),
                "--revision",
                revision,
                "--gateway",
                "postern.example",
                "--valid-for",
                "30d"));
    arguments.addAll(java.util.List.of(more));
    return commands.run(arguments.toArray(String[]::new));
  }

  private Said bundle(String command, String... more) {
    var arguments =
        new java.util.ArrayList<>(
            java.util.List.of("policy", "bundle", command, commands.at("b.tar")));
    arguments.addAll(java.util.List.of(more));
    return commands.run(arguments.toArray(String[]::new));
  }

  @Test
  void build_thenInspect_saysWhatIsInIt() throws IOException {
    Said built = build("42");

    assertThat(built.status()).as(built.err()).isZero();
    PolicyCommands.assertGolden("bundle-build.txt", built.out());
    PolicyCommands.assertGolden("bundle-inspect.json", bundle("inspect", "--json").out());
  }

  @Test
  void build_twice_isTheSameBytes() throws IOException {
    build("42", "--key", KEY);
    byte[] first = Files.readAllBytes(folder.resolve("b.tar"));
    build("42", "--key", KEY);

    assertThat(Files.readAllBytes(folder.resolve("b.tar"))).isEqualTo(first);
  }

  @Test
  void signThenVerify_byTheKey_holds() throws IOException {
    build("42");
    Said signed = bundle("sign", "--key", KEY);
    Said verified = bundle("verify", "--key", PUBLIC, "--gateway", "postern.example");

    assertThat(signed.status()).as(signed.err()).isZero();
    assertThat(verified.status()).as(verified.err()).isZero();
    PolicyCommands.assertGolden("bundle-verify.txt", verified.out());
    PolicyCommands.assertGolden(
        "bundle-verify.json", bundle("verify", "--key", PUBLIC, "--format", "json").out());
  }

  @Test
  void verify_es256InAJwkSet_holds() throws IOException {
    SigningKey key = SigningKey.generate(Algorithm.ES256);
    commands.write("k-TEST.pem", key.exposePem());
    Files.write(folder.resolve("k.jwks.json"), key.toJwks("any"));
    build("1", "--key", commands.at("k-TEST.pem"));

    assertThat(bundle("verify", "--key", commands.at("k.jwks.json")).status()).isZero();
    assertThat(bundle("verify", "--key", PUBLIC).status()).isEqualTo(6);
  }

  @Test
  void verify_eachRefusal_isSixWithASentence() throws IOException {
    build("42");
    assertRefused(bundle("verify", "--key", PUBLIC), "nobody signed the bundle");
    bundle("sign", "--key", KEY);
    assertRefused(
        bundle("verify", "--key", PUBLIC, "--gateway", "other.example"),
        "the bundle is for [postern.example], not for other.example");
    assertRefused(
        bundle("verify", "--key", PUBLIC, "--signers", "2"),
        "1 of the trusted keys signed the bundle, 2 must have");
    assertRefused(
        bundle("verify", "--key", PUBLIC, "--now", "2026-12-23T14:00:00Z"),
        "the bundle's term ended at 2026-12-23T14:00:00Z");
    byte[] tar = Files.readAllBytes(folder.resolve("b.tar"));
    int at =
        new String(tar, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("\"revision\":42");
    tar[at + 12] = '3';
    Files.write(folder.resolve("b.tar"), tar);
    assertRefused(bundle("verify", "--key", PUBLIC), "does not hold for this manifest");
    commands.write("b.tar", "no tar");
    assertRefused(bundle("verify", "--key", PUBLIC), "the tar ends in the middle");
  }

  private static void assertRefused(Said said, String sentence) {
    assertThat(said.status()).as(said.out()).isEqualTo(6);
    assertThat(said.err()).contains(sentence);
    assertThat(said.out()).isEmpty();
  }

  @Test
  void verify_signatureOfAnotherType_isRefused() throws Exception {
    build("42");
    SigningKey key = SigningKey.read(Files.readAllBytes(Path.of(KEY)));
    var opened = dev.postern.policy.bundle.PolicyBundle.open(folder.resolve("b.tar"));
    String jws =
        key.signJws(
            "{\"alg\":\"EdDSA\",\"kid\":\"%s\",\"typ\":\"JWT\"}"
                .formatted(key.thumbprint())
                .getBytes(UTF_8),
            opened.manifestBytes());
    String detached =
        jws.substring(0, jws.indexOf('.')) + "." + jws.substring(jws.lastIndexOf('.'));
    Files.write(folder.resolve("b.tar"), opened.with(detached).toBytes());

    assertRefused(bundle("verify", "--key", PUBLIC), "`typ` is not that of this kind");
  }

  @Test
  void verify_noKey_isWrongUse() {
    build("42");

    assertThat(bundle("verify").status()).isEqualTo(2);
  }

  @Test
  void build_policiesThatDoNotCheck_isThreeAndWritesNothing() {
    commands.write("policies/shop.yaml", "kind: Nonsense\n");

    Said built = build("42");

    assertThat(built.status()).isEqualTo(3);
    assertThat(built.err()).contains("shop.yaml:1:");
    assertThat(folder.resolve("b.tar")).doesNotExist();
  }

  @Test
  void rollback_putsTheOlderOneInPlaceForTheGateway() throws IOException {
    commands.write(
        "postern.yaml",
        """
        gateway: {id: postern.example, listen: "127.0.0.1:0", dataDir: data}
        tls: {certificate: tls.crt, key: tls.key}
        trust: {}
        policyBundle: {file: b.tar, keys: ["%s"]}
        targets: []
        """
            .formatted(Path.of(PUBLIC).toAbsolutePath()));
    Files.createDirectories(folder.resolve("data"));
    String config = commands.at("postern.yaml");
    build("42", "--key", KEY);
    Said first = bundle("rollback", "--config", config);
    assertThat(first.status()).as(first.err()).isZero();
    build("41", "--key", KEY);

    assertRefused(bundle("verify", "--config", config), "revision 41 is not above 42");
    assertThat(bundle("rollback", "--config", config).out())
        .startsWith("rolled back to: revision 41");
    assertThat(bundle("verify", "--config", config).status()).isZero();
    build("43");
    assertRefused(bundle("rollback", "--config", config), "nobody signed the bundle");
  }
}
