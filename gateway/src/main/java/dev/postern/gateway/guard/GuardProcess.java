package dev.postern.gateway.guard;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The gateway's end of the guard: starts it, tells it lines, starts it anew if it dies.
 *
 * <p>It is a session of its own ({@code setsid}), so that what ends the gateway's terminal or
 * process group does not take the guard along. A line is in the kernel's pipe when {@link #tell}
 * returns and reaches the guard even if the gateway is killed then.
 */
final class GuardProcess implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(GuardProcess.class.getName());
  private static final List<Path> SETSID =
      List.of(Path.of("/usr/bin/setsid"), Path.of("/bin/setsid"));

  private final WatchedTargets known;
  private Process process;
  private boolean closed;

  private GuardProcess(WatchedTargets known, Process process) {
    this.known = known;
    this.process = process;
  }

  static GuardProcess start(WatchedTargets known) throws IOException {
    var guard = new GuardProcess(known, launch());
    guard.write(known.lines());
    return guard;
  }

  private static Process launch() throws IOException {
    var command = new ArrayList<String>();
    SETSID.stream()
        .filter(Files::isExecutable)
        .findFirst()
        .map(Path::toString)
        .ifPresent(command::add);
    if (command.isEmpty()) {
      LOG.warning("no setsid: a signal to the gateway's process group ends its guard too");
    }
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx32m",
            "-Xss256k",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xshare:auto",
            "-cp",
            System.getProperty("java.class.path"),
            GuardMain.class.getName()));
    return new ProcessBuilder(command)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** Tells one line; a guard that died is replaced and told everything again. */
  synchronized void tell(String line) {
    if (closed) {
      return;
    }
    try {
      write(List.of(line));
    } catch (IOException died) {
      LOG.log(Level.WARNING, "the guard process died; starting another", died);
      try {
        process = launch();
        write(known.lines());
      } catch (IOException again) {
        LOG.log(
            Level.SEVERE,
            "no guard process: a dead gateway restores targets at its next start",
            again);
      }
    }
  }

  private void write(List<String> lines) throws IOException {
    OutputStream pipe = process.getOutputStream();
    pipe.write((String.join("\n", lines) + "\n").getBytes(UTF_8));
    pipe.flush();
  }

  Process process() {
    return process;
  }

  @Override
  public synchronized void close() {
    if (known.isEmpty()) {
      tell(GuardMain.GOODBYE);
    }
    closed = true;
    try {
      process.getOutputStream().close();
    } catch (IOException alreadyGone) {
      // it has ended by itself
    }
  }
}
