package dev.postern.gateway.dlv;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.opentest4j.TestAbortedException;

/**
 * A Go process under a real headless {@code dlv}, whose heartbeats tell whether it runs. Closing
 * kills both, always.
 */
public final class RealDlv implements AutoCloseable {
  /** A Delve and a Go whose binaries it reads. */
  public enum Version {
    V1_20("/usr/bin/dlv", "/usr/lib/go-1.19/bin/go"),
    V1_23("dlv/1.23.1/dlv", "/usr/lib/go-1.19/bin/go"),
    V1_27("dlv/1.27.1/dlv", "go");

    private final String dlv;
    private final String go;

    Version(String dlv, String go) {
      this.dlv = dlv;
      this.go = go;
    }

    Path dlv() {
      Path path = cache().resolve(dlv);
      if (!Files.isExecutable(path)) {
        throw new TestAbortedException("no " + path + "; scripts/test-tools installs it");
      }
      return path;
    }

    /** The fixture, built once with this version's Go. */
    Path program() throws IOException, InterruptedException {
      synchronized (Version.class) {
        Path built = Path.of("target", "go", "workshop-" + name()).toAbsolutePath();
        Path source = Path.of("src", "test", "go", "workshop", "main.go");
        if (!Files.exists(built)
            || Files.getLastModifiedTime(built).compareTo(Files.getLastModifiedTime(source)) < 0) {
          Files.createDirectories(built.getParent());
          var build =
              new ProcessBuilder(go, "build", "-gcflags", "all=-N -l", "-o", built.toString(), ".");
          build.directory(Path.of("src", "test", "go", "workshop").toAbsolutePath().toFile());
          build.environment().put("GOFLAGS", "-mod=mod");
          build.environment().put("GOTOOLCHAIN", "local");
          build.redirectErrorStream(true);
          Process process;
          try {
            process = build.start();
          } catch (IOException missing) {
            throw new TestAbortedException(
                "no " + go + "; scripts/test-tools installs it", missing);
          }
          String output = new String(process.getInputStream().readAllBytes(), UTF_8);
          if (process.waitFor() != 0) {
            throw new TestAbortedException("the Go fixture does not build: " + output);
          }
        }
        return built;
      }
    }
  }

  private final Process process;
  private final URI endpoint;
  private final DatagramSocket heartbeats;
  private final Queue<String> output;

  private RealDlv(Process process, URI endpoint, DatagramSocket heartbeats, Queue<String> output) {
    this.process = process;
    this.endpoint = endpoint;
    this.heartbeats = heartbeats;
    this.output = output;
  }

  static Path cache() {
    return Optional.ofNullable(System.getenv("POSTERN_CACHE"))
        .map(Path::of)
        .orElse(Path.of(System.getProperty("user.home"), ".cache", "postern"));
  }

  /** A running process that several clients may debug. */
  public static RealDlv running(Version version) throws IOException, InterruptedException {
    return start(version, List.of("--accept-multiclient", "--continue"));
  }

  /** A process that waits at its entry for a client to continue it. */
  public static RealDlv waiting(Version version) throws IOException, InterruptedException {
    return start(version, List.of("--accept-multiclient"));
  }

  private static RealDlv start(Version version, List<String> options)
      throws IOException, InterruptedException {
    Path dlv = version.dlv();
    Path program = version.program();
    var heartbeats = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    var command = new ArrayList<>(List.of(dlv.toString(), "exec", "--headless"));
    command.addAll(options);
    command.addAll(
        List.of(
            "--api-version=2",
            "--check-go-version=false",
            "--listen=127.0.0.1:0",
            program.toString(),
            "--",
            "127.0.0.1:" + heartbeats.getLocalPort()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var output = new ConcurrentLinkedQueue<String>();
    var listening = new CompletableFuture<URI>();
    Thread.ofVirtual().start(() -> read(process, output, listening));
    try {
      var started = new RealDlv(process, listening.get(30, TimeUnit.SECONDS), heartbeats, output);
      if (options.contains("--continue")) {
        started.awaitHeartbeat(Duration.ofSeconds(30));
      }
      return started;
    } catch (Exception failed) {
      end(process);
      heartbeats.close();
      throw new IOException("dlv did not start: " + output, failed);
    }
  }

  private static void read(
      Process process, Queue<String> output, CompletableFuture<URI> listening) {
    String mark = "API server listening at: ";
    try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        output.add(line);
        if (line.startsWith(mark)) {
          listening.complete(URI.create("tcp://" + line.substring(mark.length())));
        }
      }
    } catch (IOException closed) {
      output.add(closed.toString());
    }
    listening.completeExceptionally(new IOException("dlv ended: " + output));
  }

  public URI endpoint() {
    return endpoint;
  }

  Process process() {
    return process;
  }

  /** What dlv and the process printed. */
  String output() {
    return String.join("\n", output);
  }

  /** Waits for a heartbeat sent from now on; fails if none comes. */
  public void awaitHeartbeat(Duration limit) throws IOException {
    drain();
    heartbeats.setSoTimeout((int) limit.toMillis());
    try {
      heartbeats.receive(new DatagramPacket(new byte[64], 64));
    } catch (SocketTimeoutException silent) {
      throw new AssertionError("no heartbeat in " + limit.toMillis() + " ms", silent);
    }
  }

  /** Whether no heartbeat comes for that long. */
  public boolean isSilentFor(Duration limit) throws IOException {
    drain();
    heartbeats.setSoTimeout((int) limit.toMillis());
    try {
      heartbeats.receive(new DatagramPacket(new byte[64], 64));
      return false;
    } catch (SocketTimeoutException silent) {
      return true;
    }
  }

  /** The longest pause between two heartbeats while {@code span} passes. */
  Duration longestPause(Duration span) throws IOException {
    drain();
    long end = System.nanoTime() + span.toNanos();
    long last = System.nanoTime();
    long longest = 0;
    while (System.nanoTime() < end) {
      heartbeats.setSoTimeout((int) Math.max(1, (end - System.nanoTime()) / 1_000_000));
      try {
        heartbeats.receive(new DatagramPacket(new byte[64], 64));
      } catch (SocketTimeoutException over) {
        break;
      }
      long now = System.nanoTime();
      longest = Math.max(longest, now - last);
      last = now;
    }
    return Duration.ofNanos(Math.max(longest, System.nanoTime() - last));
  }

  private void drain() throws IOException {
    heartbeats.setSoTimeout(1);
    try {
      while (true) {
        heartbeats.receive(new DatagramPacket(new byte[64], 64));
      }
    } catch (SocketTimeoutException empty) {
      // nothing old is left
    }
  }

  @Override
  public void close() {
    end(process);
    heartbeats.close();
  }

  private static void end(Process process) {
    List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
    all.add(process.toHandle());
    all.forEach(ProcessHandle::destroyForcibly);
    process.onExit().orTimeout(10, TimeUnit.SECONDS).exceptionally(_ -> process).join();
  }
}
