package dev.postern.client.record;

import dev.postern.audit.AuditKeyFile;
import dev.postern.audit.LogRefused;
import dev.postern.audit.tlog.NoteSigner;
import dev.postern.audit.tlog.VerifierKey;
import dev.postern.client.command.CommandFailure;
import dev.postern.config.PosternConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** The audit log of a configuration's gateway. */
public final class ConfiguredLog {
  private ConfiguredLog() {}

  /** Where it is. */
  public static Path folder(PosternConfig config) {
    return config.gateway().dataDir().resolve("audit");
  }

  /** The key that it must be signed with. */
  public static VerifierKey key(PosternConfig config) throws CommandFailure {
    Path file = config.audit().key();
    try {
      Optional<NoteSigner> signer = AuditKeyFile.read(file, origin(config));
      if (signer.isEmpty()) {
        throw CommandFailure.input(
            "there is no `" + file + "`; the gateway makes it at its first start");
      }
      return signer.get().verifier();
    } catch (IOException | LogRefused e) {
      throw CommandFailure.input("the audit key `" + file + "` cannot be read: " + e.getMessage());
    }
  }

  /** The origin of one replica's log. */
  static String origin(PosternConfig config) {
    return config.audit().origin() + "/" + config.gateway().replica();
  }
}
