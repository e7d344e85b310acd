package dev.postern.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The peer: two stunnel processes with mutual TLS 1.3 between them, in front of the same target.
 */
final class Stunnel implements AutoCloseable {
  private final Process server;
  private final Process client;
  private final InetSocketAddress entry;

  private Stunnel(Process server, Process client, InetSocketAddress entry) {
    this.server = server;
    this.client = client;
    this.entry = entry;
  }

  /** Starts both ends; {@code keys} holds {@code tls.crt}, {@code tls.key} and {@code ca.crt}. */
  static Stunnel open(Path keys, InetSocketAddress target, Path work) throws IOException {
    int inner = freePort();
    int outer = freePort();
    Path serverConf = work.resolve("stunnel-server.conf");
    Files.writeString(serverConf, config(keys, "no", inner, target.getPort()));
    Path clientConf = work.resolve("stunnel-client.conf");
    Files.writeString(clientConf, config(keys, "yes", outer, inner));
    var server = start(serverConf, work.resolve("stunnel-server.log"));
    var client = start(clientConf, work.resolve("stunnel-client.log"));
    var entry = new InetSocketAddress(InetAddress.getLoopbackAddress(), outer);
    awaitOpen(new InetSocketAddress(InetAddress.getLoopbackAddress(), inner));
    awaitOpen(entry);
    return new Stunnel(server, client, entry);
  }

  InetSocketAddress entry() {
    return entry;
  }

  List<Long> pids() {
    return List.of(server.pid(), client.pid());
  }

  private static String config(Path keys, String client, int accept, int connect) {
    return """
    foreground = yes
    debug = 3
    pid =
    socket = l:TCP_NODELAY=1
    socket = r:TCP_NODELAY=1
    [relay]
    client = %s
    accept = 127.0.0.1:%d
    connect = 127.0.0.1:%d
    sslVersion = TLSv1.3
    cert = %s
    key = %s
    CAfile = %s
    verifyChain = yes
    """
        .formatted(
            client,
            accept,
            connect,
            keys.resolve("tls.crt"),
            keys.resolve("tls.key"),
            keys.resolve("ca.crt"));
  }

  private static Process start(Path config, Path log) throws IOException {
    return new ProcessBuilder("stunnel4", config.toString())
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
  }

  static void awaitOpen(InetSocketAddress address) throws IOException {
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (true) {
      try {
        new Socket(address.getAddress(), address.getPort()).close();
        return;
      } catch (IOException notYet) {
        if (System.nanoTime() > deadline) {
          throw notYet;
        }
        Thread.onSpinWait();
      }
    }
  }

  static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    client.destroy();
    server.destroy();
  }
}
