package dev.postern.client.command;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/**
 * What a command finds around it.
 *
 * @param in standard input
 * @param out where results go
 * @param err where everything else goes
 * @param environment environment variables
 * @param clock the time
 * @param userHome the person's home folder
 * @param posternHome the checkout or installation that this runs from
 */
public record Surroundings(
    InputStream in,
    PrintStream out,
    PrintStream err,
    Map<String, String> environment,
    InstantSource clock,
    Path userHome,
    Path posternHome) {
  public Surroundings {
    environment = Map.copyOf(environment);
  }

  /** An environment variable; empty if it is absent or blank. */
  public Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
  }

  /** Tells the person something on stderr. */
  public void say(String sentence) {
    err.println("postern: " + sentence);
    err.flush();
  }
}
