package dev.postern.gateway.guard;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.time.Duration;

/**
 * The guard process. Reads from its standard input which targets the gateway is inside; when the
 * input ends without a goodbye the gateway is dead, and every one of them is left running and free
 * of the gateway's breakpoints.
 */
public final class GuardMain {
  static final String GOODBYE = "goodbye";
  private static final Duration RESTORE_LIMIT = Duration.ofSeconds(10);
  private static final int TRIES = 3;

  private GuardMain() {}

  public static void main(String[] args) throws InterruptedException {
    var targets = new WatchedTargets();
    if (saidGoodbye(targets)) {
      return;
    }
    for (int i = 0; i < TRIES && !targets.isEmpty(); i++) {
      var _ = targets.restore(RESTORE_LIMIT);
    }
    System.exit(targets.isEmpty() ? 0 : 1);
  }

  private static boolean saidGoodbye(WatchedTargets targets) {
    try {
      var lines = new BufferedReader(new InputStreamReader(System.in, UTF_8));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.equals(GOODBYE)) {
          return true;
        }
        targets.read(line);
      }
    } catch (IOException broken) {
      // the gateway is gone, however its pipe says so
    }
    return false;
  }
}
