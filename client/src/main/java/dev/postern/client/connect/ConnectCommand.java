package dev.postern.client.connect;

import static java.util.Objects.requireNonNull;

import dev.postern.attestation.mint.ProofSigner;
import dev.postern.client.command.CommandFailure;
import dev.postern.client.command.ExitStatus;
import dev.postern.client.command.Surroundings;
import dev.postern.client.connect.ClientDefaults.Field;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern connect}: a local end of a session. */
@Command(
    name = "connect",
    description = "Opens a local end of a debug session.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class ConnectCommand implements Callable<Integer> {
  private static final Set<String> TOOLS = Set.of("dlv", "gdb", "perf", "pprof", "gops");
  private static final int MAX_REASON_CHARACTERS = 512;
  private static final Duration KEEP_ALIVE_CHECK = Duration.ofSeconds(5);

  private final Surroundings around;

  @Parameters(index = "0", paramLabel = "TARGET", description = "The target, such as shop/app.")
  private String target = "";

  @Option(
      names = "--tool",
      required = true,
      paramLabel = "TOOL",
      description = "dlv, gdb, perf, pprof or gops.")
  private String tool = "";

  @Mixin private final GatewayOptions options = new GatewayOptions();

  @Option(
      names = "--scope",
      paramLabel = "SCOPE",
      description =
          "A scope to ask for; may stand several times. Default: all that the token has and policy"
              + " permits.")
  private List<String> scopes = new ArrayList<>();

  @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the record.")
  private @Nullable String reason;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description = "Where debuggers connect to. Default: 127.0.0.1:0, any free port.")
  private @Nullable String listen;

  @Option(
      names = "--allow-remote",
      description =
          "Let --listen be an address that other machines reach. Whoever reaches it is in the"
              + " session.")
  private boolean allowRemote;

  @Option(names = "--stdio", description = "Speak the debug protocol on standard input and output.")
  private boolean stdio;

  @Option(
      names = "--hold",
      paramLabel = "SECONDS",
      description = "How long the gateway keeps the session when the way to it breaks. Default: 5.")
  private int holdSeconds = 5;

  public ConnectCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws CommandFailure, InterruptedException {
    ClientDefaults defaults = ClientDefaults.load(around);
    LocalSession.Wanted wanted = wanted(defaults);
    GatewayOptions.Resolved resolved = options.resolve(defaults, around);
    var notices = new Notices(around);
    try (GatewayChannel gateway = GatewayChannel.open(resolved.gateway(), resolved.tls())) {
      Optional<LocalListener> listener =
          stdio ? Optional.empty() : Optional.of(listener(defaults, gateway.loop()));
      var session =
          new LocalSession(
              gateway.channel(),
              withId(wanted, resolved.gatewayId()),
              resolved.tokens(),
              new ProofSigner(resolved.key()),
              notices,
              System::nanoTime);
      notices.admitted(session.begin());
      var ended = new CountDownLatch(1);
      Thread interrupted = new Thread(() -> endCleanly(session, ended), "interrupted");
      Runtime.getRuntime().addShutdownHook(interrupted);
      var renewal =
          new Renewal(gateway.channel(), session, resolved.tokens(), notices, around.clock());
      Thread keepAlive =
          Thread.ofVirtual().name("keep-alive").start(() -> keepAlive(session, ended));
      try {
        if (resolved.tokens().renews()) {
          renewal.start();
        }
        if (listener.isEmpty()) {
          new StdioEnd(around).serve(session);
        } else {
          LocalListener open = listener.get();
          around.out().println("listening on " + open.address());
          around.out().flush();
          open.serve(session, notices);
          throw session.over().join();
        }
      } finally {
        ended.countDown();
        renewal.close();
        keepAlive.interrupt();
        listener.ifPresent(LocalListener::close);
        session.close();
        removeHook(interrupted);
      }
    }
    return ExitStatus.DONE;
  }

  private LocalSession.Wanted wanted(ClientDefaults defaults) throws CommandFailure {
    if (!TOOLS.contains(tool)) {
      throw CommandFailure.usage(
          "unknown tool `" + tool + "`, expected one of dlv, gdb, perf, pprof, gops");
    }
    if (holdSeconds < 0 || holdSeconds > 3600) {
      throw CommandFailure.usage("--hold takes 0 to 3600 seconds");
    }
    if (stdio && listen != null) {
      throw CommandFailure.usage("--listen and --stdio exclude each other");
    }
    String why = defaults.value(Optional.ofNullable(reason), Field.REASON).orElse("");
    if (why.codePointCount(0, why.length()) > MAX_REASON_CHARACTERS) {
      throw CommandFailure.usage("--reason takes at most " + MAX_REASON_CHARACTERS + " characters");
    }
    Duration hold = stdio ? Duration.ZERO : Duration.ofSeconds(holdSeconds);
    return new LocalSession.Wanted(target, tool, scopes, why, null, hold);
  }

  private static LocalSession.Wanted withId(
      LocalSession.Wanted wanted, @Nullable String gatewayId) {
    return new LocalSession.Wanted(
        wanted.target(), wanted.tool(), wanted.scopes(), wanted.reason(), gatewayId, wanted.hold());
  }

  private LocalListener listener(ClientDefaults defaults, EventLoopGroup loop)
      throws CommandFailure {
    String address =
        defaults.value(Optional.ofNullable(listen), Field.LISTEN).orElse("127.0.0.1:0");
    return LocalListener.open(HostPort.parse(address, "--listen"), allowRemote, loop);
  }

  private static void keepAlive(LocalSession session, CountDownLatch ended) {
    try {
      while (!ended.await(KEEP_ALIVE_CHECK.toMillis(), TimeUnit.MILLISECONDS)) {
        session.keepAlive();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ctrl-C: ends the session, and the program as one that did what it was asked to. */
  private void endCleanly(LocalSession session, CountDownLatch ended) {
    if (ended.getCount() > 0) {
      session.close();
      around.say("session ended");
      requireNonNull(around.out()).flush();
      Runtime.getRuntime().halt(ExitStatus.DONE);
    }
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException shuttingDown) {
      // the hook is running, and does what is left to do
    }
  }
}
