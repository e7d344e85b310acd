package dev.postern.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CommandLineTest {
  private static final String CONFIG =
      """
      gateway: {id: postern.test}
      trust:
        allowSimulated: true
        issuers: [{iss: "https://sts.test", jwks: sts.jwks.json, algorithms: [ES256]}]
        verifiers: [{iss: "https://verifier.test", jwks: verifier.jwks.json, profile: simulated, algorithms: [ES256]}]
      """;

  @TempDir Path folder = Path.of("unset");

  @Test
  void noCommand_showsUsageAndExits2() throws Exception {
    RunningCommand command = run();
    assertThat(command.status()).isEqualTo(2);
    assertThat(command.err()).contains("Usage: postern");
  }

  @Test
  void version_goesToStdout() throws Exception {
    RunningCommand command = run("--version");
    assertThat(command.status()).isZero();
    assertThat(command.out()).matches("postern \\d+\\.\\d+\\.\\d+\n");
  }

  @Test
  void unknownCommand_exits2InPlainWords() throws Exception {
    RunningCommand command = run("conect");
    assertThat(command.status()).isEqualTo(2);
    assertThat(command.err()).contains("conect").doesNotContain("Exception");
  }

  @Test
  void commandOfALaterVersion_saysSoAndExits2() throws Exception {
    RunningCommand command = run("sessions", "list");
    assertThat(command.status()).isEqualTo(2);
    assertThat(command.err()).isEqualTo("postern: `postern sessions` is not in this version yet\n");
  }

  @Test
  void connect_withoutKey_exits2AndNamesTheVariable() throws Exception {
    RunningCommand command = run("connect", "a", "--tool", "dlv", "--gateway", "127.0.0.1:1");
    assertThat(command.status()).isEqualTo(2);
    assertThat(command.err()).isEqualTo("postern: --key is needed (or POSTERN_KEY)\n");
  }

  @Test
  void connect_pkcs11Key_exits2AsNotSupportedYet() throws Exception {
    RunningCommand command =
        run(
            "connect",
            "a",
            "--tool",
            "dlv",
            "--gateway",
            "127.0.0.1:1",
            "--token-command",
            "true",
            "--key",
            "pkcs11:object=x");
    assertThat(command.status()).isEqualTo(2);
    assertThat(command.err()).contains("not supported yet");
  }

  @Test
  void connect_listeningBeyondThisMachine_needsToBeMeant() throws Exception {
    makeKeys();
    Path token = Files.writeString(folder.resolve("token"), "x");
    RunningCommand command =
        run(
            "connect",
            "a",
            "--tool",
            "dlv",
            "--gateway",
            "127.0.0.1:1",
            "--listen",
            "0.0.0.0:0",
            "--key",
            path("me.pem"),
            "--token-file",
            "" + token);
    assertThat(command.status()).isEqualTo(2);
    assertThat(command.err()).contains("--allow-remote");
  }

  @Test
  void connect_unknownTool_exits2() throws Exception {
    RunningCommand command = run("connect", "a", "--tool", "dvl");
    assertThat(command.status()).isEqualTo(2);
    assertThat(command.err())
        .contains("unknown tool `dvl`, expected one of dlv, gdb, perf, pprof, gops");
  }

  @Test
  void keysNew_privateKeyIsForItsOwnerOnlyAndNeverWrittenOver() throws Exception {
    assertThat(run("keys", "new", path("me")).status()).isZero();
    assertThat(Files.getPosixFilePermissions(folder.resolve("me.pem")))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    RunningCommand again = run("keys", "new", path("me"));
    assertThat(again.status()).isEqualTo(2);
    assertThat(again.err()).contains("is there already");
  }

  @Test
  void tokenInspect_saysUnverifiedAndShowsBothParts() throws Exception {
    makeKeys();
    RunningCommand inspect = with(mint("--scope", "dlv/observe"), "token", "inspect");
    assertThat(inspect.status()).isZero();
    assertThat(inspect.out())
        .startsWith("UNVERIFIED")
        .contains("sub: \"alice\"", "dbgstat: \"disabled-since-boot\"");
  }

  @Test
  void tokenInspect_noToken_exits5() throws Exception {
    RunningCommand inspect = with("abc", "token", "inspect");
    assertThat(inspect.status()).isEqualTo(5);
    assertThat(inspect.err()).contains("not a compact JWS");
  }

  @Test
  void tokenVerify_eachLineJudgedReplaysSeenAndSimulatedMarked() throws Exception {
    makeKeys();
    String good = mint("--scope", "dlv/observe");
    String expired = mint("--scope", "dlv/observe", "--claim", "exp=1", "--claim", "iat=0");
    RunningCommand verify =
        with(
            line("\"a\"", good) + line("2", expired) + line("\"c\"", good),
            "token",
            "verify",
            "--config",
            path("postern.yaml"),
            "--replay",
            "--jsonl");
    assertThat(verify.status()).isEqualTo(1);
    assertThat(verify.out())
        .isEqualTo(
            """
            {"id":"a","decision":"accept","reason":"","simulated":true}
            {"id":2,"decision":"reject","reason":"CLAIM_EXPIRED"}
            {"id":"c","decision":"reject","reason":"CLAIM_REPLAYED","simulated":true}
            """);
  }

  @Test
  void tokenVerify_malformedLine_isNamedTheOthersJudgedExit5() throws Exception {
    makeKeys();
    RunningCommand verify =
        with(
            "nonsense\n" + line("1", mint("--scope", "dlv/observe")),
            "token",
            "verify",
            "--config",
            path("postern.yaml"),
            "--jsonl");
    assertThat(verify.status()).isEqualTo(5);
    assertThat(verify.err()).startsWith("postern: line 1: ");
    assertThat(verify.out()).contains("\"id\":1,\"decision\":\"accept\"");
  }

  @Test
  void tokenVerify_tokenTooLongOrNone_isJudgedAsSuch() throws Exception {
    makeKeys();
    RunningCommand verify =
        with(
            line("1", "a".repeat(2 << 20)) + "{\"id\":2,\"token\":null}\n",
            "token",
            "verify",
            "--config",
            path("postern.yaml"),
            "--jsonl");
    assertThat(verify.status()).isEqualTo(1);
    assertThat(verify.out())
        .isEqualTo(
            """
            {"id":1,"decision":"reject","reason":"TOKEN_TOO_LARGE"}
            {"id":2,"decision":"reject","reason":"TOKEN_MISSING"}
            """);
  }

  @Test
  void tokenVerify_unusableConfiguration_exits3() throws Exception {
    Path config =
        Files.writeString(
            folder.resolve("bad.yaml"), "gateway: {id: x}\ntrust: {allowSimulatd: true}\n");
    RunningCommand verify = with("", "token", "verify", "--config", "" + config, "--jsonl");
    assertThat(verify.status()).isEqualTo(3);
    assertThat(verify.err()).contains(config + ":2:", "allowSimulatd");
  }

  @Test
  void auditVerify_withoutLog_exits2() throws Exception {
    RunningCommand verify = run("audit", "verify");
    assertThat(verify.status()).isEqualTo(2);
  }

  private void makeKeys() throws Exception {
    for (String name : new String[] {"sts", "verifier", "me"}) {
      assertThat(run("keys", "new", path(name)).status()).isZero();
    }
    Files.writeString(folder.resolve("postern.yaml"), CONFIG);
  }

  private String mint(String... more) throws Exception {
    var arguments =
        new ArrayList<>(
            List.of(
                "token",
                "mint",
                "--key",
                path("me.pem"),
                "--issuer",
                "https://sts.test",
                "--issuer-key",
                path("sts.pem"),
                "--verifier",
                "https://verifier.test",
                "--verifier-key",
                path("verifier.pem"),
                "--aud",
                "postern.test",
                "--sub",
                "alice"));
    arguments.addAll(List.of(more));
    RunningCommand mint = run(arguments.toArray(String[]::new));
    assertThat(mint.status()).as(mint.err()).isZero();
    return mint.out().strip();
  }

  private static String line(String id, String token) {
    return "{\"id\":" + id + ",\"token\":\"" + token + "\"}\n";
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private RunningCommand run(String... arguments) {
    return RunningCommand.start(folder, arguments);
  }

  private RunningCommand with(String input, String... arguments) {
    InputStream in = new ByteArrayInputStream(input.getBytes(UTF_8));
    return RunningCommand.start(folder, Map.of(), in, arguments);
  }
}
