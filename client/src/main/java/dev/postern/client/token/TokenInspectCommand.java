package dev.postern.client.token;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.postern.client.command.CommandFailure;
import dev.postern.client.command.ExitStatus;
import dev.postern.client.command.Inputs;
import dev.postern.client.command.Surroundings;
import dev.postern.client.connect.TokenSource;
import dev.postern.json.JsonException;
import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonBool;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonWriter;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern token inspect}: what a token says, believed by nobody. */
@Command(
    name = "inspect",
    description = "Shows what a token says. Nothing is verified.",
    mixinStandardHelpOptions = true)
public final class TokenInspectCommand implements Callable<Integer> {
  private static final List<String> TIMES = List.of("iat", "nbf", "exp");

  private final Surroundings around;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "F",
      defaultValue = "-",
      description = "The token's file. Default: standard input.")
  private String file = "-";

  @Option(names = "--json", description = "As one JSON object.")
  private boolean json;

  public TokenInspectCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws CommandFailure {
    JsonObject token =
        decode(Inputs.readText(file, "the token", TokenSource.MAX_TOKEN_BYTES, around), "token");
    Optional<JsonObject> nested =
        claims(token).string("attestation").isPresent()
            ? Optional.of(decode(claims(token).string("attestation").orElse(""), "attestation"))
            : Optional.empty();
    PrintStream out = around.out();
    if (json) {
      var all = new LinkedHashMap<String, JsonValue>();
      all.put("verified", JsonBool.FALSE);
      all.putAll(token.members());
      nested.ifPresent(result -> all.put("attestation", result));
      out.println(new JsonObject(all));
    } else {
      out.println(
          "UNVERIFIED: what follows is what the token says, no signature has been looked at");
      show("token", token);
      nested.ifPresent(result -> show("attestation", result));
    }
    out.flush();
    return ExitStatus.DONE;
  }

  private void show(String name, JsonObject part) {
    around.out().println(name);
    part.members().forEach((kind, content) -> lines(kind, (JsonObject) content));
  }

  private void lines(String kind, JsonObject content) {
    around.out().println("  " + kind);
    for (Map.Entry<String, JsonValue> member : content.members().entrySet()) {
      String value = JsonWriter.write(member.getValue());
      if (member.getKey().equals("attestation")) {
        value = "(below)";
      } else if (TIMES.contains(member.getKey())) {
        value += when(content.integer(member.getKey()));
      }
      around.out().println("    " + printable(member.getKey()) + ": " + printable(value));
    }
  }

  private String when(Optional<Long> seconds) {
    if (seconds.isEmpty() || Math.abs(seconds.get()) > Instant.MAX.getEpochSecond() / 2) {
      return "";
    }
    Instant at = Instant.ofEpochSecond(seconds.get());
    long away = Duration.between(around.clock().instant(), at).toSeconds();
    return "  (" + at + ", " + (away < 0 ? -away + " s ago" : "in " + away + " s") + ")";
  }

  private static JsonObject claims(JsonObject token) {
    return token.object("claims").orElse(JsonObject.EMPTY);
  }

  private static JsonObject decode(String compact, String what) throws CommandFailure {
    String[] parts = compact.split("\\.", -1);
    if (parts.length != 3) {
      throw CommandFailure.input(
          "the %s is not a compact JWS: it has %d parts, not 3".formatted(what, parts.length));
    }
    var decoded = new LinkedHashMap<String, JsonValue>();
    decoded.put("header", object(parts[0], what + "'s header"));
    decoded.put("claims", object(parts[1], what + "'s claims"));
    return new JsonObject(decoded);
  }

  private static JsonObject object(String part, String what) throws CommandFailure {
    try {
      return JsonReader.readObject(
          Base64.getUrlDecoder().decode(part.getBytes(US_ASCII)), JsonLimits.TOKEN);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.input("the " + what + " is not base64url");
    } catch (JsonException e) {
      throw CommandFailure.input("the " + what + " cannot be read: " + e.getMessage());
    }
  }

  private static String printable(String text) {
    return text.codePoints()
        .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
