package dev.postern.client.record;

import dev.postern.audit.AuditKeyFile;
import dev.postern.audit.LogQuery;
import dev.postern.audit.LogRefused;
import dev.postern.audit.cli.KeyCommand;
import dev.postern.audit.cli.SearchCommand;
import dev.postern.audit.cli.VerifyCommand;
import dev.postern.audit.tlog.NoteSigner;
import dev.postern.audit.tlog.VerifierKey;
import dev.postern.client.command.CommandFailure;
import dev.postern.client.command.ConfigurationFile;
import dev.postern.client.command.Surroundings;
import dev.postern.config.ConfigLoader;
import dev.postern.config.PosternConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code postern audit verify, search, key}: each works on a copied folder, offline, and beside a
 * running gateway.
 */
@Command(
    name = "audit",
    description = "The record: verifies it, searches it.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true)
public final class AuditCommand {
  private final Surroundings around;

  public AuditCommand(Surroundings around) {
    this.around = around;
  }

  /** Which log. */
  static final class Log {
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

    private Path folder(Optional<PosternConfig> loaded) throws CommandFailure {
      if (folder != null) {
        return folder;
      }
      return loaded
          .map(found -> found.gateway().dataDir().resolve("audit"))
          .orElseThrow(() -> CommandFailure.usage("which log? give its folder, or --config"));
    }

    private Optional<VerifierKey> key(Optional<PosternConfig> loaded) throws CommandFailure {
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
        throw CommandFailure.input(
            "the audit key `" + file + "` cannot be read: " + e.getMessage());
      }
    }

    private Optional<PosternConfig> load() throws CommandFailure {
      if (config == null) {
        return Optional.empty();
      }
      return Optional.of(ConfigurationFile.usable(ConfigLoader.load(config)));
    }
  }

  @Command(
      name = "verify",
      mixinStandardHelpOptions = true,
      description =
          "Checks the signature, every entry's inclusion, consistency and that there is no gap."
              + " Exit 6 where it does not hold.")
  int verify(
      @Mixin Log log, @Option(names = "--json", description = "As one JSON object.") boolean json)
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
      @Mixin Log log,
      @Option(names = "--json", description = "One entry a line, as it is.") boolean json,
      @Option(
              names = "--where",
              paramLabel = "FIELD=VALUE",
              description = "Entries with this value; may stand several times.")
          @Nullable Map<String, String> where,
      @Option(names = "--subject", paramLabel = "S", description = "Entries about this subject.")
          @Nullable String subject,
      @Option(names = "--target", paramLabel = "T", description = "Entries about this target.")
          @Nullable String target,
      @Option(names = "--session", paramLabel = "ID", description = "Entries of this session.")
          @Nullable String session,
      @Option(
              names = "--type",
              paramLabel = "TYPE",
              description = "Entries of this type, such as admission or admission.denied.")
          @Nullable String type,
      @Option(
              names = "--reason",
              paramLabel = "CODE",
              description = "Entries with this reason code.")
          @Nullable String reason,
      @Option(names = "--decision", paramLabel = "ID", description = "The entry of this decision.")
          @Nullable String decision,
      @Option(
              names = "--since",
              paramLabel = "TIME",
              description = "Entries from this time on, such as 2026-11-23T20:00:00Z.")
          @Nullable String since,
      @Option(names = "--until", paramLabel = "TIME", description = "Entries before this time.")
          @Nullable String until)
      throws CommandFailure {
    LogQuery query = LogQuery.ALL;
    if (where != null) {
      for (Map.Entry<String, String> field : where.entrySet()) {
        query = query.where(field.getKey(), field.getValue());
      }
    }
    query = with(query, "subject", subject);
    query = with(query, "target", target);
    query = with(query, "session", session);
    query = with(query, "type", type);
    query = with(query, "reason", reason);
    query = with(query, "decision", decision);
    query = since == null ? query : query.since(time(since, "--since"));
    query = until == null ? query : query.until(time(until, "--until"));
    Optional<PosternConfig> config = log.load();
    var args = new SearchCommand.Args(log.folder(config), log.key(config), query, json);
    return flushed(SearchCommand.run(args, around.out(), around.err()));
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
    var args = new KeyCommand.Args(loaded.audit().key(), origin(loaded));
    return flushed(KeyCommand.run(args, around.out(), around.err()));
  }

  /** The origin of one replica's log. */
  private static String origin(PosternConfig config) {
    return config.audit().origin() + "/" + config.gateway().replica();
  }

  private int flushed(int status) {
    around.out().flush();
    return status;
  }

  private static LogQuery with(LogQuery query, String field, @Nullable String value) {
    return value == null ? query : query.where(field, value);
  }

  private static Instant time(String text, String option) throws CommandFailure {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw CommandFailure.usage(
          option + " takes a time such as 2026-11-23T20:00:00Z, and not `" + text + "`");
    }
  }
}
