package dev.postern.client.demo;

import dev.postern.client.command.CommandFailure;
import dev.postern.client.command.ExitStatus;
import dev.postern.client.command.Surroundings;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code postern demo}: everything on one machine. */
@Command(
    name = "demo",
    description = {
      "Everything on one machine: a real Go process under a real dlv, a gateway in front, a"
          + " SIMULATED",
      "attestation, an admission, denials, the record. Then stays up for you to connect."
    },
    mixinStandardHelpOptions = true)
public final class DemoCommand implements Callable<Integer> {
  private final Surroundings around;
  private final PosternPrograms programs;

  @Option(names = "--install", description = "Get a Delve and a Go where they are missing.")
  private boolean install;

  @Option(
      names = "--once",
      description = "End after the last step; exit 0 only if each went as it should.")
  private boolean once;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "The demo's folder, emptied first. Default: .postern/demo.")
  private @Nullable Path folder;

  public DemoCommand(Surroundings around, PosternPrograms programs) {
    this.around = around;
    this.programs = programs;
  }

  @Override
  public Integer call() throws CommandFailure, InterruptedException {
    Path root = folder == null ? defaultFolder() : folder;
    try (FileChannel lockFile = lockFile(root);
        FileLock lock = lockFile.tryLock()) {
      if (lock == null) {
        throw CommandFailure.usage(
            "another demo is running in `" + root + "`; end it, or give --dir");
      }
      return run(root);
    } catch (IOException e) {
      throw CommandFailure.unreachable(
          "the demo's folder `" + root + "` cannot be used: " + e.getMessage());
    }
  }

  private int run(Path root) throws CommandFailure, InterruptedException, IOException {
    DemoTools.Pair tools = new DemoTools(around).find(install);
    var steps = new Steps(around.out());
    var story = new DemoStory(around, programs, tools, DemoFolder.create(root), steps);
    Thread interrupted = new Thread(story::close, "end-of-demo");
    Runtime.getRuntime().addShutdownHook(interrupted);
    try {
      boolean good = story.tell();
      if (!once) {
        if (!good) {
          around.out().println();
          around
              .out()
              .println("Not every step went as it should; logs are in " + root.resolve("logs"));
          return ExitStatus.FOUND;
        }
        story.stayUp();
      }
      return good ? ExitStatus.DONE : ExitStatus.FOUND;
    } finally {
      story.close();
      around.out().flush();
      removeHook(interrupted);
    }
  }

  private Path defaultFolder() {
    Path home = around.posternHome();
    Path inCheckout = home.resolve(".postern/demo");
    boolean checkout = Files.exists(home.resolve("pom.xml"));
    return checkout ? inCheckout : around.userHome().resolve(".local/state/postern/demo");
  }

  private static FileChannel lockFile(Path root) throws IOException {
    Path parent = root.toAbsolutePath().normalize().getParent();
    Path folder = parent == null ? Path.of("/") : parent;
    Files.createDirectories(folder);
    return FileChannel.open(
        folder.resolve("." + root.getFileName() + ".lock"),
        StandardOpenOption.CREATE,
        StandardOpenOption.WRITE);
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException shuttingDown) {
      // the hook is running, and finds everything ended already
    }
  }
}
