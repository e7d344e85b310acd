package dev.postern.client.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.postern.client.command.CommandFailure;
import dev.postern.client.command.Surroundings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.WatchService;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code connect} as a process of its own, at a real gateway, a real dlv and a real Go process. */
@Timeout(300)
class ConnectProcessTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir static Path temporary = Path.of("unset");
  private final Deque<Child> children = new ArrayDeque<>();
  private DemoFolder folder = new DemoFolder(Path.of("unset"));
  private Child gateway = unset();
  private String address = "";

  @BeforeEach
  void startAll() throws Exception {
    folder = DemoFolder.create(Files.createTempDirectory(temporary, "all"));
    folder.writeShop();
    folder.writeKeys(InstantSource.system().instant());
    folder.writeConfiguration(startShop());
    Path policy = folder.file("policies/demo.yaml");
    Files.writeString(
        policy,
        Files.readString(policy)
            .replace("dlv/inspect]", "dlv/inspect, dlv/control]")
            .replace("singleHalt: 500ms", "singleHalt: 5m")
            .replace("haltBudget: 30s", "haltBudget: 10m"));
    gateway = postern("gateway", "--config", folder.file("postern.yaml").toString());
    address =
        gateway.awaitLine("^listening on (\\S+)", PATIENCE).orElseThrow(this::output).group(1);
  }

  /** A Go process under a dlv; its port. */
  private int startShop() throws Exception {
    DemoTools.Pair tools = tools();
    Path shop = folder.file("shop");
    Child build = child("build", shop, tools.go().toString(), "build", "-o", "shop", ".");
    assertThat(build.awaitEnd(Duration.ofMinutes(3))).as(build.output()).contains(0);
    Child dlv =
        child(
            "dlv",
            shop,
            tools.dlv().toString(),
            "exec",
            "--headless",
            "--accept-multiclient",
            "--continue",
            "--listen=127.0.0.1:0",
            "./shop",
            "--",
            ticks().toString());
    return Integer.parseInt(
        dlv.awaitLine("listening at: \\S*:(\\d+)", PATIENCE).orElseThrow(this::output).group(1));
  }

  private static DemoTools.Pair tools() throws InterruptedException {
    var around =
        new Surroundings(
            InputStream.nullInputStream(),
            System.out,
            new PrintStream(System.err, true, UTF_8),
            System.getenv(),
            InstantSource.system(),
            Path.of(System.getProperty("user.home")),
            temporary);
    try {
      return new DemoTools(around).find(false);
    } catch (CommandFailure missing) {
      return abort(missing.text());
    }
  }

  @AfterEach
  void endAll() {
    children.forEach(Child::end);
  }

  @Test
  void interrupted_endsTheSessionAtOnceAndTheTargetRunsOn() throws Exception {
    Child connect = connect("--hold", "600");
    halt(connect);
    assertThat(targetWorksWithin(Duration.ofMillis(400))).isFalse();

    interrupt(connect);

    assertThat(connect.awaitEnd(PATIENCE)).as(connect.output()).contains(0);
    assertThat(connect.output()).endsWith("postern: session ended\n");
    assertThat(targetWorksWithin(PATIENCE)).isTrue();
    assertThat(record())
        .contains("\"type\":\"session.ended\"")
        .contains("\"reason\":\"SESSION_ENDED\"", "\"detail\":\"the client ended it\"");
  }

  @Test
  void killed_leavesTheTargetRunning() throws Exception {
    Child connect = connect("--hold", "0");
    halt(connect);

    ProcessHandle.of(connect.pid()).orElseThrow().destroyForcibly();

    assertThat(targetWorksWithin(PATIENCE)).isTrue();
  }

  @Test
  void stdio_carriesTheProtocolAndEndsWithItsInput() throws Exception {
    Process connect =
        new ProcessBuilder(ThisBuild.commandLine(connectArguments("--stdio")))
            .redirectError(folder.file("logs/stdio.log").toFile())
            .start();
    try (BufferedReader answers = connect.inputReader(UTF_8)) {
      try (var requests = connect.outputWriter(UTF_8)) {
        requests.write(
            "{\"method\":\"RPCServer.State\",\"params\":[{\"NonBlocking\":true}],\"id\":7}");
        requests.flush();
        assertThat(answers.readLine()).contains("\"id\":7", "\"Running\":true");
      }
      assertThat(connect.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(connect.exitValue()).isZero();
    } finally {
      connect.destroyForcibly();
    }
  }

  @Test
  void gatewayKilled_isSaidInPlainWordsAndExits69() throws Exception {
    Child connect = connect("--hold", "1");

    ProcessHandle.of(gateway.pid()).orElseThrow().destroyForcibly();

    assertThat(connect.awaitEnd(Duration.ofMinutes(2))).as(connect.output()).contains(69);
    assertThat(connect.output())
        .contains("lost the gateway", "trying again")
        .doesNotContain("Exception");
  }

  @Test
  void gatewayStopped_theReasonIsTold() throws Exception {
    Child connect = connect("--hold", "1");

    gateway.askToEnd();

    assertThat(connect.awaitEnd(Duration.ofMinutes(2))).as(connect.output()).contains(69);
    assertThat(connect.output()).contains("GATEWAY_STOPPING").doesNotContain("Exception");
  }

  /** Stops the process through the session, as one that may. */
  private static void halt(Child connect) throws Exception {
    int port =
        Integer.parseInt(
            connect
                .awaitLine("listening on 127\\.0\\.0\\.1:(\\d+)", PATIENCE)
                .orElseThrow()
                .group(1));
    var debugger = new Socket(InetAddress.getLoopbackAddress(), port); // stays open
    debugger
        .getOutputStream()
        .write(
            "{\"method\":\"RPCServer.Command\",\"params\":[{\"name\":\"halt\"}],\"id\":1}"
                .getBytes(UTF_8));
    var answers = new BufferedReader(new InputStreamReader(debugger.getInputStream(), UTF_8));
    assertThat(answers.readLine()).contains("\"error\":null");
  }

  /** Whether the process makes a mark from now on, within that time. */
  private boolean targetWorksWithin(Duration patience) throws Exception {
    try (WatchService watch = ticks().getFileSystem().newWatchService()) {
      folder.file("shop").register(watch, ENTRY_MODIFY);
      return watch.poll(patience.toMillis(), TimeUnit.MILLISECONDS) != null;
    }
  }

  private Path ticks() {
    return folder.file("shop/ticks");
  }

  private String record() throws Exception {
    Child search =
        postern("audit", "search", "--json", "--config", folder.file("postern.yaml").toString());
    assertThat(search.awaitEnd(PATIENCE)).contains(0);
    return search.output();
  }

  private Child connect(String... more) throws Exception {
    // As from a terminal, even where these tests were started with Ctrl-C ignored (nohup, a job in
    // the background)
    var line = new ArrayList<>(List.of("env", "--default-signal=INT"));
    line.addAll(ThisBuild.commandLine(connectArguments(more)));
    Child connect = child("connect", folder.root(), line);
    assertThat(connect.awaitLine("admitted to .*", PATIENCE)).as(connect.output()).isPresent();
    return connect;
  }

  private List<String> connectArguments(String... more) throws Exception {
    var lines = new DemoCommands(folder);
    var mintLine = new ArrayList<>(lines.mint());
    mintLine.addAll(List.of("--scope", "dlv/control"));
    Child mint = child("mint", folder.root(), ThisBuild.commandLine(mintLine));
    assertThat(mint.awaitEnd(PATIENCE)).as(mint.output()).contains(0);
    Files.writeString(folder.file("token.jwt"), mint.output());
    var arguments = new ArrayList<>(List.of("--token-file", folder.file("token.jwt").toString()));
    arguments.addAll(List.of(more));
    return lines.connect(address, arguments);
  }

  /** What Ctrl-C sends. */
  private static void interrupt(Child child) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder("kill", "-INT", "" + child.pid()).start().waitFor()).isZero();
  }

  private Child postern(String... arguments) throws IOException {
    return child(arguments[0], folder.root(), ThisBuild.commandLine(List.of(arguments)));
  }

  private Child child(String name, Path where, String... commandLine) throws IOException {
    return child(name, where, List.of(commandLine));
  }

  private Child child(String name, Path where, List<String> commandLine) throws IOException {
    Path log = folder.file("logs/%02d-%s.log".formatted(children.size(), name));
    Child child = Child.start(commandLine, where, log);
    children.push(child);
    return child;
  }

  private AssertionError output() {
    return new AssertionError(children.getFirst().output());
  }

  @SuppressWarnings("NullAway") // set before each test
  private static Child unset() {
    return null;
  }
}
