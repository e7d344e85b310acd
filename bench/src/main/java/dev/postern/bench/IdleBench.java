package dev.postern.bench;

import io.grpc.ManagedChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * Memory of sessions that are admitted and silent, each with a token of its own and a target-side
 * connection of its own, over the number of client connections given: {@code idle [SESSIONS
 * [CONNECTIONS]]}. A real {@code postern connect} has a connection for its one session.
 */
public final class IdleBench {
  private static final int CONCURRENT_ATTACHES = 16;

  private IdleBench() {}

  public static void main(String[] args) throws Exception {
    int sessions = args.length > 0 ? Integer.parseInt(args[0]) : 10_000;
    int connections = args.length > 1 ? Integer.parseInt(args[1]) : 100;
    Path folder = Files.createTempDirectory("postern-bench");
    var held = new ConcurrentLinkedQueue<Socket>();
    try (var target = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress())) {
      Thread.ofPlatform().daemon().start(() -> hold(target, held));
      var installation = Installation.create(folder, folder.resolve("data"), target.getLocalPort());
      try (JavaProcess gateway = JavaProcess.gateway(installation)) {
        measure(installation, gateway, sessions, connections);
      }
    } finally {
      Folders.delete(folder);
    }
  }

  private static void hold(ServerSocket target, ConcurrentLinkedQueue<Socket> held) {
    while (true) {
      try {
        held.add(target.accept());
      } catch (IOException closed) {
        return;
      }
    }
  }

  private static void measure(
      Installation installation, JavaProcess gateway, int sessions, int connections)
      throws IOException, InterruptedException {
    int port = gateway.awaitPort();
    var clock = InstantSource.system();
    var channels = new ArrayList<ManagedChannel>();
    for (int i = 0; i < connections; i++) {
      channels.add(Attaching.channel(installation, port));
    }
    // one session first: what the first of anything loads is no session's memory
    var kept = new ConcurrentLinkedQueue<Attaching>();
    Attaching.open(channels.getFirst(), installation.token(clock), installation.prover());
    long heapBefore = settled(gateway);
    long residentBefore = gateway.residentKib();
    long start = System.nanoTime();
    var failures = new ConcurrentLinkedQueue<Exception>();
    var turns = new Semaphore(CONCURRENT_ATTACHES);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < sessions && failures.isEmpty(); i++) {
        ManagedChannel channel = channels.get(i % connections);
        turns.acquire();
        threads.execute(
            () -> {
              try {
                kept.add(Attaching.open(channel, installation.token(clock), installation.prover()));
              } catch (IOException | InterruptedException e) {
                failures.add(e);
              } finally {
                turns.release();
              }
            });
      }
    }
    if (!failures.isEmpty()) {
      throw new IOException("a session was not admitted", failures.peek());
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    long heap = settled(gateway) - heapBefore;
    long resident = gateway.residentKib() - residentBefore;
    System.out.printf(
        "%d idle sessions over %d connections, admitted in %.1f s: %.1f KB each resident, %.1f KB"
            + " each of it heap; gateway before %.0f MB, after %.0f MB resident%n",
        kept.size(),
        connections,
        seconds,
        resident * 1.024 / sessions,
        heap / 1e3 / sessions,
        residentBefore * 1.024 / 1e3,
        (residentBefore + resident) * 1.024 / 1e3);
    List.copyOf(channels).forEach(ManagedChannel::shutdownNow);
  }

  /** Live heap, after collections have let go of what only waited to be let go of. */
  private static long settled(JavaProcess gateway) throws IOException {
    gateway.ask("collect");
    return Long.parseLong(gateway.ask("collect"));
  }
}
