package dev.postern.client.connect;

import dev.postern.client.command.CommandFailure;
import dev.postern.client.command.Inputs;
import dev.postern.client.command.Surroundings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Where debug tokens come from. */
public interface TokenSource {
  /** Longest token, in bytes, as the gateway has it. */
  int MAX_TOKEN_BYTES = 64 * 1024;

  /** The token as it is to be had now; blocks. It may be the same as before. */
  String next() throws CommandFailure, InterruptedException;

  /**
   * Whether asking again later can be expected to give a new token without the person doing
   * anything.
   */
  boolean renews();

  /** A file, read anew each time; {@code -} is standard input, read once. */
  static TokenSource file(String name, Surroundings around) throws CommandFailure {
    if (name.equals("-")) {
      String token = checked(Inputs.readText(name, "the token", MAX_TOKEN_BYTES, around), name);
      return new FixedToken(token);
    }
    return new FileTokens(name, around);
  }

  /** A shell command that prints a token. */
  static TokenSource command(String command, Duration patience) {
    return new CommandTokens(command, patience);
  }

  private static String checked(String token, String from) throws CommandFailure {
    if (token.isEmpty()) {
      throw CommandFailure.input("there is no token in `" + from + "`");
    }
    return token;
  }

  /** A token that never changes. */
  record FixedToken(String token) implements TokenSource {
    @Override
    public String next() {
      return token;
    }

    @Override
    public boolean renews() {
      return false;
    }

    @Override
    public String toString() {
      return "FixedToken";
    }
  }

  /** A file's content at the time of asking. */
  record FileTokens(String name, Surroundings around) implements TokenSource {
    @Override
    public String next() throws CommandFailure {
      return checked(Inputs.readText(name, "the token file", MAX_TOKEN_BYTES, around), name);
    }

    @Override
    public boolean renews() {
      return false;
    }
  }

  /** The output of a command, run anew each time; its stderr goes to ours. */
  record CommandTokens(String command, Duration patience) implements TokenSource {
    @Override
    public String next() throws CommandFailure, InterruptedException {
      Process process;
      try {
        process =
            new ProcessBuilder("/bin/sh", "-c", command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
      } catch (IOException e) {
        throw CommandFailure.unreachable("--token-command could not be started: " + e.getMessage());
      }
      try (InputStream output = process.getInputStream()) {
        process.getOutputStream().close();
        Thread watchdog = Thread.ofVirtual().start(() -> endAfterPatience(process));
        byte[] bytes = output.readNBytes(MAX_TOKEN_BYTES + 1);
        if (bytes.length > MAX_TOKEN_BYTES) {
          throw CommandFailure.unreachable("--token-command printed more than a token can be long");
        }
        int status = process.waitFor();
        watchdog.interrupt();
        if (status != 0) {
          throw CommandFailure.unreachable(
              "--token-command failed with exit status "
                  + status
                  + "; it gets "
                  + patience.toSeconds()
                  + " s");
        }
        String token = new String(bytes, StandardCharsets.UTF_8).strip();
        if (token.isEmpty()) {
          throw CommandFailure.unreachable("--token-command printed nothing");
        }
        return token;
      } catch (IOException e) {
        throw CommandFailure.unreachable("--token-command could not be read: " + e.getMessage());
      } finally {
        process.destroyForcibly();
      }
    }

    private void endAfterPatience(Process process) {
      try {
        if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
          process.descendants().forEach(ProcessHandle::destroyForcibly);
          process.destroyForcibly();
        }
      } catch (InterruptedException done) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public boolean renews() {
      return true;
    }
  }
}
