package dev.postern.client.demo;

import dev.postern.client.command.Surroundings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the demo does and shows, from top to bottom. Ends all it started when it is closed. */
final class DemoStory implements AutoCloseable {
  private static final Duration BUILD_PATIENCE = Duration.ofMinutes(3);
  private static final Duration START_PATIENCE = Duration.ofSeconds(60);
  private static final Duration COMMAND_PATIENCE = Duration.ofSeconds(60);
  private static final int LINES_SHOWN = 6;
  private static final Pattern DECISION = Pattern.compile("decision (\\S+)");

  /** A step without which the rest makes no sense. */
  private static final class Stuck extends Exception {
    private static final long serialVersionUID = 1L;

    Stuck(String why) {
      super(why, null, false, false);
    }
  }

  private final Surroundings around;
  private final PosternPrograms programs;
  private final DemoTools.Pair tools;
  private final DemoFolder folder;
  private final Steps steps;
  private final Deque<Child> children = new ArrayDeque<>(); // guarded by itself; last started first
  private boolean closed; // guarded by children
  private int runs;
  private String gatewayAddress = "";

  DemoStory(
      Surroundings around,
      PosternPrograms programs,
      DemoTools.Pair tools,
      DemoFolder folder,
      Steps steps) {
    this.around = around;
    this.programs = programs;
    this.tools = tools;
    this.folder = folder;
    this.steps = steps;
  }

  /** Tells it all; true if each step went as it should. */
  boolean tell() throws InterruptedException {
    steps.line(
        "Postern demo. Attestation here is SIMULATED: a software Verifier vouches for a key, no TEE"
            + " does.");
    try {
      steps.heading("A process to debug");
      steps.good(
          "Go " + tools.goVersion() + " and Delve " + tools.dlvVersion() + " fit each other");
      int dlvPort = startShop();
      steps.heading("A gateway in front of it");
      prepare(dlvPort);
      startGateway();
      steps.heading("A developer with a token");
      Child connect = attach();
      debug(localPort(connect));
      connect.end();
      steps.good("session ended");
      denyBadToken();
      steps.heading("The record");
      showRecord();
      steps.heading("The process");
      checkShopRunsOn();
    } catch (Stuck e) {
      steps.bad(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      steps.bad("the demo's folder cannot be used: " + e.getMessage());
    }
    return steps.allGood();
  }

  /** Leaves a session open for the person, and returns when it is over. */
  void stayUp() throws InterruptedException {
    steps.heading("Now you");
    try {
      Child connect =
          start(
              "connect-for-you",
              programs.commandLine(
                  connectArguments(List.of("--token-command", shell(mintLine())))));
      Optional<Matcher> port =
          connect.awaitLine("listening on 127\\.0\\.0\\.1:(\\d+)", START_PATIENCE);
      if (port.isEmpty()) {
        throw new Stuck("could not open a session for you: " + lastLine(connect.output()));
      }
      String number = port.get().group(1);
      steps.line("  A session is open, its attestation SIMULATED. In another terminal:");
      steps.line("      " + tools.dlv() + " connect 127.0.0.1:" + number);
      steps.line(
          "  In GoLand: Run > Edit Configurations > + > Go Remote, host 127.0.0.1, port "
              + number
              + ".");
      steps.line(
          "  Try `goroutines`, `stack`, `print main.stock`; then `set main.stock = 7`, which is"
              + " denied. Leave with `exit -c`.");
      steps.line("  Or open a session of your own:");
      steps.line(
          "      "
              + shell(
                  programs.commandLine(
                      connectArguments(List.of("--token-command", shell(mintLine()))))));
      steps.line("  The record:");
      steps.line(
          "      "
              + shell(
                  programs.commandLine(
                      List.of("audit", "search", "--config", "" + folder.file("postern.yaml")))));
      steps.line("");
      steps.line("Ctrl-C ends the demo and all its processes.");
      while (connect.awaitEnd(Duration.ofMinutes(1)).isEmpty()) {
        around.out().flush();
      }
      steps.line("the session is over: " + lastLine(connect.output()));
    } catch (Stuck e) {
      steps.bad(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      steps.bad("cannot start: " + e.getMessage());
    }
  }

  private int startShop() throws IOException, InterruptedException, Stuck {
    folder.writeShop();
    Path shop = folder.file("shop");
    Child build =
        start(
            "go-build",
            shop,
            List.of(tools.go().toString(), "build", "-gcflags=all=-N -l", "-o", "shop", "."));
    Optional<Integer> status = build.awaitEnd(BUILD_PATIENCE);
    if (!status.equals(Optional.of(0))) {
      throw new Stuck("the demo's Go service does not build: " + lastLine(build.output()));
    }
    steps.good("built a small Go service, `shop`");
    Child dlv =
        start(
            "dlv",
            shop,
            List.of(
                tools.dlv().toString(),
                "exec",
                "--headless",
                "--accept-multiclient",
                "--continue",
                "--listen=127.0.0.1:0",
                "./shop",
                "--",
                folder.file("shop/ticks").toString()));
    Optional<Matcher> port = dlv.awaitLine("listening at: \\S*:(\\d+)", START_PATIENCE);
    if (port.isEmpty()) {
      throw new Stuck("dlv did not start: " + lastLine(dlv.output()));
    }
    steps.good(
        "it runs under a headless dlv on 127.0.0.1:"
            + port.get().group(1)
            + ", which anyone who reaches it owns");
    return Integer.parseInt(port.get().group(1));
  }

  private void prepare(int dlvPort) throws IOException, InterruptedException, Stuck {
    folder.writeKeys(around.clock().instant());
    folder.writeConfiguration(dlvPort);
    steps.good("made keys, certificates, a policy and postern.yaml in " + folder.root());
    Child check =
        postern("policy-check", List.of("policy", "check", folder.file("policies").toString()));
    steps.check(
        exit(check) == 0,
        "the policy has no errors (postern policy check)",
        lastLine(check.output()));
  }

  private void startGateway() throws IOException, InterruptedException, Stuck {
    Child gateway =
        postern("gateway", List.of("gateway", "--config", folder.file("postern.yaml").toString()));
    Optional<Matcher> listening = gateway.awaitLine("^listening on (\\S+)", START_PATIENCE);
    if (listening.isEmpty()) {
      throw new Stuck("the gateway did not start: " + lastLine(gateway.output()));
    }
    gatewayAddress = listening.get().group(1);
    steps.good("the gateway listens on " + gatewayAddress);
  }

  private Child attach() throws IOException, InterruptedException, Stuck {
    String token = mint();
    Files.writeString(folder.file("token.jwt"), token);
    steps.good(
        "minted a token for "
            + DemoFolder.USER
            + ", attestation SIMULATED, scopes dlv/observe dlv/inspect");
    Child connect =
        postern(
            "connect",
            connectArguments(List.of("--token-file", folder.file("token.jwt").toString())));
    Optional<Matcher> admitted = connect.awaitLine("admitted to .*", START_PATIENCE);
    if (admitted.isEmpty()) {
      throw new Stuck("the token was not admitted: " + lastLine(connect.output()));
    }
    steps.good(admitted.get().group());
    return connect;
  }

  private static int localPort(Child connect) throws InterruptedException, Stuck {
    Optional<Matcher> port =
        connect.awaitLine("listening on 127\\.0\\.0\\.1:(\\d+)", START_PATIENCE);
    if (port.isEmpty()) {
      throw new Stuck("connect opened no local port: " + lastLine(connect.output()));
    }
    return Integer.parseInt(port.get().group(1));
  }

  private void debug(int port) throws IOException, InterruptedException, Stuck {
    Files.writeString(folder.file("look.dlv"), "goroutines\nprint main.stock\nexit -c\n");
    Child look = dlvConnect("dlv-look", port, "look.dlv");
    List<String> goroutines =
        look.output().lines().filter(line -> line.contains("Goroutine ")).toList();
    steps.check(
        look.output().contains("main.") && goroutines.size() > 3,
        "dlv connect lists " + goroutines.size() + " goroutines, while the process runs on",
        lastLine(look.output()));
    goroutines.stream().limit(LINES_SHOWN).forEach(line -> steps.detail(line.strip()));

    Files.writeString(folder.file("touch.dlv"), "set main.stock = 7\nprint main.stock\nexit -c\n");
    Child touch = dlvConnect("dlv-touch", port, "touch.dlv");
    Optional<String> denial =
        touch.output().lines().filter(line -> line.contains("dlv/mutate")).findFirst();
    boolean unchanged = touch.output().lines().noneMatch(line -> line.strip().equals("7"));
    steps.check(
        denial.isPresent() && unchanged,
        "`set main.stock = 7` is denied, and the variable is what it was",
        lastLine(touch.output()));
    denial.ifPresent(line -> steps.detail(line.strip()));
  }

  private Child dlvConnect(String name, int port, String script)
      throws IOException, InterruptedException, Stuck {
    Child dlv =
        start(
            name,
            folder.root(),
            List.of(
                tools.dlv().toString(),
                "connect",
                "127.0.0.1:" + port,
                "--init",
                folder.file(script).toString()));
    if (dlv.awaitEnd(COMMAND_PATIENCE).isEmpty()) {
      throw new Stuck("dlv connect does not come to an end");
    }
    return dlv;
  }

  private void denyBadToken() throws IOException, InterruptedException, Stuck {
    String token = mint();
    int at = token.indexOf('.') + 20;
    char other = token.charAt(at) == 'A' ? 'B' : 'A';
    Files.writeString(
        folder.file("forged.jwt"), token.substring(0, at) + other + token.substring(at + 1));
    Child connect =
        postern(
            "connect-forged",
            connectArguments(List.of("--token-file", folder.file("forged.jwt").toString())));
    int status = exit(connect);
    Optional<String> denial =
        connect.output().lines().filter(line -> line.contains("denied")).findFirst();
    steps.check(
        status == 1 && denial.isPresent(),
        "a token changed by one character is denied, exit status 1",
        "exit status " + status + ", " + lastLine(connect.output()));
    denial.ifPresent(steps::detail);
    denial
        .map(DECISION::matcher)
        .filter(Matcher::find)
        .ifPresentOrElse(found -> {}, () -> steps.bad("the denial names no decision"));
  }

  private void showRecord() throws IOException, InterruptedException, Stuck {
    String config = folder.file("postern.yaml").toString();
    Child search = postern("audit-search", List.of("audit", "search", "--config", config));
    int found = exit(search);
    String record = search.output();
    steps.check(
        found == 0
            && record.contains("MESSAGE_SCOPE RPCServer.Set")
            && record.contains("SIG_INVALID"),
        "every decision is in the audit log, denials too (postern audit search)",
        lastLine(record));
    record.lines().forEach(steps::detail);
    Child verify = postern("audit-verify", List.of("audit", "verify", "--config", config));
    steps.check(
        exit(verify) == 0,
        "nobody has rewritten it (postern audit verify)",
        lastLine(verify.output()));
    verify.output().lines().forEach(steps::detail);
  }

  private void checkShopRunsOn() throws InterruptedException {
    long before = ticks();
    long deadline = System.nanoTime() + Duration.ofSeconds(5).toNanos();
    while (ticks() == before && System.nanoTime() < deadline) {
      Thread.sleep(Duration.ofMillis(50));
    }
    steps.check(ticks() > before, "shop runs on, unharmed", "it stands still");
  }

  private long ticks() {
    try {
      return Files.size(folder.file("shop/ticks"));
    } catch (IOException notYet) {
      return 0;
    }
  }

  private List<String> connectArguments(List<String> tokenArguments) {
    return new DemoCommands(folder).connect(gatewayAddress, tokenArguments);
  }

  private List<String> mintLine() {
    return programs.commandLine(new DemoCommands(folder).mint());
  }

  private String mint() throws IOException, InterruptedException, Stuck {
    Child mint = start("mint", folder.root(), mintLine());
    if (exit(mint) != 0) {
      throw new Stuck("no token could be minted: " + lastLine(mint.output()));
    }
    return lastLine(mint.output());
  }

  private static int exit(Child child) throws InterruptedException, Stuck {
    Optional<Integer> status = child.awaitEnd(COMMAND_PATIENCE);
    if (status.isEmpty()) {
      throw new Stuck("a command does not come to an end; its output is in " + child.log());
    }
    return status.get();
  }

  private Child postern(String name, List<String> arguments) throws IOException, Stuck {
    return start(name, folder.root(), programs.commandLine(arguments));
  }

  private Child start(String name, List<String> commandLine) throws IOException, Stuck {
    return start(name, folder.root(), commandLine);
  }

  private Child start(String name, Path where, List<String> commandLine) throws IOException, Stuck {
    synchronized (children) {
      if (closed) {
        throw new Stuck("the demo is ending");
      }
      runs++;
      Child child =
          Child.start(commandLine, where, folder.file("logs/%02d-%s.log".formatted(runs, name)));
      children.push(child);
      return child;
    }
  }

  private static String lastLine(String output) {
    return output
        .lines()
        .filter(line -> !line.isBlank())
        .reduce((first, second) -> second)
        .orElse("(it said nothing)");
  }

  /** A command line as one would type it into a shell. */
  private static String shell(List<String> words) {
    var line = new StringBuilder();
    for (String word : words) {
      if (!line.isEmpty()) {
        line.append(' ');
      }
      line.append(
          word.matches("[A-Za-z0-9_@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'");
    }
    return line.toString();
  }

  /** Ends every process that was started, the last first. Idempotent. */
  @Override
  public void close() {
    List<Child> all;
    synchronized (children) {
      closed = true;
      all = List.copyOf(children);
      children.clear();
    }
    all.forEach(Child::end);
  }
}
