package dev.postern.gateway.guard;

import dev.postern.gateway.dlv.Endpoint;
import dev.postern.gateway.dlv.GatewayInstance;
import dev.postern.gateway.dlv.TargetRestorer;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The targets in use, as told in lines of text: the language of the guard's pipe and of the
 * journal.
 *
 * <pre>
 * instance 0badcafe
 * using tcp://127.0.0.1:2345
 * breakpoints tcp://127.0.0.1:2345
 * free tcp://127.0.0.1:2345
 * </pre>
 *
 * Lines that do not read so are skipped: a torn last line must not keep the others from being
 * restored.
 */
final class WatchedTargets {
  static final int MAX_LINE = 4096;

  private Optional<GatewayInstance> instance = Optional.empty();
  private final Map<Endpoint, Boolean> breakpointsByTarget = new LinkedHashMap<>();

  static String instance(GatewayInstance instance) {
    return "instance " + instance.instance();
  }

  static String using(Endpoint endpoint) {
    return "using " + endpoint;
  }

  static String breakpoints(Endpoint endpoint) {
    return "breakpoints " + endpoint;
  }

  static String free(Endpoint endpoint) {
    return "free " + endpoint;
  }

  /** Takes one line in. */
  synchronized void read(String line) {
    int space = line.indexOf(' ');
    if (space < 0 || line.length() > MAX_LINE) {
      return;
    }
    String rest = line.substring(space + 1);
    try {
      switch (line.substring(0, space)) {
        case "instance" -> instance = Optional.of(new GatewayInstance(rest));
        case "using" -> breakpointsByTarget.putIfAbsent(endpoint(rest), false);
        case "breakpoints" -> breakpointsByTarget.put(endpoint(rest), true);
        case "free" -> breakpointsByTarget.remove(endpoint(rest));
        default -> {}
      }
    } catch (IllegalArgumentException torn) {
      // not a line of ours
    }
  }

  private static Endpoint endpoint(String text) {
    return new Endpoint(URI.create(text));
  }

  synchronized Optional<GatewayInstance> instance() {
    return instance;
  }

  synchronized boolean contains(Endpoint endpoint) {
    return breakpointsByTarget.containsKey(endpoint);
  }

  synchronized boolean isEmpty() {
    return breakpointsByTarget.isEmpty();
  }

  /** What has to be said to bring another to the same knowledge. */
  synchronized List<String> lines() {
    var lines = new ArrayList<String>();
    instance.ifPresent(known -> lines.add(instance(known)));
    breakpointsByTarget.forEach(
        (endpoint, breakpoints) -> {
          lines.add(using(endpoint));
          if (breakpoints) {
            lines.add(breakpoints(endpoint));
          }
        });
    return lines;
  }

  /**
   * Restores every target, all at once; blocks for {@code limit} at most.
   *
   * @return those that need no more care, and are forgotten here
   */
  List<Endpoint> restore(Duration limit) throws InterruptedException {
    Map<Endpoint, Boolean> targets;
    GatewayInstance tag;
    synchronized (this) {
      if (instance.isEmpty()) {
        return List.of();
      }
      targets = Map.copyOf(breakpointsByTarget);
      tag = instance.get();
    }
    var done = new ArrayList<Endpoint>();
    var threads = new ArrayList<Thread>();
    targets.forEach(
        (endpoint, breakpoints) ->
            threads.add(
                Thread.ofVirtual()
                    .start(
                        () -> {
                          if (TargetRestorer.restore(endpoint, tag, breakpoints)) {
                            synchronized (done) {
                              done.add(endpoint);
                            }
                          }
                        })));
    long end = System.nanoTime() + limit.toNanos();
    for (Thread thread : threads) {
      var _ = thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
    }
    synchronized (done) {
      done.forEach(endpoint -> read(free(endpoint)));
      return List.copyOf(done);
    }
  }
}
