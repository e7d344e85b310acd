package dev.postern.client.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.client.command.CommandFailure;
import dev.postern.client.command.ExitStatus;
import dev.postern.client.command.Surroundings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * The training run behind the launcher's start-up caches: does once, in a throw-away folder, what
 * later starts will do, while Java records which classes that takes. Its gateway runs in a process
 * of its own, recorded too.
 */
@Command(name = "warm-up", hidden = true)
public final class WarmUpCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Nothing listens on TCP's discard port; the session is admitted before that is noticed. */
  private static final int NO_DELVE = 9;

  /** Another command of this program, in this process. */
  public interface Commands {
    int run(Surroundings around, List<String> arguments);
  }

  private final Surroundings around;
  private final Commands commands;

  @Parameters(index = "0", paramLabel = "DIR", description = "A folder to make, and leave behind.")
  private Path root = Path.of("");

  @Parameters(
      index = "1..*",
      paramLabel = "COMMAND",
      description = "How to start the gateway; ` --config postern.yaml` is added.")
  private List<String> gatewayLine = new ArrayList<>();

  public WarmUpCommand(Surroundings around, Commands commands) {
    this.around = around;
    this.commands = commands;
  }

  @Override
  public Integer call() throws CommandFailure, InterruptedException {
    try {
      DemoFolder folder = DemoFolder.create(root);
      folder.writeKeys(around.clock().instant());
      folder.writeConfiguration(NO_DELVE);
      var gatewayCommand = new ArrayList<>(gatewayLine);
      gatewayCommand.addAll(List.of("--config", folder.file("postern.yaml").toString()));
      Child gateway = Child.start(gatewayCommand, folder.root(), folder.file("logs/gateway.log"));
      try {
        Optional<Matcher> listening = gateway.awaitLine("^listening on (\\S+)", PATIENCE);
        if (listening.isEmpty()) {
          throw CommandFailure.unreachable("the gateway did not start: " + gateway.output());
        }
        useAll(new DemoCommands(folder), folder, listening.get().group(1));
      } finally {
        gateway.askToEnd(); // Java writes the gateway's cache before the process is over
        if (gateway.awaitEnd(PATIENCE).isEmpty()) {
          gateway.end();
        }
      }
      return ExitStatus.DONE;
    } catch (IOException e) {
      throw CommandFailure.unreachable("`" + root + "` cannot be used: " + e.getMessage());
    }
  }

  private void useAll(DemoCommands lines, DemoFolder folder, String gateway) throws IOException {
    String config = folder.file("postern.yaml").toString();
    run("", List.of("--version"));
    run("", List.of("policy", "check", folder.file("policies").toString()));
    String token = run("", lines.mint());
    Files.writeString(folder.file("token.jwt"), token);
    run(token, List.of("token", "inspect"));
    run(token, List.of("token", "verify", "--config", config));
    run(
        "",
        lines.connect(
            gateway, List.of("--token-file", folder.file("token.jwt").toString(), "--stdio")));
    run("", List.of("audit", "search", "--config", config));
    run("", List.of("audit", "verify", "--config", config));
  }

  /** Runs one command, whatever its status, and returns what it printed. */
  private String run(String input, List<String> arguments) {
    var printed = new ByteArrayOutputStream();
    try (var out = new PrintStream(printed, true, UTF_8);
        var nowhere = new PrintStream(OutputStream.nullOutputStream(), true, UTF_8)) {
      InputStream in = new ByteArrayInputStream(input.getBytes(UTF_8));
      commands.run(
          new Surroundings(
              in,
              out,
              nowhere,
              around.environment(),
              around.clock(),
              around.userHome(),
              around.posternHome()),
          arguments);
    }
    return printed.toString(UTF_8);
  }
}
