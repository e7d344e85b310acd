package dev.postern.client.connect;

import dev.postern.attestation.jose.JwkException;
import dev.postern.attestation.mint.SigningKey;
import dev.postern.client.command.CommandFailure;
import dev.postern.client.command.Inputs;
import dev.postern.client.command.Surroundings;
import dev.postern.client.connect.ClientDefaults.Field;
import dev.postern.client.tpm.Tpm;
import dev.postern.client.tpm.TpmFailure;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options by which a command finds a gateway and says who is calling. */
public final class GatewayOptions {
  private static final Duration TOKEN_COMMAND_PATIENCE = Duration.ofSeconds(60);
  private static final int MAX_KEY_BYTES = 64 * 1024;

  @Option(names = "--gateway", paramLabel = "HOST:PORT", description = "The gateway.")
  private @Nullable String gateway;

  @Option(
      names = "--gateway-id",
      paramLabel = "ID",
      description = "The gateway's id, to sign proofs for. Default: the token's audience.")
  private @Nullable String gatewayId;

  @Option(
      names = "--server-name",
      paramLabel = "NAME",
      description = "Name in the gateway's certificate, where it is not HOST.")
  private @Nullable String serverName;

  @Option(
      names = "--ca",
      paramLabel = "F",
      description = "Certificates to trust (PEM). Default: the system's.")
  private @Nullable String ca;

  @Option(
      names = "--token-file",
      paramLabel = "F",
      description = "The debug token; - is standard input.")
  private @Nullable String tokenFile;

  @Option(
      names = "--token-command",
      paramLabel = "CMD",
      description = "Shell command that prints a debug token; run again to renew.")
  private @Nullable String tokenCommand;

  @Option(
      names = "--key",
      paramLabel = "F",
      description = "The key that the token's cnf names: PEM, JWK, or tpm:/dev/tpmrm0.")
  private @Nullable String key;

  @Option(
      names = "--cert",
      paramLabel = "F",
      description = "Client certificate chain (PEM), for mutual TLS.")
  private @Nullable String cert;

  @Option(
      names = "--cert-key",
      paramLabel = "F",
      description = "Key of --cert (PKCS#8 PEM). Default: --key.")
  private @Nullable String certKey;

  /** The options of one command with the defaults behind them. */
  public record Resolved(
      HostPort gateway,
      @Nullable String gatewayId,
      GatewayChannel.Tls tls,
      TokenSource tokens,
      SigningKey key) {}

  /** Takes flags, then variables, then the file. */
  Resolved resolve(ClientDefaults defaults, Surroundings around) throws CommandFailure {
    String address = required(defaults, gateway, Field.GATEWAY, "--gateway");
    String keyFile = required(defaults, key, Field.KEY, "--key");
    Optional<String> chain = defaults.value(Optional.ofNullable(cert), Field.CERT);
    Optional<String> chainKey =
        chain.map(
            present ->
                defaults.value(Optional.ofNullable(certKey), Field.CERT_KEY).orElse(keyFile));
    return new Resolved(
        HostPort.parse(address, "--gateway"),
        defaults.value(Optional.ofNullable(gatewayId), Field.GATEWAY_ID).orElse(null),
        new GatewayChannel.Tls(
            path(defaults.value(Optional.ofNullable(ca), Field.CA)),
            path(chain),
            path(chainKey),
            defaults.value(Optional.ofNullable(serverName), Field.SERVER_NAME).orElse(null)),
        tokens(defaults, around),
        readKey(keyFile, around));
  }

  /** Reads a private key or finds it in a TPM, with a sentence about what is wrong with it. */
  public static SigningKey readKey(String file, Surroundings around) throws CommandFailure {
    String lower = file.toLowerCase(Locale.ROOT);
    if (lower.startsWith("pkcs11:") || lower.startsWith("handle:") || lower.startsWith("tpm2:")) {
      throw CommandFailure.usage(
          "--key: keys in PKCS#11 tokens are not supported yet; give a PEM or JWK file, or"
              + " tpm:/dev/tpmrm0");
    }
    if (lower.startsWith(Tpm.SCHEME)) {
      try {
        return new Tpm(file).signingKey();
      } catch (TpmFailure e) {
        throw CommandFailure.unreachable("the key `" + file + "`: " + e.getMessage());
      }
    }
    byte[] bytes = Inputs.read(file, "the key", MAX_KEY_BYTES, around);
    try {
      return SigningKey.read(bytes);
    } catch (JwkException e) {
      throw CommandFailure.usage("the key `" + file + "` " + e.getMessage());
    }
  }

  private TokenSource tokens(ClientDefaults defaults, Surroundings around) throws CommandFailure {
    if (tokenFile != null && tokenCommand != null) {
      throw CommandFailure.usage("--token-file and --token-command exclude each other");
    }
    Optional<String> file = Optional.ofNullable(tokenFile);
    Optional<String> command = Optional.ofNullable(tokenCommand);
    if (file.isEmpty() && command.isEmpty()) {
      file = defaults.variable(Field.TOKEN_FILE);
      command = defaults.variable(Field.TOKEN_COMMAND);
      if (file.isPresent() && command.isPresent()) {
        throw CommandFailure.usage(
            "POSTERN_TOKEN_FILE and POSTERN_TOKEN_COMMAND are both set; give --token-file or"
                + " --token-command");
      }
    }
    if (file.isEmpty() && command.isEmpty()) {
      file = defaults.inFile(Field.TOKEN_FILE);
      command = defaults.inFile(Field.TOKEN_COMMAND);
    }
    if (command.isPresent()) {
      return TokenSource.command(command.get(), TOKEN_COMMAND_PATIENCE);
    }
    if (file.isPresent()) {
      return TokenSource.file(file.get(), around);
    }
    throw CommandFailure.usage(
        "a token is needed: --token-file or --token-command (or POSTERN_TOKEN_FILE,"
            + " POSTERN_TOKEN_COMMAND)");
  }

  private static String required(
      ClientDefaults defaults, @Nullable String flag, Field field, String option)
      throws CommandFailure {
    Optional<String> value = defaults.value(Optional.ofNullable(flag), field);
    if (value.isEmpty()) {
      throw CommandFailure.usage("%s is needed (or %s)".formatted(option, field.variable()));
    }
    return value.get();
  }

  private static @Nullable Path path(Optional<String> name) {
    return name.map(Path::of).orElse(null);
  }
}
