package dev.postern.client.connect;

import dev.postern.client.command.CommandFailure;
import dev.postern.client.command.Inputs;
import dev.postern.client.command.Surroundings;
import dev.postern.policy.source.Issue;
import dev.postern.policy.source.Issues;
import dev.postern.policy.source.SourceFile;
import dev.postern.policy.source.YamlMapping;
import dev.postern.policy.source.YamlReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a person need not type each time: {@code POSTERN_*} variables, and behind them the file
 * {@code ~/.config/postern/config.yaml} (or that of {@code POSTERN_CONFIG}). Paths in the file are
 * relative to it.
 */
final class ClientDefaults {
  /** Field in the file; the variable is {@code POSTERN_} and the same words in capitals. */
  enum Field {
    GATEWAY("gateway", false),
    GATEWAY_ID("gatewayId", false),
    SERVER_NAME("serverName", false),
    CA("ca", true),
    KEY("key", true),
    CERT("cert", true),
    CERT_KEY("certKey", true),
    TOKEN_FILE("tokenFile", true),
    TOKEN_COMMAND("tokenCommand", false),
    REASON("reason", false),
    LISTEN("listen", false);

    private final String key;
    private final boolean path;

    Field(String key, boolean path) {
      this.key = key;
      this.path = path;
    }

    String variable() {
      return "POSTERN_" + name();
    }
  }

  private final Surroundings around;
  private final Map<Field, String> file;

  private ClientDefaults(Surroundings around, Map<Field, String> file) {
    this.around = around;
    this.file = file;
  }

  /** Reads the file, if there is one. */
  static ClientDefaults load(Surroundings around) throws CommandFailure {
    Optional<String> named = around.variable("POSTERN_CONFIG");
    Path file =
        named
            .map(Path::of)
            .orElseGet(
                () ->
                    around
                        .variable("XDG_CONFIG_HOME")
                        .map(Path::of)
                        .orElse(around.userHome().resolve(".config"))
                        .resolve("postern/config.yaml"));
    if (named.isEmpty() && !Files.exists(file)) {
      return new ClientDefaults(around, Map.of());
    }
    try {
      return new ClientDefaults(around, read(file, Files.readAllBytes(file), around.userHome()));
    } catch (IOException e) {
      throw CommandFailure.configuration(
          Inputs.cannotRead("the configuration file", file.toString(), e));
    }
  }

  /** The flag's value, else the variable's, else the file's; empty if none has one. */
  Optional<String> value(Optional<String> flag, Field field) {
    return flag.or(() -> variable(field)).or(() -> inFile(field));
  }

  Optional<String> variable(Field field) {
    return around.variable(field.variable());
  }

  Optional<String> inFile(Field field) {
    return Optional.ofNullable(file.get(field));
  }

  private static Map<Field, String> read(Path file, byte[] bytes, Path userHome)
      throws CommandFailure {
    var issues = new Issues();
    var values = new LinkedHashMap<Field, String>();
    YamlReader.readOne(SourceFile.copyOf(file.toString(), bytes), issues)
        .flatMap(node -> YamlMapping.of(node, issues))
        .ifPresent(
            root -> {
              for (Field field : Field.values()) {
                root.string(field.key)
                    .ifPresent(
                        value ->
                            values.put(field, field.path ? resolve(file, value, userHome) : value));
              }
              if (values.containsKey(Field.TOKEN_FILE) && values.containsKey(Field.TOKEN_COMMAND)) {
                issues.error(
                    "K001",
                    root.placeOf(Field.TOKEN_COMMAND.key),
                    "`tokenFile` and `tokenCommand` exclude each other");
              }
              root.finish();
            });
    if (issues.hasErrors()) {
      List<Issue> sorted = issues.sorted();
      throw CommandFailure.configuration(
          sorted.stream().map(Issue::render).collect(Collectors.joining("\n", "", "")));
    }
    return values;
  }

  private static String resolve(Path file, String value, Path userHome) {
    if (value.startsWith("~/")) {
      return userHome.resolve(value.substring(2)).toString();
    }
    return file.toAbsolutePath().resolveSibling(value).normalize().toString();
  }
}
