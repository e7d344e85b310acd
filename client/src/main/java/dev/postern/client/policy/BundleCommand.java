package dev.postern.client.policy;

import static java.util.Objects.requireNonNull;

import dev.postern.attestation.jose.Base64Url;
import dev.postern.attestation.jose.JwkException;
import dev.postern.attestation.mint.SigningKey;
import dev.postern.client.command.CommandFailure;
import dev.postern.client.command.ConfigurationFile;
import dev.postern.client.command.Durations;
import dev.postern.client.command.ExitStatus;
import dev.postern.client.command.Inputs;
import dev.postern.client.command.Surroundings;
import dev.postern.config.BundleKeys;
import dev.postern.config.ConfigLoader;
import dev.postern.config.PosternConfig;
import dev.postern.policy.LoadResult;
import dev.postern.policy.PolicyFiles;
import dev.postern.policy.PolicyLoader;
import dev.postern.policy.bundle.BundleRefused;
import dev.postern.policy.bundle.BundleTrust;
import dev.postern.policy.bundle.KeptBundle;
import dev.postern.policy.bundle.PolicyBundle;
import dev.postern.policy.source.Issue;
import dev.postern.policy.source.Issues;
import dev.postern.policy.source.SourceFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code postern policy bundle build, sign, verify, inspect, rollback}. */
@Command(
    name = "bundle",
    description = "Signed policy bundles.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true)
public final class BundleCommand implements Callable<Integer> {
  private static final int MAX_KEY_BYTES = 64 * 1024;

  private final Surroundings around;

  @Spec private @Nullable CommandSpec spec;

  public BundleCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() {
    requireNonNull(spec, "spec is null").commandLine().usage(spec.commandLine().getErr());
    return ExitStatus.USAGE;
  }

  @Command(
      name = "build",
      mixinStandardHelpOptions = true,
      description = "Checks policy files and puts them into a bundle.")
  int build(
      @Parameters(arity = "1..*", paramLabel = "PATH", description = "Files and folders.")
          List<Path> paths,
      @Option(
              names = {"-o", "--bundle"},
              required = true,
              paramLabel = "FILE",
              description = "The bundle to write.")
          Path bundleFile,
      @Option(
              names = "--revision",
              required = true,
              paramLabel = "N",
              description = "Its number; gateways take none that is not above the last.")
          long revision,
      @Option(
              names = "--gateway",
              required = true,
              paramLabel = "ID",
              description = "A gateway that it is for; '*' is every one. May be repeated.")
          List<String> gateways,
      @Option(names = "--not-after", paramLabel = "TIME", description = "When its term ends.")
          @Nullable String notAfter,
      @Option(
              names = "--valid-for",
              paramLabel = "D",
              description = "Its term from now on, such as 30d.")
          @Nullable String validFor,
      @Option(names = "--key", paramLabel = "F", description = "Sign it with this private key.")
          @Nullable String key,
      @Mixin ReportOptions report)
      throws CommandFailure {
    if (revision < 1) {
      throw CommandFailure.usage("--revision is a number from 1 on");
    }
    if ((notAfter == null) == (validFor == null)) {
      throw CommandFailure.usage("say one of --not-after and --valid-for: a bundle has a term");
    }
    Instant now = report.now(around);
    Instant end =
        notAfter == null
            ? now.plus(Durations.parse(String.valueOf(validFor), "--valid-for"))
            : ReportOptions.time(notAfter, "--not-after");
    if (!now.isBefore(end)) {
      throw CommandFailure.usage("the bundle's term ends at " + end + ", before it begins");
    }
    try {
      PolicyBundle bundle = PolicyBundle.of(files(paths), revision, now, end, gateways);
      bundle = key == null ? bundle : signed(bundle, signingKey(key));
      write(bundleFile, bundle);
      PolicyBundle written = bundle;
      return report.write(around, out -> BundleReport.print(written, "built", report.json(), out));
    } catch (BundleRefused refused) {
      throw CommandFailure.configuration(refused.text());
    }
  }

  /** The files by their path in the bundle: as they stand in the folder that was named. */
  private NavigableMap<String, byte[]> files(List<Path> paths) throws CommandFailure {
    var files = new TreeMap<String, byte[]>();
    for (Path path : paths) {
      if (!Files.exists(path)) {
        throw CommandFailure.usage(path + ": no such file or folder");
      }
    }
    var issues = new Issues();
    List<SourceFile> sources = PolicyFiles.read(paths, issues);
    if (sources.isEmpty() && !issues.hasErrors()) {
      throw CommandFailure.usage("no policy files (*.yaml, *.yml) in " + paths);
    }
    LoadResult loaded = PolicyLoader.load(sources);
    issues.addAll(loaded.issues());
    if (issues.hasErrors()) {
      throw CommandFailure.configuration(
          String.join(
              "\n\n", issues.sorted().stream().filter(Issue::isError).map(Issue::render).toList()));
    }
    for (SourceFile source : sources) {
      Path file = Path.of(source.path());
      Path top = paths.stream().filter(file::startsWith).findFirst().orElse(file);
      Path inside = top.equals(file) ? file.getFileName() : top.relativize(file);
      String name = inside.toString().replace('\\', '/');
      if (files.put(name, source.bytes()) != null) {
        throw CommandFailure.usage("`" + name + "` is in two of the folders");
      }
    }
    return files;
  }

  @Command(
      name = "sign",
      mixinStandardHelpOptions = true,
      description = "Adds a signature to a bundle, in its place.")
  int sign(
      @Parameters(paramLabel = "BUNDLE") Path file,
      @Option(
              names = "--key",
              required = true,
              paramLabel = "F",
              description = "A private key, ES256 or Ed25519 (PEM or JWK).")
          String key,
      @Mixin ReportOptions report)
      throws CommandFailure {
    PolicyBundle bundle = signed(open(file), signingKey(key));
    try {
      write(file, bundle);
    } catch (BundleRefused refused) {
      throw CommandFailure.untrusted(file + ": " + refused.text());
    }
    return report.write(around, out -> BundleReport.print(bundle, "signed", report.json(), out));
  }

  @Command(
      name = "verify",
      mixinStandardHelpOptions = true,
      description = "Whether a gateway would take a bundle; exit 6 if not.")
  int verify(
      @Parameters(paramLabel = "BUNDLE") Path file,
      @Option(
              names = "--key",
              paramLabel = "F",
              description = "Public keys it may be signed with (JWK set, JWK or PEM).")
          @Nullable List<Path> keys,
      @Option(names = "--signers", paramLabel = "N", description = "How many. Default: 1.")
          @Nullable Integer signers,
      @Option(names = "--gateway", paramLabel = "ID", description = "For this gateway.")
          @Nullable String gateway,
      @Option(
              names = "--config",
              paramLabel = "C",
              description = "As the gateway of this postern.yaml would, its revision included.")
          @Nullable Path config,
      @Mixin ReportOptions report)
      throws CommandFailure {
    Instant now = report.now(around);
    if ((config == null) == (keys == null)
        || (config != null && (signers != null || gateway != null))) {
      throw CommandFailure.usage(
          "say --config, or --key with --signers and --gateway: whom should the bundle be believed"
              + " by?");
    }
    PolicyBundle bundle = open(file);
    BundleTrust.Verified verified;
    try {
      if (config != null) {
        PosternConfig loaded = ConfigurationFile.usable(ConfigLoader.load(config));
        verified = trust(loaded, config).verify(bundle, now);
        Optional<PolicyBundle> active = KeptBundle.in(loaded.gateway().dataDir()).read();
        if (active.isPresent()) {
          BundleTrust.requireAbove(active.get(), bundle);
        }
      } else {
        verified =
            new BundleTrust(
                    Optional.ofNullable(gateway),
                    Optional.of(BundleKeys.ofFiles(keys == null ? List.of() : keys)),
                    signers == null ? 1 : signers)
                .verify(bundle, now);
      }
    } catch (BundleRefused refused) {
      throw CommandFailure.untrusted(file + ": " + refused.text());
    } catch (JwkException e) {
      throw CommandFailure.configuration(String.valueOf(e.getMessage()));
    }
    requireChecked(file, bundle);
    return report.write(
        around,
        out -> BundleReport.print(bundle, "verified", verified.signers(), report.json(), out));
  }

  private static void requireChecked(Path file, PolicyBundle bundle) throws CommandFailure {
    LoadResult loaded = PolicyLoader.load(bundle.sources());
    if (loaded.set().isEmpty()) {
      throw CommandFailure.configuration(
          file
              + ": its policies do not check\n"
              + String.join(
                  "\n\n",
                  loaded.issues().stream().filter(Issue::isError).map(Issue::render).toList()));
    }
  }

  @Command(
      name = "inspect",
      mixinStandardHelpOptions = true,
      description = "What a bundle says of itself; nothing is verified.")
  int inspect(@Parameters(paramLabel = "BUNDLE") Path file, @Mixin ReportOptions report)
      throws CommandFailure {
    PolicyBundle bundle = open(file);
    return report.write(
        around, out -> BundleReport.print(bundle, "not verified", report.json(), out));
  }

  @Command(
      name = "rollback",
      mixinStandardHelpOptions = true,
      description = {
        "Makes an older bundle the last one that this machine's gateway took.",
        "Everything but the revision is verified. Put the same bundle at policyBundle.file first."
      })
  int rollback(
      @Parameters(paramLabel = "BUNDLE") Path file,
      @Option(
              names = "--config",
              required = true,
              paramLabel = "C",
              description = "The gateway's postern.yaml.")
          Path config,
      @Mixin ReportOptions report)
      throws CommandFailure {
    PosternConfig loaded = ConfigurationFile.usable(ConfigLoader.load(config));
    PolicyBundle bundle = open(file);
    try {
      var verified = trust(loaded, config).verify(bundle, report.now(around));
      requireChecked(file, bundle);
      KeptBundle.in(loaded.gateway().dataDir()).keep(bundle);
      return report.write(
          around,
          out ->
              BundleReport.print(bundle, "rolled back to", verified.signers(), report.json(), out));
    } catch (BundleRefused refused) {
      throw CommandFailure.untrusted(file + ": " + refused.text());
    } catch (JwkException e) {
      throw CommandFailure.configuration(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw CommandFailure.unreachable(
          "cannot write to `" + loaded.gateway().dataDir() + "`: " + e.getMessage());
    }
  }

  private static BundleTrust trust(PosternConfig config, Path file)
      throws CommandFailure, JwkException {
    if (config.policyBundle().isEmpty()) {
      throw CommandFailure.usage(file + " has no `policyBundle`: its gateway takes no bundles");
    }
    return BundleKeys.trust(config.policyBundle().get(), config.gateway().id());
  }

  private static PolicyBundle open(Path file) throws CommandFailure {
    try {
      return PolicyBundle.open(file);
    } catch (BundleRefused refused) {
      throw CommandFailure.untrusted(file + ": " + refused.text());
    } catch (IOException e) {
      throw CommandFailure.input(Inputs.cannotRead("the bundle", file.toString(), e));
    }
  }

  private SigningKey signingKey(String name) throws CommandFailure {
    try {
      SigningKey key = SigningKey.read(Inputs.read(name, "the key", MAX_KEY_BYTES, around));
      if (!BundleKeys.ALGORITHMS.contains(key.algorithm())) {
        throw CommandFailure.usage("bundles are signed with ES256 or Ed25519: " + name);
      }
      return key;
    } catch (JwkException e) {
      throw CommandFailure.usage("the key `" + name + "` " + e.getMessage());
    }
  }

  private static PolicyBundle signed(PolicyBundle bundle, SigningKey key) {
    String jws = key.signJws(BundleKeys.header(key.publicJwk()), bundle.manifestBytes());
    // detached: the payload is the manifest beside it
    return bundle.with(
        jws.substring(0, jws.indexOf('.')) + "." + jws.substring(jws.lastIndexOf('.')));
  }

  /** The key that a signature names, for a person; empty if it names none. */
  static String keyNamed(String detached) {
    return Base64Url.decode(detached.substring(0, Math.max(0, detached.indexOf('.'))))
        .map(header -> new String(header, StandardCharsets.UTF_8))
        .map(header -> header.replaceAll("(?s).*\"kid\":\"([^\"]{1,256})\".*", "$1"))
        .orElse("?");
  }

  private static void write(Path file, PolicyBundle bundle) throws CommandFailure, BundleRefused {
    Path next = file.resolveSibling(file.getFileName() + ".next");
    try {
      Files.write(next, bundle.toBytes());
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw CommandFailure.unreachable("cannot write `" + file + "`: " + e.getMessage());
    }
  }
}
