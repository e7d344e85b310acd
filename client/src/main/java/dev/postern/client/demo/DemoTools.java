package dev.postern.client.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.client.command.CommandFailure;
import dev.postern.client.command.Surroundings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds a Delve and a Go that fit each other, or gets them. */
final class DemoTools {
  /**
   * A pair that fits.
   *
   * @param go the {@code go} program
   * @param dlv the {@code dlv} program
   */
  record Pair(Path go, String goVersion, Path dlv, String dlvVersion) {}

  private record Found(Path program, String version, int minor) {}

  /** The Delve that is installed with {@code go install}. */
  private static final String PINNED_DELVE = "1.27.1";

  /** The oldest Go that builds it. */
  private static final int OLDEST_GO_FOR_PINNED = 24;

  /** A Delve debugs programs of its own time's Go and the three releases before. */
  private static final int RELEASES_BACK = 3;

  private static final Pattern GO_VERSION = Pattern.compile("go(1\\.(\\d+)[.\\w]*)");
  private static final Pattern DLV_VERSION = Pattern.compile("Version: (1\\.(\\d+)[.\\w]*)");

  private final Surroundings around;

  DemoTools(Surroundings around) {
    this.around = around;
  }

  /** The newest pair there is; gets what is missing if {@code install}. */
  Pair find(boolean install) throws CommandFailure, InterruptedException {
    Optional<Pair> there = newestPair();
    if (there.isPresent()) {
      return there.get();
    }
    Optional<Found> recentGo =
        goes().stream().filter(go -> go.minor() >= OLDEST_GO_FOR_PINNED).findFirst();
    if (!install) {
      throw CommandFailure.unreachable(
          recentGo.isPresent()
              ? "no Delve that fits Go "
                  + recentGo.get().version()
                  + "; `postern demo --install` gets one"
              : "no Go and Delve that fit each other; `postern demo --install` gets them");
    }
    if (recentGo.isPresent()) {
      installPinned(recentGo.get());
    } else {
      installPackages();
    }
    return newestPair()
        .orElseThrow(
            () ->
                CommandFailure.unreachable(
                    "still no Go and Delve that fit each other after installing"));
  }

  private Optional<Pair> newestPair() throws InterruptedException {
    List<Found> delves = delves();
    for (Found go : goes()) {
      for (Found dlv : delves) {
        if (go.minor() <= dlv.minor() && go.minor() >= dlv.minor() - RELEASES_BACK) {
          return Optional.of(new Pair(go.program(), go.version(), dlv.program(), dlv.version()));
        }
      }
    }
    return Optional.empty();
  }

  private List<Found> goes() throws InterruptedException {
    var candidates = onPath("go");
    candidates.add(Path.of("/usr/local/go/bin/go"));
    children(Path.of("/usr/lib"))
        .filter(folder -> folder.getFileName().toString().startsWith("go-1."))
        .forEach(folder -> candidates.add(folder.resolve("bin/go")));
    return versions(candidates, "version", GO_VERSION);
  }

  private List<Found> delves() throws InterruptedException {
    var candidates = new ArrayList<Path>();
    children(delveCache()).forEach(folder -> candidates.add(folder.resolve("dlv")));
    candidates.addAll(onPath("dlv"));
    candidates.add(around.userHome().resolve("go/bin/dlv"));
    return versions(candidates, "version", DLV_VERSION);
  }

  /** Those that run, newest first. */
  private List<Found> versions(List<Path> candidates, String argument, Pattern form)
      throws InterruptedException {
    var found = new ArrayList<Found>();
    for (Path program : candidates.stream().distinct().filter(Files::isExecutable).toList()) {
      Matcher version = form.matcher(output(List.of(program.toString(), argument)));
      if (version.find()) {
        found.add(new Found(program, version.group(1), Integer.parseInt(version.group(2))));
      }
    }
    found.sort((a, b) -> Integer.compare(b.minor(), a.minor()));
    return found;
  }

  private void installPinned(Found go) throws CommandFailure, InterruptedException {
    around.say("installing Delve " + PINNED_DELVE + " with Go " + go.version() + " (a minute)");
    Path into = delveCache().resolve(PINNED_DELVE);
    run(
        List.of(
            go.program().toString(),
            "install",
            "github.com/go-delve/delve/cmd/dlv@v" + PINNED_DELVE),
        Map.of("GOBIN", into.toString(), "GOTOOLCHAIN", "local", "GOFLAGS", "-mod=mod"));
  }

  private void installPackages() throws CommandFailure, InterruptedException {
    if (onPath("apt-get").isEmpty()) {
      throw CommandFailure.unreachable(
          "no apt-get here: install Go 1."
              + OLDEST_GO_FOR_PINNED
              + " or newer, then run this again");
    }
    boolean root = output(List.of("id", "-u")).strip().equals("0");
    if (!root && (onPath("sudo").isEmpty() || !succeeds(List.of("sudo", "-n", "true")))) {
      throw CommandFailure.unreachable(
          "installing packages needs root: run `sudo apt-get install delve golang-go`, then this"
              + " again");
    }
    around.say("installing the packages delve and golang-go");
    List<String> prefix = root ? List.of() : List.of("sudo", "-n");
    Map<String, String> quiet = Map.of("DEBIAN_FRONTEND", "noninteractive");
    run(joined(prefix, List.of("apt-get", "update", "-qq")), quiet);
    run(
        joined(
            prefix,
            List.of(
                "apt-get",
                "install",
                "-y",
                "-qq",
                "--no-install-recommends",
                "delve",
                "golang-go")),
        quiet);
  }

  private static List<String> joined(List<String> first, List<String> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }

  /** Runs a program with its output on our stderr. */
  private void run(List<String> commandLine, Map<String, String> more)
      throws CommandFailure, InterruptedException {
    var builder = new ProcessBuilder(commandLine).redirectErrorStream(true);
    builder.environment().putAll(more);
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      process.inputReader(UTF_8).lines().forEach(around.err()::println);
      if (process.waitFor() != 0) {
        throw CommandFailure.unreachable("`" + String.join(" ", commandLine) + "` failed");
      }
    } catch (IOException e) {
      throw CommandFailure.unreachable(
          "`" + commandLine.getFirst() + "` cannot be run: " + e.getMessage());
    }
  }

  private static boolean succeeds(List<String> commandLine) throws InterruptedException {
    try {
      Process process = new ProcessBuilder(commandLine).redirectErrorStream(true).start();
      process.getOutputStream().close();
      process.getInputStream().readAllBytes();
      return process.waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static String output(List<String> commandLine) throws InterruptedException {
    try {
      Process process = new ProcessBuilder(commandLine).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String text = new String(process.getInputStream().readAllBytes(), UTF_8);
      process.waitFor(10, TimeUnit.SECONDS);
      return text;
    } catch (IOException e) {
      return "";
    }
  }

  private List<Path> onPath(String program) {
    var found = new ArrayList<Path>();
    Arrays.stream(around.variable("PATH").orElse("/usr/bin:/bin").split(":"))
        .map(folder -> Path.of(folder).resolve(program))
        .filter(Files::isExecutable)
        .forEach(found::add);
    return found;
  }

  private Path delveCache() {
    return around
        .variable("POSTERN_CACHE")
        .map(Path::of)
        .orElse(around.userHome().resolve(".cache/postern"))
        .resolve("dlv");
  }

  private static Stream<Path> children(Path folder) {
    try (Stream<Path> children = Files.list(folder)) {
      return children.sorted().toList().stream();
    } catch (IOException e) {
      return Stream.empty();
    }
  }
}
