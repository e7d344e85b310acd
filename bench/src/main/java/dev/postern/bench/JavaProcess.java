package dev.postern.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A Java program on this class path, in a process of its own, with the flags of the launcher. */
final class JavaProcess implements AutoCloseable {
  private static final String LISTENING = "listening on ";

  private final Process process;
  private final BufferedReader out;
  private final Writer in;

  private JavaProcess(Process process) {
    this.process = process;
    this.out = process.inputReader(UTF_8);
    this.in = process.outputWriter(UTF_8);
  }

  /** Starts it; what it says on standard error goes to {@code log}. */
  static JavaProcess start(Path log, String mainClass, List<String> flags, List<String> arguments)
      throws IOException {
    var line = new ArrayList<String>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:+UseSerialGC"));
    line.addAll(flags);
    line.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
    line.addAll(arguments);
    return new JavaProcess(new ProcessBuilder(line).redirectError(log.toFile()).start());
  }

  static JavaProcess gateway(Installation installation) throws IOException {
    return start(
        installation.file("gateway.log"),
        BenchGateway.class.getName(),
        List.of("-Xms32m", "-XX:MaxRAMPercentage=50", "-XX:+ExitOnOutOfMemoryError"),
        List.of(installation.config().toString()));
  }

  static JavaProcess connect(Installation installation, int gatewayPort, Path token)
      throws IOException {
    return start(
        installation.file("connect.log"),
        "dev.postern.client.Postern",
        List.of("-Xms16m", "-Xmx512m"),
        List.of(
            "connect",
            Installation.TARGET,
            "--tool",
            Installation.TOOL,
            "--gateway",
            "127.0.0.1:" + gatewayPort,
            "--ca",
            installation.file("ca.crt").toString(),
            "--token-file",
            token.toString(),
            "--key",
            installation.file("holder.pem").toString()));
  }

  /** Waits for {@code listening on HOST:PORT} and returns the port. */
  int awaitPort() throws IOException {
    String line = out.readLine();
    while (line != null && !line.startsWith(LISTENING)) {
      line = out.readLine();
    }
    if (line == null) {
      throw new IOException("a process ended instead of listening: " + process.info());
    }
    return Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
  }

  /** Sends a line and returns the line it is answered with. */
  String ask(String question) throws IOException {
    in.write(question + "\n");
    in.flush();
    String answer = out.readLine();
    if (answer == null) {
      throw new IOException("a process ended instead of answering");
    }
    return answer;
  }

  long pid() {
    return process.pid();
  }

  /** Seconds of processor time that these processes have used. */
  static double cpuSeconds(List<Long> pids) throws IOException {
    long ticks = 0;
    for (long pid : pids) {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      ticks += Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }
    return ticks / 100.0;
  }

  /** Resident memory in KiB. */
  long residentKib() throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .map(line -> line.replaceAll("[^0-9]", ""))
        .mapToLong(Long::parseLong)
        .findFirst()
        .orElseThrow();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
