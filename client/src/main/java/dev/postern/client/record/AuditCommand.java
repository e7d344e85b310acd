package dev.postern.client.record;

import dev.postern.audit.cli.ExportCommand;
import dev.postern.audit.cli.KeyCommand;
import dev.postern.audit.cli.ReplayCommand;
import dev.postern.audit.cli.SearchCommand;
import dev.postern.audit.cli.VerifyCommand;
import dev.postern.audit.tlog.VerifierKey;
import dev.postern.client.command.CommandFailure;
import dev.postern.client.command.ConfigurationFile;
import dev.postern.client.command.Surroundings;
import dev.postern.config.ConfigLoader;
import dev.postern.config.PosternConfig;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code postern audit verify, search, replay, export, key}: each works on a copied folder,
 * offline, and beside a running gateway.
 */
@Command(
    name = "audit",
    description = "The record: verifies it, searches it, shows recordings.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true)
public final class AuditCommand {
  private final Surroundings around;

  public AuditCommand(Surroundings around) {
    this.around = around;
  }

  @Command(
      name = "verify",
      mixinStandardHelpOptions = true,
      description =
          "Checks the signature, every entry's inclusion, consistency and that there is no gap."
              + " Exit 6 where it does not hold.")
  int verify(
      @Mixin LogOptions log,
      @Option(names = "--json", description = "As one JSON object.") boolean json)
      throws CommandFailure {
    Optional<PosternConfig> config = log.load();
    VerifierKey key =
        log.key(config)
            .orElseThrow(() -> CommandFailure.usage("whose log? give --key VKEY, or --config"));
    return flushed(
        VerifyCommand.run(
            new VerifyCommand.Args(log.folder(config), key, json), around.out(), around.err()));
  }

  @Command(
      name = "search",
      mixinStandardHelpOptions = true,
      description = "Shows entries; without a filter, all of them.")
  int search(
      @Mixin LogOptions log,
      @Option(names = "--json", description = "One entry a line, as it is.") boolean json,
      @Mixin FilterOptions filter)
      throws CommandFailure {
    Optional<PosternConfig> config = log.load();
    var args = new SearchCommand.Args(log.folder(config), log.key(config), filter.query(), json);
    return flushed(SearchCommand.run(args, around.out(), around.err()));
  }

  @Command(
      name = "export",
      mixinStandardHelpOptions = true,
      description = "Writes entries for other programs; without a filter, all of them.")
  int export(
      @Mixin LogOptions log,
      @Mixin FilterOptions filter,
      @Option(
              names = "--format",
              paramLabel = "FORMAT",
              description = "jsonl, one entry a line (the default), or csv.")
          @Nullable String format,
      @Option(
              names = "--out",
              paramLabel = "FILE",
              description = "Where to, mode 0600; there whole or not at all. Default: stdout.")
          @Nullable Path file)
      throws CommandFailure {
    ExportCommand.Format chosen =
        switch (format == null ? "jsonl" : format) {
          case "jsonl" -> ExportCommand.Format.JSONL;
          case "csv" -> ExportCommand.Format.CSV;
          default -> throw CommandFailure.usage("--format takes jsonl or csv");
        };
    Optional<PosternConfig> config = log.load();
    var args =
        new ExportCommand.Args(
            log.folder(config), log.key(config), filter.query(), chosen, Optional.ofNullable(file));
    return flushed(ExportCommand.run(args, around.out(), around.err()));
  }

  @Command(
      name = "replay",
      mixinStandardHelpOptions = true,
      description =
          "Shows the recording of a session, and checks it against the log. Exit 6 where it is not"
              + " the one the log has.")
  int replay(
      @Option(
              names = "--session",
              required = true,
              paramLabel = "ID",
              description = "The session, as the log names it.")
          String session,
      @Mixin LogOptions log,
      @Option(
              names = "--recordings",
              paramLabel = "DIR",
              description = "The folder of recordings. Default: `recordings` beside the log's.")
          @Nullable Path recordings,
      @Option(names = "--json", description = "One message a line, its content in base64.")
          boolean json)
      throws CommandFailure {
    Optional<PosternConfig> config = log.load();
    Path folder = log.folder(config);
    return flushed(
        ReplayCommand.run(
            new ReplayCommand.Args(
                folder,
                log.key(config),
                recordings != null ? recordings : folder.resolveSibling("recordings"),
                session,
                json),
            around.out(),
            around.err()));
  }

  @Command(
      name = "key",
      mixinStandardHelpOptions = true,
      description = "Prints the log's verifier key.")
  int key(
      @Option(
              names = "--config",
              required = true,
              paramLabel = "C",
              description = "The gateway's postern.yaml.")
          Path config)
      throws CommandFailure {
    PosternConfig loaded = ConfigurationFile.usable(ConfigLoader.load(config));
    var args = new KeyCommand.Args(loaded.audit().key(), ConfiguredLog.origin(loaded));
    return flushed(KeyCommand.run(args, around.out(), around.err()));
  }

  private int flushed(int status) {
    around.out().flush();
    return status;
  }
}
