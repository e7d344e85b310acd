package dev.postern.wire.dlv;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the numbers in {@code api.Goroutine.waitReason} mean for one version of Go.
 *
 * <p>Source: {@code waitReason} in {@code runtime/runtime2.go} of Go 1.18 to 1.27. A version
 * outside is refused rather than guessed: the numbers have moved three times.
 */
public final class WaitReasons {
  private static final Pattern VERSION = Pattern.compile("(?:go)?1\\.([0-9]{1,3})(?:[^0-9].*)?");

  private static final List<String> GO_1_18 =
      List.of(
          "",
          "GC assist marking",
          "IO wait",
          "chan receive (nil chan)",
          "chan send (nil chan)",
          "dumping heap",
          "garbage collection",
          "garbage collection scan",
          "panicwait",
          "select",
          "select (no cases)",
          "GC assist wait",
          "GC sweep wait",
          "GC scavenge wait",
          "chan receive",
          "chan send",
          "finalizer wait",
          "force gc (idle)",
          "semacquire",
          "sleep",
          "sync.Cond.Wait",
          "timer goroutine (idle)",
          "trace reader (blocked)",
          "wait for GC cycle",
          "GC worker (idle)",
          "preempted",
          "debug call");

  private static final List<String> GO_1_20 =
      join(
          GO_1_18.subList(0, 21),
          List.of(
              "sync.Mutex.Lock",
              "sync.RWMutex.RLock",
              "sync.RWMutex.Lock",
              "trace reader (blocked)",
              "wait for GC cycle",
              "GC worker (idle)",
              "GC worker (active)",
              "preempted",
              "debug call",
              "GC mark termination",
              "stopping the world"));

  private static final List<String> GO_1_22 =
      join(
          GO_1_20,
          List.of(
              "flushing proc caches",
              "trace goroutine status",
              "trace proc status",
              "page trace flush",
              "coroutine"));

  private static final List<String> GO_1_24 =
      join(
          GO_1_22.subList(0, 24),
          List.of("sync.WaitGroup.Wait"),
          GO_1_22.subList(24, GO_1_22.size()),
          List.of(
              "GC weak to strong wait",
              "synctest.Run",
              "synctest.Wait",
              "chan receive (synctest)",
              "chan send (synctest)"));

  private static final List<String> GO_1_25 =
      join(
          GO_1_24.subList(0, 18),
          List.of("GOMAXPROCS updater (idle)"),
          GO_1_24.subList(18, 41),
          List.of(
              "chan receive (durable)",
              "chan send (durable)",
              "select (durable)",
              "sync.WaitGroup.Wait (durable)",
              "cleanup wait"));

  private static final List<String> GO_1_26 =
      join(
          List.of(
              "",
              "GC assist marking",
              "IO wait",
              "dumping heap",
              "garbage collection",
              "garbage collection scan",
              "panicwait",
              "GC assist wait",
              "GC sweep wait",
              "GC scavenge wait",
              "finalizer wait",
              "force gc (idle)",
              "GOMAXPROCS updater (idle)",
              "semacquire",
              "sleep",
              "chan receive (nil chan)",
              "chan send (nil chan)",
              "select (no cases)",
              "select",
              "chan receive",
              "chan send",
              "sync.Cond.Wait",
              "sync.Mutex.Lock",
              "sync.RWMutex.RLock",
              "sync.RWMutex.Lock",
              "sync.WaitGroup.Wait"),
          GO_1_25.subList(26, GO_1_25.size()));

  private final List<String> texts;

  private WaitReasons(List<String> texts) {
    this.texts = texts;
  }

  /**
   * The table for one version.
   *
   * @param goVersion as {@code GetVersion.TargetGoVersion} has it: {@code go1.22.3}
   * @return empty for a version the table does not hold
   */
  public static Optional<WaitReasons> of(String goVersion) {
    Matcher version = VERSION.matcher(goVersion);
    if (!version.matches()) {
      return Optional.empty();
    }
    List<String> texts =
        switch (Integer.parseInt(version.group(1))) {
          case 18, 19 -> GO_1_18;
          case 20, 21 -> GO_1_20;
          case 22, 23 -> GO_1_22;
          case 24 -> GO_1_24;
          case 25 -> GO_1_25;
          case 26, 27 -> GO_1_26;
          default -> List.of();
        };
    return texts.isEmpty() ? Optional.empty() : Optional.of(new WaitReasons(texts));
  }

  /** The reason's text, {@code IO wait}; empty if the number is unknown. */
  public Optional<String> text(long number) {
    return number > 0 && number < texts.size()
        ? Optional.of(texts.get((int) number))
        : Optional.empty();
  }

  /** Whether any version has that reason, or one that starts so. */
  static boolean isKnown(String text, boolean prefix) {
    for (List<String> table : List.of(GO_1_18, GO_1_20, GO_1_22, GO_1_24, GO_1_25, GO_1_26)) {
      if (table.stream().anyMatch(one -> prefix ? one.startsWith(text) : one.equals(text))) {
        return true;
      }
    }
    return false;
  }

  @SafeVarargs
  private static List<String> join(List<String>... parts) {
    var all = new ArrayList<String>();
    for (List<String> part : parts) {
      all.addAll(part);
    }
    return List.copyOf(all);
  }
}
