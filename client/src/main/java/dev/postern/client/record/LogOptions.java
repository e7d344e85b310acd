package dev.postern.client.record;

import dev.postern.audit.AuditKeyFile;
import dev.postern.audit.LogRefused;
import dev.postern.audit.tlog.NoteSigner;
import dev.postern.audit.tlog.VerifierKey;
import dev.postern.client.command.CommandFailure;
import dev.postern.client.command.ConfigurationFile;
import dev.postern.config.ConfigLoader;
import dev.postern.config.PosternConfig;
import java.io.IOException;
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
        .map(found -> found.gateway().dataDir().resolve("audit"))
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
    Path file = loaded.get().audit().key();
    try {
      Optional<NoteSigner> signer = AuditKeyFile.read(file, origin(loaded.get()));
      if (signer.isEmpty()) {
        throw CommandFailure.input(
            "there is no `" + file + "`; the gateway makes it at its first start");
      }
      return Optional.of(signer.get().verifier());
    } catch (IOException | LogRefused e) {
      throw CommandFailure.input("the audit key `" + file + "` cannot be read: " + e.getMessage());
    }
  }

  Optional<PosternConfig> load() throws CommandFailure {
    if (config == null) {
      return Optional.empty();
    }
    return Optional.of(ConfigurationFile.usable(ConfigLoader.load(config)));
  }

  /** The origin of one replica's log. */
  static String origin(PosternConfig config) {
    return config.audit().origin() + "/" + config.gateway().replica();
  }
}
