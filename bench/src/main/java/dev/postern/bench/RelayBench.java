package dev.postern.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * The relay beside stunnel, both whole: {@code postern connect} and a gateway, two stunnels with
 * mutual TLS 1.3, in front of one target, in rounds that interleave. A session of the relay has no
 * inspector, see {@link SocketTargets}.
 */
public final class RelayBench {
  private static final int ROUNDS = 5;
  private static final int WARM_UP_ROUNDS = 1;
  private static final int MESSAGE_BYTES = 64;
  private static final int ROUND_TRIPS = 5_000;
  private static final long BYTES = 512L << 20;
  private static final int STREAMS = 8;

  private final List<Entry> entries = new ArrayList<>();
  private final InetSocketAddress target;

  /** One way to the target, and what was measured through it. */
  private static final class Entry {
    final String name;
    final InetSocketAddress address;
    final List<Long> pids;
    final double[] p50 = new double[ROUNDS];
    final double[] p99 = new double[ROUNDS];
    final double[] down = new double[ROUNDS];
    final double[] up = new double[ROUNDS];
    final double[] downEight = new double[ROUNDS];
    final double[] cpuPerGb = new double[ROUNDS];

    Entry(String name, InetSocketAddress address, List<Long> pids) {
      this.name = name;
      this.address = address;
      this.pids = pids;
    }
  }

  private RelayBench(InetSocketAddress target) {
    this.target = target;
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("postern-bench");
    try (LoadTarget load = LoadTarget.open()) {
      var installation =
          Installation.create(folder, folder.resolve("data"), load.address().getPort());
      Path token = installation.file("token.jwt");
      Files.writeString(token, installation.token(InstantSource.system()));
      try (Stunnel stunnel = Stunnel.open(folder, load.address(), folder);
          JavaProcess gateway = JavaProcess.gateway(installation);
          JavaProcess connect = JavaProcess.connect(installation, gateway.awaitPort(), token)) {
        var bench = new RelayBench(load.address());
        bench.entries.add(new Entry("stunnel", stunnel.entry(), stunnel.pids()));
        bench.entries.add(
            new Entry(
                "postern",
                new InetSocketAddress(InetAddress.getLoopbackAddress(), connect.awaitPort()),
                List.of(gateway.pid(), connect.pid())));
        bench.run();
      }
    } catch (IOException e) {
      for (String log : List.of("gateway.log", "connect.log")) {
        List<String> lines = Files.readAllLines(folder.resolve(log));
        System.err.println("the end of " + log);
        lines.stream().skip(Math.max(0, lines.size() - 20)).forEach(System.err::println);
      }
      throw e;
    } finally {
      Folders.delete(folder);
    }
  }

  private void run() throws IOException {
    double[] direct = new double[ROUNDS];
    double[] direct99 = new double[ROUNDS];
    System.out.println(
        "round  relay     64-byte round trip µs: p50   p99 (direct p50)   MB/s: 1 down    1 up  8"
            + " down   CPU s per GB");
    for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
      int at = Math.max(0, round);
      long[] without = LoadTarget.roundTrips(target, MESSAGE_BYTES, ROUND_TRIPS);
      direct[at] = Samples.micros(without, 0.5);
      direct99[at] = Samples.micros(without, 0.99);
      for (Entry entry : entries) {
        measure(entry, at);
        if (round >= 0) {
          System.out.printf(
              "%5d  %-8s %29.1f %6.1f (%5.1f) %22.0f %7.0f %7.0f %12.2f%n",
              round,
              entry.name,
              entry.p50[at],
              entry.p99[at],
              direct[at],
              entry.down[at],
              entry.up[at],
              entry.downEight[at],
              entry.cpuPerGb[at]);
        }
      }
    }
    Entry peer = entries.getFirst();
    for (Entry entry : entries.subList(1, entries.size())) {
      System.out.printf(
          "medians, %s against %s: added round trip %.2f x, p99 %.2f x, one stream down %.2f x, one"
              + " stream up %.2f x, eight streams down %.2f x, CPU per GB %.2f x%n",
          entry.name,
          peer.name,
          (Samples.median(entry.p50) - Samples.median(direct))
              / (Samples.median(peer.p50) - Samples.median(direct)),
          (Samples.median(entry.p99) - Samples.median(direct99))
              / (Samples.median(peer.p99) - Samples.median(direct99)),
          Samples.median(entry.down) / Samples.median(peer.down),
          Samples.median(entry.up) / Samples.median(peer.up),
          Samples.median(entry.downEight) / Samples.median(peer.downEight),
          Samples.median(entry.cpuPerGb) / Samples.median(peer.cpuPerGb));
    }
  }

  private static void measure(Entry entry, int at) throws IOException {
    LoadTarget.roundTrips(entry.address, MESSAGE_BYTES, ROUND_TRIPS / 10);
    long[] nanos = LoadTarget.roundTrips(entry.address, MESSAGE_BYTES, ROUND_TRIPS);
    entry.p50[at] = Samples.micros(nanos, 0.5);
    entry.p99[at] = Samples.micros(nanos, 0.99);
    double before = JavaProcess.cpuSeconds(entry.pids);
    entry.down[at] = megabytes(BYTES) / LoadTarget.transfer(entry.address, 'D', BYTES, 1);
    entry.up[at] = megabytes(BYTES) / LoadTarget.transfer(entry.address, 'U', BYTES, 1);
    entry.downEight[at] =
        megabytes(BYTES) / LoadTarget.transfer(entry.address, 'D', BYTES / STREAMS, STREAMS);
    double after = JavaProcess.cpuSeconds(entry.pids);
    entry.cpuPerGb[at] = (after - before) / (3 * megabytes(BYTES) / 1000);
  }

  private static double megabytes(long bytes) {
    return bytes / 1e6;
  }
}
