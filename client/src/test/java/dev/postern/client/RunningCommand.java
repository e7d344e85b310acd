package dev.postern.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;

import dev.postern.client.command.Surroundings;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One command line that runs in a thread of its own; its output can be waited for. */
final class RunningCommand {
  private static final int PATIENCE_SECONDS = 30;

  private final Captured out = new Captured();
  private final Captured err = new Captured();
  private final CompletableFuture<Integer> status = new CompletableFuture<>();

  private RunningCommand() {}

  static RunningCommand start(
      Path home, Map<String, String> environment, InputStream in, String... arguments) {
    var command = new RunningCommand();
    var around =
        new Surroundings(
            in,
            new PrintStream(command.out, true, UTF_8),
            new PrintStream(command.err, true, UTF_8),
            environment,
            InstantSource.system(),
            home,
            home);
    Thread.ofPlatform()
        .daemon()
        .start(() -> command.status.complete(Postern.run(around, arguments)));
    return command;
  }

  static RunningCommand start(Path home, String... arguments) {
    return start(home, Map.of(), InputStream.nullInputStream(), arguments);
  }

  /** Waits for the end. */
  int status() throws InterruptedException, ExecutionException, TimeoutException {
    return status.get(PATIENCE_SECONDS, SECONDS);
  }

  boolean isOver() {
    return status.isDone();
  }

  String out() {
    return out.text();
  }

  byte[] outBytes() {
    return out.bytes();
  }

  String err() {
    return err.text();
  }

  Matcher awaitOut(String pattern) throws InterruptedException {
    return out.await(pattern, this);
  }

  Matcher awaitErr(String pattern) throws InterruptedException {
    return err.await(pattern, this);
  }

  /** The port of {@code listening on}. */
  int awaitPort() throws InterruptedException {
    return Integer.parseInt(awaitOut("listening on 127\\.0\\.0\\.1:(\\d+)").group(1));
  }

  private static final class Captured extends OutputStream {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(); // guarded by this

    @Override
    public synchronized void write(int b) {
      bytes.write(b);
      notifyAll();
    }

    @Override
    public synchronized void write(byte[] b, int from, int count) {
      bytes.write(b, from, count);
      notifyAll();
    }

    synchronized String text() {
      return bytes.toString(UTF_8);
    }

    synchronized byte[] bytes() {
      return bytes.toByteArray();
    }

    synchronized Matcher await(String pattern, RunningCommand command) throws InterruptedException {
      Pattern wanted = Pattern.compile(pattern);
      long deadline = System.nanoTime() + SECONDS.toNanos(PATIENCE_SECONDS);
      while (true) {
        Matcher found = wanted.matcher(text());
        if (found.find()) {
          return found;
        }
        if (System.nanoTime() > deadline) {
          throw new AssertionError(
              "no `%s` in time; out: %s err: %s".formatted(pattern, command.out(), command.err()));
        }
        wait(100);
      }
    }
  }
}
