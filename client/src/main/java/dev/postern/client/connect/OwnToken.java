package dev.postern.client.connect;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.postern.json.JsonException;
import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonObject;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** What a caller reads from its own token. Nothing is verified: the gateway does that. */
final class OwnToken {
  private OwnToken() {}

  /** When the token says it ends; empty if it cannot be read. */
  static Optional<Instant> expiry(String token) {
    return claims(token).integer("exp").map(Instant::ofEpochSecond);
  }

  /**
   * The gateway that the token is for, to sign proofs for where the configuration names none.
   *
   * <p>With several audiences it is the one that the gateway calls itself, if the token has it:
   * whoever lies about that gets a proof that names its own certificate, which no other gateway
   * takes.
   */
  static String audience(String token, String shownGatewayId) {
    JsonObject claims = claims(token);
    List<String> several = claims.array("aud").flatMap(JsonArray::strings).orElse(List.of());
    if (several.isEmpty()) {
      return claims.string("aud").orElse(shownGatewayId);
    }
    return several.contains(shownGatewayId) ? shownGatewayId : several.getFirst();
  }

  private static JsonObject claims(String token) {
    String[] parts = token.split("\\.", -1);
    if (parts.length != 3) {
      return JsonObject.EMPTY;
    }
    try {
      byte[] json = Base64.getUrlDecoder().decode(parts[1].getBytes(US_ASCII));
      return JsonReader.readObject(json, JsonLimits.TOKEN);
    } catch (IllegalArgumentException | JsonException notReadable) {
      return JsonObject.EMPTY;
    }
  }
}
