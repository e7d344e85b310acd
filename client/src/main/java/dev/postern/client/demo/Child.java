package dev.postern.client.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A process that the demo started. Its output lies in a file, and can be waited for. */
final class Child {
  private static final int MAX_LINES_WAITING = 10_000;
  private static final Duration GRACE = Duration.ofSeconds(8);

  private final Process process;
  private final Path log;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>(MAX_LINES_WAITING);
  private final Thread reader;

  private Child(Process process, Path log) {
    this.process = process;
    this.log = log;
    this.reader = Thread.ofVirtual().name("reader").start(this::read);
  }

  /** Starts a program whose output, both kinds, goes to {@code log}. */
  static Child start(List<String> commandLine, Path folder, Path log) throws IOException {
    var builder = new ProcessBuilder(commandLine).directory(folder.toFile());
    builder.redirectErrorStream(true);
    builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    return new Child(builder.start(), log);
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  Path log() {
    return log;
  }

  /**
   * The first line that holds {@code pattern}; empty if none comes in time, or the process ends
   * without one.
   */
  Optional<Matcher> awaitLine(String pattern, Duration patience) throws InterruptedException {
    Pattern wanted = Pattern.compile(pattern);
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      long left = deadline - System.nanoTime();
      String line =
          lines.poll(Math.clamp(left, 0, TimeUnit.MILLISECONDS.toNanos(200)), TimeUnit.NANOSECONDS);
      if (line != null) {
        Matcher found = wanted.matcher(line);
        if (found.find()) {
          return Optional.of(found);
        }
      } else if (left <= 0 || (!process.isAlive() && !reader.isAlive())) {
        return Optional.empty();
      }
    }
  }

  /** Waits for the end; empty if it does not come in time. */
  Optional<Integer> awaitEnd(Duration patience) throws InterruptedException {
    if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
      return Optional.empty();
    }
    reader.join();
    return Optional.of(process.exitValue());
  }

  /** All it has printed. */
  String output() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return "";
    }
  }

  /** Asks it to end, and does not wait. */
  void askToEnd() {
    process.toHandle().destroy(); // Process.destroy would close its output as well
  }

  /** Asks it to end, makes it end if it does not, and its children with it. */
  void end() {
    List<ProcessHandle> descendants = process.descendants().toList();
    askToEnd();
    try {
      if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    descendants.forEach(ProcessHandle::destroyForcibly);
  }

  private void read() {
    try (BufferedReader output = process.inputReader(UTF_8);
        Writer copy =
            Files.newBufferedWriter(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      String line = output.readLine();
      while (line != null) {
        copy.write(line + "\n");
        copy.flush();
        lines.offer(line);
        line = output.readLine();
      }
    } catch (IOException | UncheckedIOException e) {
      lines.offer("(output lost: " + e.getMessage() + ")");
    }
  }
}
