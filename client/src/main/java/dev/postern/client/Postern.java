package dev.postern.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.postern.client.command.CommandFailure;
import dev.postern.client.command.ExitStatus;
import dev.postern.client.command.Surroundings;
import dev.postern.client.connect.ConnectCommand;
import dev.postern.client.connect.TargetsCommand;
import dev.postern.client.demo.DemoCommand;
import dev.postern.client.demo.PosternPrograms;
import dev.postern.client.demo.WarmUpCommand;
import dev.postern.client.evidence.EvidenceGroup;
import dev.postern.client.explain.PolicyExplainCommand;
import dev.postern.client.keys.KeysCommand;
import dev.postern.client.policy.BundleCommand;
import dev.postern.client.policy.PolicyTestCommand;
import dev.postern.client.policy.WhatCanCommand;
import dev.postern.client.policy.WhoCanCommand;
import dev.postern.client.record.AuditCommand;
import dev.postern.client.record.PolicyCheckCommand;
import dev.postern.client.token.TokenInspectCommand;
import dev.postern.client.token.TokenMintCommand;
import dev.postern.client.token.TokenVerifyCommand;
import dev.postern.client.trust.TrustEnrollCommand;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** The command line: {@code postern COMMAND …}. */
public final class Postern {
  private static final String VERSION = "postern 0.1.0";

  /** Commands of the design that this version does not have. */
  private static final Set<String> LATER =
      Set.of(
          "agent",
          "sessions",
          "lock",
          "requests",
          "perf",
          "goroutines",
          "snapshot",
          "policy diff",
          "policy fmt",
          "policy schema");

  private Postern() {}

  public static void main(String[] args) {
    var out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, UTF_8);
    var around =
        new Surroundings(
            System.in,
            out,
            System.err,
            System.getenv(),
            InstantSource.system(),
            Path.of(System.getProperty("user.home", ".")),
            Path.of(System.getProperty("postern.home", ".")));
    int status = run(around, args);
    out.flush();
    System.exit(status);
  }

  /** Runs one command line and returns its exit status; never throws. */
  static int run(Surroundings around, String... args) {
    String later = later(args);
    if (later != null) {
      around.say("`postern " + later + "` is not in this version yet");
      return ExitStatus.USAGE;
    }
    CommandLine line = commands(around);
    line.setOut(new PrintWriter(around.out(), true, UTF_8));
    line.setErr(new PrintWriter(around.err(), true, UTF_8));
    line.setUsageHelpAutoWidth(false);
    line.setUsageHelpWidth(100);
    line.setParameterExceptionHandler((e, arguments) -> wrongUse(e, around));
    line.setExecutionExceptionHandler((e, command, parsed) -> failed(e, around));
    return line.execute(args);
  }

  private static CommandLine commands(Surroundings around) {
    return new CommandLine(new Root())
        .addSubcommand(
            "demo", new DemoCommand(around, PosternPrograms.launcher(around.posternHome())))
        .addSubcommand("gateway", new GatewayEntry())
        .addSubcommand(
            "warm-up",
            new WarmUpCommand(around, (other, line) -> run(other, line.toArray(String[]::new))))
        .addSubcommand("evidence", EvidenceGroup.line(around))
        .addSubcommand("connect", new ConnectCommand(around))
        .addSubcommand("targets", new TargetsCommand(around))
        .addSubcommand(
            "token",
            group("Debug tokens by hand.")
                .addSubcommand("mint", new TokenMintCommand(around))
                .addSubcommand("inspect", new TokenInspectCommand(around))
                .addSubcommand("verify", new TokenVerifyCommand(around)))
        .addSubcommand(
            "policy",
            group("The policy files.")
                .addSubcommand("check", new PolicyCheckCommand(around))
                .addSubcommand("test", new PolicyTestCommand(around))
                .addSubcommand("explain", new PolicyExplainCommand(around))
                .addSubcommand("who-can", new WhoCanCommand(around))
                .addSubcommand("what-can", new WhatCanCommand(around))
                .addSubcommand("bundle", new BundleCommand(around)))
        .addSubcommand("audit", new AuditCommand(around))
        .addSubcommand(
            "trust",
            group("What a gateway believes, kept in files.")
                .addSubcommand("enroll", new TrustEnrollCommand(around)))
        .addSubcommand("keys", new KeysCommand(around));
  }

  private static CommandLine group(String description) {
    var group = new CommandLine(new Group());
    group.getCommandSpec().usageMessage().description(description);
    return group;
  }

  /** The part of the command line that this version lacks, such as {@code policy test}; or null. */
  private static @Nullable String later(String... args) {
    if (args.length > 0 && LATER.contains(args[0])) {
      return args[0];
    }
    String two = args.length > 1 ? args[0] + " " + args[1] : "";
    return LATER.contains(two) ? two : null;
  }

  private static int wrongUse(ParameterException e, Surroundings around) {
    around.say(lowerFirst(String.valueOf(e.getMessage())));
    CommandLine.UnmatchedArgumentException.printSuggestions(
        e, new PrintWriter(around.err(), true, UTF_8));
    around
        .err()
        .println("try `" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help`");
    return ExitStatus.USAGE;
  }

  private static int failed(Exception e, Surroundings around) {
    if (e instanceof CommandFailure failure) {
      around.say(failure.text());
      return failure.status();
    }
    around.say("this is a bug in postern: " + e);
    if (around.variable("POSTERN_DEBUG").isPresent()) {
      e.printStackTrace(around.err());
    } else {
      around.err().println("set POSTERN_DEBUG=1 for the whole story");
    }
    return ExitStatus.BUG;
  }

  private static String lowerFirst(String sentence) {
    return sentence.isEmpty()
        ? sentence
        : Character.toLowerCase(sentence.charAt(0)) + sentence.substring(1);
  }

  @Command(
      name = "postern",
      description = "A zero-trust gateway for debug access.",
      synopsisSubcommandLabel = "COMMAND",
      mixinStandardHelpOptions = true,
      version = VERSION)
  private static final class Root extends Group {}

  /** A command that only has commands below it. */
  @Command(synopsisSubcommandLabel = "COMMAND", mixinStandardHelpOptions = true)
  private static class Group implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
      requireNonNull(spec, "spec is null").commandLine().usage(spec.commandLine().getErr());
      return ExitStatus.USAGE;
    }
  }

  /** Stands in the help; the launcher starts the gateway itself and does not come here. */
  @Command(name = "gateway", description = "The gateway: postern gateway --config postern.yaml")
  private static final class GatewayEntry implements Callable<Integer> {
    @Unmatched private final List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() throws CommandFailure {
      throw CommandFailure.usage(
          "start the gateway through the launcher: ./postern gateway "
              + String.join(" ", arguments));
    }
  }
}
