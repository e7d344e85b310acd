package dev.postern.config;

import dev.postern.config.PosternConfig.Admin;
import dev.postern.config.PosternConfig.Audit;
import dev.postern.config.PosternConfig.Gateway;
import dev.postern.config.PosternConfig.Limits;
import dev.postern.config.PosternConfig.Listener;
import dev.postern.config.PosternConfig.PolicyBundleFile;
import dev.postern.config.PosternConfig.State;
import dev.postern.config.PosternConfig.StateUrl;
import dev.postern.config.PosternConfig.Target;
import dev.postern.config.PosternConfig.Tls;
import dev.postern.config.PosternConfig.Trust;
import dev.postern.policy.source.Issues;
import dev.postern.policy.source.Place;
import dev.postern.policy.source.SourceFile;
import dev.postern.policy.source.YamlMapping;
import dev.postern.policy.source.YamlReader;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads {@code postern.yaml}: strict, all issues at once.
 *
 * <p>A field of a wrong type leaves an issue and a default behind, so that reading goes on; nothing
 * of that is handed out, because an issue of severity error makes the file unusable.
 */
public final class ConfigLoader {
  /** A value that stands for one that could not be read; never handed out. */
  private static final String UNREAD = "unread";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
  private static final Pattern TARGET_NAME = Pattern.compile("[a-z0-9][a-z0-9._/-]{0,127}");
  private static final Pattern HEADER = Pattern.compile("[a-z0-9][a-z0-9_.-]{0,63}");
  private static final Pattern ORIGIN = Pattern.compile("[!-*,-~]{1,128}");
  private static final Pattern LISTENER =
      Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[^:\\[\\]]+):(\\d{1,5})");
  private static final List<String> TOOLS = List.of("dlv", "gdb", "perf", "pprof", "gops");
  private static final Map<String, String> ROLES =
      Map.of("viewer", "viewer", "operator", "operator", "approver", "approver");

  private final Path base;
  private final Issues issues = new Issues();
  private final FilePaths files = new FilePaths(issues);
  private final TrustSection trust;

  private ConfigLoader(Path file) {
    Path parent = file.toAbsolutePath().normalize().getParent();
    this.base = parent == null ? Path.of("/") : parent;
    this.trust = new TrustSection(base, issues, files);
  }

  /** Reads the whole configuration. */
  public static LoadedConfig<PosternConfig> load(Path file) {
    return new ConfigLoader(file).read(file, ConfigLoader::config);
  }

  /** Reads {@code gateway.id} and {@code trust} only; the other sections may hold anything. */
  public static LoadedConfig<TrustOnly> loadTrust(Path file) {
    return new ConfigLoader(file).read(file, ConfigLoader::trustOnly);
  }

  /** Reads the whole configuration from bytes, as if they were in a file. */
  static LoadedConfig<PosternConfig> load(Path file, byte[] bytes) {
    return new ConfigLoader(file)
        .read(Optional.of(SourceFile.copyOf(file.toString(), bytes)), ConfigLoader::config);
  }

  private interface Reading<C> {
    Optional<C> read(ConfigLoader loader, YamlMapping root);
  }

  private <C> LoadedConfig<C> read(Path file, Reading<C> reading) {
    return read(source(file), reading);
  }

  private <C> LoadedConfig<C> read(Optional<SourceFile> file, Reading<C> reading) {
    Optional<C> config =
        file.flatMap(source -> YamlReader.readOne(source, issues))
            .flatMap(node -> YamlMapping.of(node, issues))
            .flatMap(root -> reading.read(this, root));
    if (issues.hasErrors() || config.isEmpty()) {
      return new LoadedConfig.Unusable<>(issues.sorted());
    }
    return new LoadedConfig.Usable<>(config.get(), issues.sorted());
  }

  private Optional<SourceFile> source(Path file) {
    var whole = Place.ofFile(file.toString());
    try {
      if (Files.size(file) > YamlReader.MAX_BYTES) {
        issues.error("C001", whole, "larger than " + YamlReader.MAX_BYTES + " bytes");
        return Optional.empty();
      }
      return Optional.of(SourceFile.copyOf(file.toString(), Files.readAllBytes(file)));
    } catch (NoSuchFileException e) {
      issues.error("C001", whole, "no such file");
    } catch (IOException e) {
      issues.error("C001", whole, "cannot be read: " + e.getMessage());
    }
    return Optional.empty();
  }

  private Optional<TrustOnly> trustOnly(YamlMapping root) {
    root.require("gateway", "trust");
    Optional<String> id = root.mapping("gateway").flatMap(this::gatewayId);
    Optional<Trust> section = root.mapping("trust").map(trust::read);
    return id.flatMap(name -> section.map(read -> new TrustOnly(name, read)));
  }

  private Optional<String> gatewayId(YamlMapping section) {
    section.require("id");
    return section.string("id");
  }

  private Optional<PosternConfig> config(YamlMapping root) {
    root.require("gateway", "tls", "trust", "targets");
    Optional<Gateway> gateway = root.mapping("gateway").map(this::gateway);
    Optional<Tls> tls = root.mapping("tls").map(this::tls);
    Optional<Trust> trusted = root.mapping("trust").map(trust::read);
    List<Path> policies = files.all(root, "policies", base);
    Optional<PolicyBundleFile> bundle = root.mapping("policyBundle").map(this::policyBundle);
    if (root.has("policies") == root.has("policyBundle")) {
      issues.error(
          "C016",
          root.has("policies") ? root.placeOf("policyBundle") : root.place(),
          "one of `policies` and `policyBundle` is needed, and not both");
    }
    List<Target> targets = targets(root);
    List<Admin> admins = root.mappings("admins").stream().map(this::admin).toList();
    Limits limits = root.mapping("limits").map(this::limits).orElse(new Limits(60, 10_000));
    Path dataDir = gateway.map(Gateway::dataDir).orElse(base);
    String id = gateway.map(Gateway::id).orElse(UNREAD);
    State state =
        root.mapping("state")
            .map(section -> state(section, dataDir))
            .orElse(new State(new StateUrl.Sqlite(dataDir.resolve("postern.db"))));
    Audit audit =
        root.mapping("audit")
            .map(section -> audit(section, id, dataDir))
            .orElse(new Audit(id + "/audit", dataDir.resolve("audit.key")));
    root.finish();
    if (gateway.isEmpty() || tls.isEmpty() || trusted.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new PosternConfig(
            gateway.get(),
            tls.get(),
            trusted.get(),
            policies,
            bundle,
            targets,
            admins,
            limits,
            state,
            audit));
  }

  private Gateway gateway(YamlMapping section) {
    section.require("id", "listen", "dataDir");
    String id = section.string("id").orElse(UNREAD);
    if (id.isEmpty()) {
      issues.error("C002", section.valuePlaceOf("id"), "the gateway needs an id");
    }
    String replica =
        matching(section, "replica", NAME, "a name of letters, digits, `.`, `_` and `-`")
            .orElse("a");
    Listener listen = listener(section, "listen").orElse(new Listener("127.0.0.1", 0));
    var gateway =
        new Gateway(
            id,
            replica,
            listen,
            listener(section, "admin"),
            listener(section, "metrics"),
            files.one(section, "dataDir", base).orElse(base));
    section.finish();
    return gateway;
  }

  private Tls tls(YamlMapping section) {
    section.require("certificate", "key");
    var tls =
        new Tls(
            files.one(section, "certificate", base).orElse(base),
            files.one(section, "key", base).orElse(base),
            files.one(section, "clientCa", base),
            files.all(section, "trustedProxies", base),
            matching(section, "forwardedCertificateHeader", HEADER, "a lower-case header name"),
            files.all(section, "frontCertificates", base));
    if (tls.forwardedCertificateHeader().isPresent() && tls.trustedProxies().isEmpty()) {
      issues.error(
          "C003",
          section.placeOf("forwardedCertificateHeader"),
          "`forwardedCertificateHeader` counts from `trustedProxies` only, and none is given");
    }
    section.finish();
    return tls;
  }

  private PolicyBundleFile policyBundle(YamlMapping section) {
    section.require("file");
    List<Path> keys = files.all(section, "keys", base);
    boolean allowUnsigned = section.bool("allowUnsigned").orElse(false);
    if (keys.isEmpty() != allowUnsigned) {
      issues.error(
          "C017",
          section.has("allowUnsigned") ? section.valuePlaceOf("allowUnsigned") : section.place(),
          allowUnsigned
              ? "`allowUnsigned: true` and `keys` exclude each other: with keys, unsigned is"
                  + " refused"
              : "no `keys` to verify the bundle with; `allowUnsigned: true` does without");
    }
    int signers = section.integer("signers", 1, 16).orElse(1L).intValue();
    var bundle = new PolicyBundleFile(files.one(section, "file", base).orElse(base), keys, signers);
    section.finish();
    return bundle;
  }

  private List<Target> targets(YamlMapping root) {
    var targets = new ArrayList<Target>();
    var names = new HashSet<String>();
    for (YamlMapping section : root.mappings("targets")) {
      section.require("name", "endpoints");
      String name =
          matching(section, "name", TARGET_NAME, "lower-case letters, digits, `.`, `_`, `-`, `/`")
              .orElse(UNREAD);
      if (!names.add(name) && !name.equals(UNREAD)) {
        issues.error("C004", section.valuePlaceOf("name"), "target `" + name + "` stands twice");
      }
      var labels = new LinkedHashMap<String, String>();
      section
          .mapping("labels")
          .ifPresent(
              map -> {
                for (var key : map.keys()) {
                  map.string(key.value()).ifPresent(value -> labels.put(key.value(), value));
                }
              });
      targets.add(new Target(name, labels, endpoints(section)));
      section.finish();
    }
    return targets;
  }

  private Map<String, URI> endpoints(YamlMapping target) {
    var endpoints = new LinkedHashMap<String, URI>();
    target
        .mapping("endpoints")
        .ifPresent(
            map -> {
              for (String tool : TOOLS) {
                uri(map, tool).ifPresent(endpoint -> endpoints.put(tool, endpoint));
              }
              map.finish();
            });
    return endpoints;
  }

  private Optional<URI> uri(YamlMapping section, String key) {
    return section
        .text(key)
        .flatMap(
            text -> {
              try {
                URI uri = new URI(text.value());
                if (isEndpoint(uri)) {
                  return Optional.of(uri);
                }
              } catch (URISyntaxException notOne) {
                // reported below, as any other text that is no endpoint
              }
              issues.error(
                  "C005",
                  text.place(),
                  "`"
                      + text.value()
                      + "` is no endpoint, expected such as `tcp://127.0.0.1:2345` or"
                      + " `unix:///run/dlv`");
              return Optional.empty();
            });
  }

  /** A host and port by a scheme that has them, or the absolute path of a Unix socket. */
  private static boolean isEndpoint(URI uri) {
    if (uri.getScheme() == null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
      return false;
    }
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    boolean network =
        uri.getHost() != null
            && uri.getPort() > 0
            && uri.getPort() <= 65_535
            && uri.getRawUserInfo() == null;
    return switch (uri.getScheme()) {
      case "unix" -> uri.getRawAuthority() == null && path.length() > 1 && path.startsWith("/");
      case "tcp" -> network && path.isEmpty();
      case "http", "https" -> network;
      default -> false;
    };
  }

  private Admin admin(YamlMapping section) {
    section.require("iss", "roles");
    var roles = new ArrayList<String>();
    for (var role : section.strings("roles")) {
      if (ROLES.containsKey(role.value())) {
        roles.add(role.value());
      } else {
        section.unknownWord("C006", "role", role, ROLES.keySet());
      }
    }
    var admin =
        new Admin(
            section.string("iss").orElse(UNREAD),
            values(section, "groups"),
            values(section, "users"),
            roles);
    section.finish();
    return admin;
  }

  private Limits limits(YamlMapping section) {
    var limits =
        new Limits(
            section.integer("failuresPerMinute", 1, 1_000_000).orElse(60L).intValue(),
            section.integer("sessions", 1, 10_000_000).orElse(10_000L).intValue());
    section.finish();
    return limits;
  }

  private State state(YamlMapping section, Path dataDir) {
    StateUrl url =
        section
            .text("url")
            .flatMap(
                text -> {
                  String value = text.value();
                  if (value.startsWith("sqlite:") && value.length() > "sqlite:".length()) {
                    return files
                        .resolve(dataDir, text, value.substring("sqlite:".length()))
                        .<StateUrl>map(StateUrl.Sqlite::new);
                  }
                  if (value.startsWith("postgresql://")) {
                    return Optional.of(new StateUrl.Postgresql(value));
                  }
                  issues.error(
                      "C007",
                      text.place(),
                      "`" + value + "` is no state, expected `sqlite:FILE` or `postgresql://…`");
                  return Optional.empty();
                })
            .orElse(new StateUrl.Sqlite(dataDir.resolve("postern.db")));
    section.finish();
    return new State(url);
  }

  private Audit audit(YamlMapping section, String id, Path dataDir) {
    var audit =
        new Audit(
            matching(section, "origin", ORIGIN, "printable ASCII without spaces and `+`")
                .orElse(id + "/audit"),
            files.one(section, "key", dataDir).orElse(dataDir.resolve("audit.key")));
    section.finish();
    return audit;
  }

  private Optional<Listener> listener(YamlMapping section, String key) {
    return section
        .text(key)
        .flatMap(
            text -> {
              var match = LISTENER.matcher(text.value());
              if (match.matches() && Integer.parseInt(match.group(2)) <= 65_535) {
                String host = match.group(1).replaceAll("[\\[\\]]", "");
                return Optional.of(new Listener(host, Integer.parseInt(match.group(2))));
              }
              issues.error(
                  "C008",
                  text.place(),
                  "`" + text.value() + "` is no address, expected such as `0.0.0.0:7443`");
              return Optional.empty();
            });
  }

  private Optional<String> matching(YamlMapping section, String key, Pattern form, String words) {
    return section
        .text(key)
        .flatMap(
            text -> {
              if (form.matcher(text.value()).matches()) {
                return Optional.of(text.value());
              }
              issues.error(
                  "C009",
                  text.place(),
                  "`" + key + "` is `" + text.value() + "`, expected " + words);
              return Optional.empty();
            });
  }

  private static List<String> values(YamlMapping section, String key) {
    return section.strings(key).stream().map(text -> text.value()).toList();
  }
}
