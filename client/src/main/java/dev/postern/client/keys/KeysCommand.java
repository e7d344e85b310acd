package dev.postern.client.keys;

import dev.postern.attestation.jose.Algorithm;
import dev.postern.attestation.mint.SigningKey;
import dev.postern.client.command.CommandFailure;
import dev.postern.client.command.ExitStatus;
import dev.postern.client.command.Surroundings;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern keys}: key pairs and certificates to try things out with. */
@Command(
    name = "keys",
    description = "Makes key pairs and certificates to try things out with.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true)
public final class KeysCommand {
  private static final List<Algorithm> CALLER_ALGORITHMS =
      List.of(Algorithm.ES256, Algorithm.ES384, Algorithm.ED25519);

  private static final Duration CERTIFICATE_LIFETIME = Duration.ofDays(90);

  private final Surroundings around;

  public KeysCommand(Surroundings around) {
    this.around = around;
  }

  @Command(
      name = "new",
      mixinStandardHelpOptions = true,
      description =
          "Writes NAME.pem (a private key, mode 0600) and NAME.jwks.json (its public half); prints"
              + " its thumbprint.")
  int create(
      @Parameters(paramLabel = "NAME", description = "Where to, without ending, such as keys/sts.")
          String name,
      @Option(
              names = "--alg",
              paramLabel = "ALG",
              defaultValue = "ES256",
              description = "ES256, ES384 or Ed25519. Default: ES256.")
          String alg,
      @Option(
              names = "--kid",
              paramLabel = "KID",
              description = "The key's id in the JWKS. Default: NAME's last part.")
          @Nullable String kid)
      throws CommandFailure {
    SigningKey key = SigningKey.generate(algorithm(alg));
    Path base = Path.of(name);
    String id = kid == null ? String.valueOf(base.getFileName()) : kid;
    write(base.resolveSibling(base.getFileName() + ".pem"), key.exposePem(), true);
    write(
        base.resolveSibling(base.getFileName() + ".jwks.json"),
        new String(key.toJwks(id), java.nio.charset.StandardCharsets.UTF_8) + "\n",
        false);
    around.out().println(key.thumbprint());
    return ExitStatus.DONE;
  }

  @Command(
      name = "tls",
      mixinStandardHelpOptions = true,
      description =
          "Writes DIR/ca.crt, DIR/tls.crt and DIR/tls.key: a development CA, whose key is thrown"
              + " away, and a server certificate by it.")
  int tls(
      @Parameters(paramLabel = "DIR", description = "Where to.") String folder,
      @Option(
              names = "--host",
              paramLabel = "HOST",
              description =
                  "Host name or address of the gateway; may stand several times. Default:"
                      + " localhost, 127.0.0.1, ::1.")
          @Nullable List<String> hosts)
      throws CommandFailure {
    List<String> names =
        hosts == null ? new ArrayList<>(List.of("localhost", "127.0.0.1", "::1")) : hosts;
    var made =
        DevelopmentCertificates.create(names, around.clock().instant(), CERTIFICATE_LIFETIME);
    Path into = Path.of(folder);
    write(into.resolve("ca.crt"), made.ca(), false);
    write(into.resolve("tls.crt"), made.certificate(), false);
    write(into.resolve("tls.key"), made.key(), true);
    return ExitStatus.DONE;
  }

  /** The algorithm of a name as it stands in tokens. */
  public static Algorithm algorithm(String name) throws CommandFailure {
    for (Algorithm algorithm : CALLER_ALGORITHMS) {
      if (algorithm.wireName().equalsIgnoreCase(name) || algorithm.name().equalsIgnoreCase(name)) {
        return algorithm;
      }
    }
    throw CommandFailure.usage(
        "unknown algorithm `%s`, expected one of %s"
            .formatted(
                name,
                CALLER_ALGORITHMS.stream()
                    .map(Algorithm::wireName)
                    .collect(Collectors.joining(", "))));
  }

  private static void write(Path file, String text, boolean secret) throws CommandFailure {
    try {
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      if (secret) {
        PrivateFiles.write(file, text);
      } else {
        Files.writeString(file, text, StandardOpenOption.CREATE_NEW);
      }
    } catch (FileAlreadyExistsException e) {
      throw CommandFailure.usage("`" + file + "` is there already; it is not written over");
    } catch (IOException e) {
      throw CommandFailure.unreachable("cannot write `" + file + "`: " + e.getMessage());
    }
  }
}
