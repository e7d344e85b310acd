package dev.postern.client.token;

import dev.postern.attestation.DebugStatus;
import dev.postern.attestation.mint.DebugTokenMint;
import dev.postern.attestation.mint.SigningKey;
import dev.postern.attestation.mint.SimulatedVerifier;
import dev.postern.client.command.CommandFailure;
import dev.postern.client.command.Durations;
import dev.postern.client.command.ExitStatus;
import dev.postern.client.command.Surroundings;
import dev.postern.client.connect.GatewayOptions;
import dev.postern.json.JsonException;
import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code postern token mint}: a debug token, vouched for by a TPM, a confidential guest, a service,
 * or by the simulated Verifier.
 */
@Command(
    name = "mint",
    description = {
      "Signs a debug token and prints it. --tpm, --tsm, --result or --evidence vouch for its key.",
      "With --verifier the simulated Verifier does, for demos and tests: no TEE stands behind it."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class TokenMintCommand implements Callable<Integer> {
  private final Surroundings around;

  @Option(
      names = "--key",
      paramLabel = "F",
      description = "The caller's key, which cnf names. Default with --tpm: the TPM's own.")
  private @Nullable String key;

  @Mixin private final VouchingOptions vouching = new VouchingOptions();

  @Option(names = "--issuer", paramLabel = "ISS", description = "Who issues the token.")
  private @Nullable String issuer;

  @Option(names = "--issuer-key", paramLabel = "F", description = "The issuer's key.")
  private @Nullable String issuerKey;

  @Option(
      names = "--issuer-kid",
      paramLabel = "KID",
      description = "Its id. Default: the file's name without .pem.")
  private @Nullable String issuerKid;

  @Option(names = "--self", description = "A self-attested token: no issuer, signed with --key.")
  private boolean self;

  @Option(
      names = "--verifier",
      paramLabel = "ISS",
      description = "Who signs the simulated Attestation Result.")
  private @Nullable String verifier;

  @Option(names = "--verifier-key", paramLabel = "F", description = "The Verifier's key.")
  private @Nullable String verifierKey;

  @Option(
      names = "--verifier-kid",
      paramLabel = "KID",
      description = "Its id. Default: the file's name without .pem.")
  private @Nullable String verifierKid;

  @Option(names = "--aud", required = true, paramLabel = "ID", description = "The gateway's id.")
  private String audience = "";

  @Option(
      names = "--sub",
      required = true,
      paramLabel = "SUB",
      description = "The person or workload.")
  private String sub = "";

  @Option(
      names = "--debugger",
      paramLabel = "ID",
      defaultValue = "postern-cli",
      description = "debugger_id. Default: postern-cli.")
  private String debugger = "";

  @Option(
      names = "--scope",
      required = true,
      paramLabel = "SCOPE",
      description = "A scope; may stand several times.")
  private List<String> scopes = List.of();

  @Option(
      names = "--group",
      paramLabel = "GROUP",
      description = "A group; may stand several times.")
  private List<String> groups = List.of();

  @Option(
      names = "--lifetime",
      paramLabel = "TIME",
      defaultValue = "10m",
      description = "exp - iat. Default: 10m.")
  private String lifetime = "";

  @Option(names = "--jti", paramLabel = "ID", description = "Default: a random one.")
  private @Nullable String jti;

  @Option(
      names = "--profile",
      paramLabel = "P",
      defaultValue = "simulated",
      description = "Shape of the Attestation Result: simulated, eat or ear. Default: simulated.")
  private String profile = "";

  @Option(
      names = "--eat-profile",
      paramLabel = "URI",
      description = "eat_profile of the result. Default: one that fits --profile.")
  private @Nullable String eatProfile;

  @Option(
      names = "--result-lifetime",
      paramLabel = "TIME",
      defaultValue = "5m",
      description = "exp - iat of the result. Default: 5m.")
  private String resultLifetime = "";

  @Option(
      names = "--debug-status",
      paramLabel = "S",
      defaultValue = "disabled-since-boot",
      description = "dbgstat of the result. Default: disabled-since-boot.")
  private String debugStatus = "";

  @Option(
      names = "--status",
      paramLabel = "S",
      defaultValue = "affirming",
      description = "Status in an ear result. Default: affirming.")
  private String status = "";

  @Option(
      names = "--measurement",
      paramLabel = "NAME=VALUE",
      description = "A measurement in the result; may stand several times.")
  private Map<String, String> measurements = Map.of();

  @Option(
      names = "--nonce",
      paramLabel = "C",
      description = "A challenge of the gateway that Evidence or result should answer.")
  private @Nullable String nonce;

  @Option(
      names = "--claim",
      paramLabel = "NAME=JSON",
      description = "Sets a claim of the token to any JSON, for tests of bad tokens.")
  private Map<String, String> claims = Map.of();

  @Option(
      names = "--result-claim",
      paramLabel = "NAME=JSON",
      description = "Sets a claim of the Attestation Result to any JSON.")
  private Map<String, String> resultClaims = Map.of();

  public TokenMintCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws CommandFailure {
    if (self == (issuer != null || issuerKey != null)) {
      throw CommandFailure.usage("give either --self, or --issuer and --issuer-key");
    }
    Instant now = around.clock().instant();
    String keyName = or(key, vouching.ownKey().orElse(""));
    if (keyName.isEmpty()) {
      throw CommandFailure.usage("--key is needed");
    }
    SigningKey holder = GatewayOptions.readKey(keyName, around);
    DebugTokenMint.Vouching attestation = vouchingFor(holder, now);
    DebugTokenMint mint = mint(holder);
    var said =
        new DebugTokenMint.Claims(
            sub,
            audience,
            debugger,
            scopes,
            groups,
            jti == null ? UUID.randomUUID().toString() : jti,
            now,
            Durations.parse(lifetime, "--lifetime"),
            attestation);
    JsonObject cnf =
        self
            ? object("jwk", holder.publicJwk().toJson())
            : object("jkt", new JsonString(holder.thumbprint().toString()));
    around.out().println(mint.sign(changed(mint.toJson(said, cnf), claims, "--claim")));
    around.out().flush();
    return ExitStatus.DONE;
  }

  private DebugTokenMint mint(SigningKey holder) throws CommandFailure {
    if (self) {
      return DebugTokenMint.selfAttested(holder);
    }
    if (issuer == null || issuerKey == null) {
      throw CommandFailure.usage("--issuer and --issuer-key go together");
    }
    return DebugTokenMint.ofIssuer(
        issuer, GatewayOptions.readKey(issuerKey, around), kid(issuerKid, issuerKey));
  }

  private DebugTokenMint.Vouching vouchingFor(SigningKey holder, Instant now)
      throws CommandFailure {
    if (vouching.anything() == (verifier != null || verifierKey != null)) {
      throw CommandFailure.usage(
          "give one of --tpm, --tsm, --result, --evidence, or --verifier and --verifier-key");
    }
    if (vouching.anything()) {
      return vouching.vouching(holder, Optional.ofNullable(nonce), around);
    }
    if (verifier == null || verifierKey == null) {
      throw CommandFailure.usage("--verifier and --verifier-key go together");
    }
    return new DebugTokenMint.Vouching.Result(simulated(holder, now, verifier, verifierKey));
  }

  private String simulated(SigningKey holder, Instant now, String signer, String signerKey)
      throws CommandFailure {
    Optional<DebugStatus> dbgstat = DebugStatus.ofWireName(debugStatus);
    if (dbgstat.isEmpty()) {
      throw CommandFailure.usage(
          "unknown --debug-status `" + debugStatus + "`, expected such as disabled-since-boot");
    }
    Duration age = Durations.parse(resultLifetime, "--result-lifetime");
    var result =
        new SimulatedVerifier.Result(
            holder.thumbprint(),
            now,
            age,
            audience,
            dbgstat.get(),
            measurements,
            Optional.ofNullable(nonce));
    var simulated =
        new SimulatedVerifier(
            signer, GatewayOptions.readKey(signerKey, around), kid(verifierKid, signerKey));
    JsonObject said =
        switch (profile) {
          case "simulated" ->
              simulated.eatClaims(result, or(eatProfile, SimulatedVerifier.SIMULATED_EAT_PROFILE));
          case "eat" -> simulated.eatClaims(result, or(eatProfile, "tag:example.com,2026:ws"));
          case "ear" ->
              simulated.earClaims(
                  result, or(eatProfile, SimulatedVerifier.EAR_UNDERSCORED), status);
          default ->
              throw CommandFailure.usage(
                  "unknown --profile `" + profile + "`, expected one of simulated, eat, ear");
        };
    return simulated.sign(changed(said, resultClaims, "--result-claim"));
  }

  private static JsonObject changed(JsonObject claims, Map<String, String> changes, String option)
      throws CommandFailure {
    JsonObject changed = claims;
    for (Map.Entry<String, String> change : changes.entrySet()) {
      try {
        byte[] json = change.getValue().getBytes(StandardCharsets.UTF_8);
        changed = changed.with(change.getKey(), JsonReader.read(json, JsonLimits.TOKEN));
      } catch (JsonException e) {
        throw CommandFailure.usage(
            "%s %s: the value is not JSON (a string needs its quotes): %s"
                .formatted(option, change.getKey(), e.getMessage()));
      }
    }
    return changed;
  }

  private static JsonObject object(String name, JsonValue value) {
    var members = new LinkedHashMap<String, JsonValue>();
    members.put(name, value);
    return new JsonObject(members);
  }

  private static String or(@Nullable String given, String otherwise) {
    return given == null ? otherwise : given;
  }

  private static String kid(@Nullable String given, String file) {
    String name = String.valueOf(Path.of(file).getFileName());
    return or(given, name.endsWith(".pem") ? name.substring(0, name.length() - 4) : name);
  }
}
