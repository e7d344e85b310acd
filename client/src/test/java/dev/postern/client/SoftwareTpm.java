package dev.postern.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;

/** A real TPM 2.0 in software: swtpm on a loopback port, with nothing measured yet. */
final class SoftwareTpm implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 30;

  private final Process process;
  private final int port;

  private SoftwareTpm(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Whether swtpm and tpm2-tools are installed. */
  static boolean isInstalled() {
    return Files.isExecutable(Path.of("/usr/bin/swtpm"))
        && Files.isExecutable(Path.of("/usr/bin/tpm2_pcrextend"));
  }

  static SoftwareTpm start(Path state) throws IOException, InterruptedException {
    Files.createDirectories(state);
    int port = freePair();
    Process process =
        new ProcessBuilder(
                "swtpm",
                "socket",
                "--tpm2",
                "--tpmstate",
                "dir=" + state.toAbsolutePath(),
                "--server",
                "type=tcp,port=" + port + ",bindaddr=127.0.0.1",
                "--ctrl",
                "type=tcp,port=" + (port + 1) + ",bindaddr=127.0.0.1",
                "--flags",
                "not-need-init,startup-clear")
            .redirectErrorStream(true)
            .redirectOutput(state.resolve("swtpm.log").toFile())
            .start();
    var tpm = new SoftwareTpm(process, port);
    tpm.awaitControl();
    return tpm;
  }

  String uri() {
    return "tpm:127.0.0.1:" + port;
  }

  /** Measures into a PCR, with tpm2-tools. */
  void extend(int pcr, String sha256Hex) throws IOException, InterruptedException {
    var builder = new ProcessBuilder("tpm2_pcrextend", pcr + ":sha256=" + sha256Hex);
    builder.environment().put("TPM2TOOLS_TCTI", "swtpm:host=127.0.0.1,port=" + port);
    Process tool = builder.redirectErrorStream(true).start();
    String said = new String(tool.getInputStream().readAllBytes(), UTF_8);
    if (!tool.waitFor(PATIENCE_SECONDS, SECONDS) || tool.exitValue() != 0) {
      throw new IOException("tpm2_pcrextend: " + said);
    }
  }

  /** The control port answers once the server port listens. */
  private void awaitControl() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + SECONDS.toNanos(PATIENCE_SECONDS);
    while (true) {
      try (var socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port + 1), 1_000);
        return;
      } catch (IOException notYet) {
        if (System.nanoTime() > deadline
            || process.waitFor(50, java.util.concurrent.TimeUnit.MILLISECONDS)) {
          process.destroyForcibly();
          throw new IOException("swtpm does not listen", notYet);
        }
      }
    }
  }

  /** A free port whose next one is free too. */
  private static int freePair() throws IOException {
    var none = new IOException("no two free ports beside each other");
    for (int attempt = 0; attempt < 100; attempt++) {
      try (var first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
          var second =
              new ServerSocket(first.getLocalPort() + 1, 1, InetAddress.getLoopbackAddress())) {
        return second.getLocalPort() - 1;
      } catch (IOException | IllegalArgumentException taken) {
        none.addSuppressed(taken);
      }
    }
    throw none;
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
