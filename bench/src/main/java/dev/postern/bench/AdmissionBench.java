package dev.postern.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.attestation.Challenges;
import dev.postern.attestation.mint.ProofSigner;
import dev.postern.gateway.Gateway;
import dev.postern.gateway.StartFailed;
import dev.postern.gateway.StderrLog;
import dev.postern.gateway.admission.Admission;
import dev.postern.gateway.admission.AdmissionService;
import dev.postern.gateway.admission.AttachAttempt;
import dev.postern.gateway.admission.Caller;
import dev.postern.gateway.admission.Peer;
import dev.postern.gateway.stream.EndReason;
import dev.postern.gateway.stream.NoticeEvent;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * What an admission costs the gateway, beside the three P-256 verifies by libcrypto that it
 * contains, in rounds that interleave.
 *
 * <p>The server side is everything of {@link AdmissionService#admit} but the caller's signing:
 * token, Attestation Result, challenge, proof, policy, SQLite, audit log, a silent target side. The
 * data folder lies in {@code /dev/shm} where there is one, so that syncing costs nothing: fsync
 * apart. The way from Attach to Admitted is over loopback TLS with client and gateway in this
 * process.
 */
public final class AdmissionBench {
  private static final int ROUNDS = 5;
  private static final int WARM_UP_ROUNDS = 4;
  private static final int ADMISSIONS = 1_000;
  private static final int ATTACHES = 500;

  private final InstantSource clock = InstantSource.system();
  private final Installation installation;

  private AdmissionBench(Installation installation) {
    this.installation = installation;
  }

  public static void main(String[] args) throws IOException, InterruptedException, StartFailed {
    Path memory = Path.of("/dev/shm");
    Path folder =
        Files.isWritable(memory)
            ? Files.createTempDirectory(memory, "postern-bench")
            : Files.createTempDirectory("postern-bench");
    // the lines that an admission logs are written, and nobody reads them
    System.setErr(new PrintStream(OutputStream.nullOutputStream(), true, UTF_8));
    StderrLog.install();
    System.out.println("data folder in " + folder.getParent());
    try {
      var installation = Installation.create(folder, folder.resolve("data"), 1);
      var config = Installation.load(installation.config());
      try (Gateway gateway = Gateway.start(config, BenchGateway.parts(OpenTools.SILENT))) {
        new AdmissionBench(installation).run(gateway);
      }
    } finally {
      Folders.delete(folder);
    }
  }

  private void run(Gateway gateway) throws IOException, InterruptedException {
    double[] server = new double[ROUNDS];
    double[] ratios = new double[ROUNDS];
    double[] attach = new double[ROUNDS];
    System.out.println(
        "round  libcrypto µs  server side µs p50    p99  ratio to 3 verifies  Attach to Admitted µs"
            + " p50    p99");
    for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
      double libcrypto = Libcrypto.verifyMicros();
      long[] inProcess = admissions(gateway);
      long[] wire = attaches(gateway);
      if (round < 0) {
        continue;
      }
      server[round] = Samples.micros(inProcess, 0.5);
      ratios[round] = server[round] / (3 * libcrypto);
      attach[round] = Samples.micros(wire, 0.5);
      System.out.printf(
          "%5d %13.1f %19.1f %6.1f %20.2f %26.1f %6.1f%n",
          round,
          libcrypto,
          server[round],
          Samples.micros(inProcess, 0.99),
          ratios[round],
          attach[round],
          Samples.micros(wire, 0.99));
    }
    System.out.printf(
        "median: server side %.1f µs = %.2f x three libcrypto verifies; Attach to Admitted %.1f"
            + " µs%n",
        Samples.median(server), Samples.median(ratios), Samples.median(attach));
  }

  /** The server side alone, called as the server calls it. */
  private long[] admissions(Gateway gateway) throws InterruptedException {
    var nanos = new long[ADMISSIONS];
    for (int i = 0; i < nanos.length; i++) {
      nanos[i] = admit(gateway.admission(), installation.token(clock));
    }
    return nanos;
  }

  private long admit(AdmissionService service, String token) throws InterruptedException {
    var caller = new Signing(token, installation.prover());
    var attempt =
        new AttachAttempt(
            new Peer("127.0.0.1", "127.0.0.1", Optional.empty()),
            token,
            "",
            Installation.TARGET,
            Installation.TOOL,
            List.of(),
            "",
            Duration.ZERO);
    long start = System.nanoTime();
    Admission admission = service.admit(attempt, caller);
    long nanos = System.nanoTime() - start - caller.nanos;
    if (!(admission instanceof Admission.Granted(var connection))) {
      throw new IllegalStateException("not admitted: " + admission);
    }
    connection.session().connectionOver(connection, EndReason.SESSION_ENDED, "");
    return nanos;
  }

  /** A caller that signs at once; how long that took is told apart. */
  private static final class Signing implements Caller {
    private final String token;
    private final ProofSigner prover;
    private long nanos;

    Signing(String token, ProofSigner prover) {
      this.token = token;
      this.prover = prover;
    }

    @Override
    public Optional<String> prove(Challenges.Issued challenge, String sessionId) {
      long start = System.nanoTime();
      String proof =
          prover.sign(
              new ProofSigner.Request(
                  Installation.GATEWAY,
                  challenge.challenge(),
                  token,
                  sessionId,
                  Installation.TARGET,
                  Installation.TOOL,
                  List.of(),
                  Optional.empty()));
      nanos = System.nanoTime() - start;
      return Optional.of(proof);
    }

    @Override
    public void send(byte[] data) {}

    @Override
    public void notice(NoticeEvent notice) {}

    @Override
    public void close(EndReason why, String detail) {}
  }

  private long[] attaches(Gateway gateway) throws IOException, InterruptedException {
    var channel = Attaching.channel(installation, gateway.address().getPort());
    try {
      var nanos = new long[ATTACHES];
      for (int i = 0; i < nanos.length; i++) {
        String token = installation.token(clock);
        long start = System.nanoTime();
        var attached = Attaching.open(channel, token, installation.prover());
        nanos[i] = System.nanoTime() - start - attached.signingNanos();
        attached.end();
      }
      return nanos;
    } finally {
      channel.shutdownNow();
    }
  }
}
