package dev.postern.client.record;

import dev.postern.audit.tlog.VerifierKey;
import dev.postern.client.command.CommandFailure;
import dev.postern.client.command.ConfigurationFile;
import dev.postern.config.ConfigLoader;
import dev.postern.config.PosternConfig;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which log: a folder and its key, or a gateway's configuration. */
final class LogOptions {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "DIR",
      description = "The log's folder, or a copy of it.")
  private @Nullable Path folder;

  @Option(
      names = "--key",
      paramLabel = "VKEY",
      description = "Its verifier key, as `postern audit key` prints it.")
  private @Nullable String key;

  @Option(
      names = "--config",
      paramLabel = "C",
      description = "The gateway's postern.yaml, which says where log and key are.")
  private @Nullable Path config;

  Path folder(Optional<PosternConfig> loaded) throws CommandFailure {
    if (folder != null) {
      return folder;
    }
    return loaded
        .map(ConfiguredLog::folder)
        .orElseThrow(() -> CommandFailure.usage("which log? give its folder, or --config"));
  }

  Optional<VerifierKey> key(Optional<PosternConfig> loaded) throws CommandFailure {
    if (key != null) {
      try {
        return Optional.of(VerifierKey.parse(key));
      } catch (IllegalArgumentException e) {
        throw CommandFailure.usage("--key is no verifier key: " + e.getMessage());
      }
    }
    if (loaded.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(ConfiguredLog.key(loaded.get()));
  }

  Optional<PosternConfig> load() throws CommandFailure {
    if (config == null) {
      return Optional.empty();
    }
    return Optional.of(ConfigurationFile.usable(ConfigLoader.load(config)));
  }
}
