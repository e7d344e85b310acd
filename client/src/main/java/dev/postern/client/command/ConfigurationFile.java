package dev.postern.client.command;

import dev.postern.config.LoadedConfig;
import dev.postern.policy.source.Issue;
import java.util.stream.Collectors;

/** A gateway's configuration file, as offline commands read it. */
public final class ConfigurationFile {
  private ConfigurationFile() {}

  /** The configuration, or the end of the command with every issue in it. */
  public static <C> C usable(LoadedConfig<C> loaded) throws CommandFailure {
    return switch (loaded) {
      case LoadedConfig.Usable<C> usable -> usable.config();
      case LoadedConfig.Unusable<C> unusable ->
          throw CommandFailure.configuration(
              unusable.issues().stream().map(Issue::render).collect(Collectors.joining("\n")));
    };
  }
}
