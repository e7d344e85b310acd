package dev.postern.audit.cli;

import dev.postern.audit.AuditKeyFile;
import dev.postern.audit.LogRefused;
import dev.postern.audit.tlog.NoteSigner;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;

/** {@code postern audit key}: prints the verifier key. */
public final class KeyCommand {
  private KeyCommand() {}

  /**
   * Whose key.
   *
   * @param file the private key's file
   * @param origin the log's origin, with the replica's name
   */
  public record Args(Path file, String origin) {}

  /** Runs it; returns the exit status. */
  public static int run(Args args, PrintStream out, PrintStream err) {
    try {
      Optional<NoteSigner> signer = AuditKeyFile.read(args.file(), args.origin());
      if (signer.isEmpty()) {
        err.println(
            "postern: there is no `" + args.file() + "`; the gateway makes it at its first start");
        return Exit.UNUSABLE;
      }
      out.println(signer.get().verifier());
      return Exit.DONE;
    } catch (IOException | LogRefused e) {
      err.println("postern: " + e.getMessage());
      return Exit.UNUSABLE;
    }
  }
}
