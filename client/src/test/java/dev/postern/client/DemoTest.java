package dev.postern.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.postern.client.command.Surroundings;
import dev.postern.client.demo.DemoCommand;
import dev.postern.client.demo.ThisBuild;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The whole of it: real gateway, real connect, real dlv, real Go process. */
@Timeout(400)
class DemoTest {
  @TempDir Path folder = Path.of("unset");

  @Test
  void demo_once_eachStepGoesAsItShould() {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    var around =
        new Surroundings(
            InputStream.nullInputStream(),
            new PrintStream(out, true, UTF_8),
            new PrintStream(err, true, UTF_8),
            System.getenv(),
            InstantSource.system(),
            Path.of(System.getProperty("user.home")),
            folder);
    var line = new CommandLine(new DemoCommand(around, ThisBuild::commandLine));
    line.setExecutionExceptionHandler(
        (e, command, parsed) -> {
          err.writeBytes(String.valueOf(e.getMessage()).getBytes(UTF_8));
          return 69;
        });
    int status = line.execute("--once", "--dir", folder.resolve("demo").toString());
    String told = out.toString(UTF_8);
    assumeTrue(status != 69, () -> "no Go and Delve here: " + err.toString(UTF_8));
    assertThat(told)
        .doesNotContain("✗")
        .contains("SIMULATED", "dlv/mutate", "SIG_INVALID", "runs on, unharmed");
    assertThat(status).isZero();
    assertThat(folder.resolve("demo/keys/sts.pem"))
        .satisfies(key -> assertThat(Files.getPosixFilePermissions(key)).hasSize(2));
    assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive)).isEmpty();
  }
}
