package dev.postern.attestation;

import static dev.postern.attestation.Reason.CLAIM_AUD_MISMATCH;
import static dev.postern.attestation.Reason.CLAIM_EXPIRED;
import static dev.postern.attestation.Reason.CLAIM_IAT_FUTURE;
import static dev.postern.attestation.Reason.CLAIM_LIFETIME_EXCEEDED;
import static dev.postern.attestation.Reason.CLAIM_MISSING;
import static dev.postern.attestation.Reason.CLAIM_NOT_YET_VALID;
import static dev.postern.attestation.Reason.CLAIM_TYPE;
import static dev.postern.attestation.Reason.SCOPE_EMPTY;
import static dev.postern.attestation.Reason.SCOPE_MALFORMED;
import static dev.postern.attestation.Reason.SUBJECT_INVALID;

import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/** Forms and times of an outer token's claims (design §4). Every method refuses with its reason. */
final class OuterClaimsReader {
  private static final int MAX_NAME_CHARS = 256;
  private static final int MAX_DEBUGGER_ID_CHARS = 128;
  private static final int MAX_GROUPS = 256;
  private static final int MAX_SCOPES = 64;

  private final TrustSettings trust;

  OuterClaimsReader(TrustSettings trust) {
    this.trust = trust;
  }

  /** {@code aud} is this gateway's id, or an array of strings that contains it. */
  void requireAudience(JsonObject claims) throws Refusal {
    Optional<JsonValue> aud = claims.get("aud");
    List<String> audiences =
        switch (aud.orElse(JsonArray.EMPTY)) {
          case JsonString(String value) -> List.of(value);
          case JsonArray array ->
              array
                  .strings()
                  .orElseThrow(() -> type("aud", "an array with something but strings in it"));
          default -> throw type("aud", "neither a string nor an array");
        };
    if (!audiences.contains(trust.gatewayId())) {
      throw new Refusal(CLAIM_AUD_MISMATCH, "`aud` is not " + trust.gatewayId());
    }
  }

  OuterTimes requireTimes(JsonObject claims, Instant now) throws Refusal {
    Duration skew = trust.skew();
    Instant expiresAt = time(claims, "exp").orElseThrow(() -> missing("exp"));
    // exp is exclusive (RFC 7519 §4.1.4): now == exp + skew is already too late
    if (!now.isBefore(expiresAt.plus(skew))) {
      throw new Refusal(CLAIM_EXPIRED, "exp " + expiresAt + ", now " + now);
    }
    Instant issuedAt = time(claims, "iat").orElseThrow(() -> missing("iat"));
    // iat == now + skew is still taken
    if (issuedAt.isAfter(now.plus(skew))) {
      throw new Refusal(CLAIM_IAT_FUTURE, "iat " + issuedAt + ", now " + now);
    }
    Optional<Instant> notBefore = time(claims, "nbf");
    if (notBefore.isPresent() && notBefore.get().isAfter(now.plus(skew))) {
      throw new Refusal(CLAIM_NOT_YET_VALID, "nbf " + notBefore.get() + ", now " + now);
    }
    // a lifetime of exactly the maximum is taken
    Duration max = trust.maxTokenLifetime();
    if (expiresAt.isAfter(issuedAt.plus(max)) || expiresAt.isAfter(now.plus(max).plus(skew))) {
      throw new Refusal(
          CLAIM_LIFETIME_EXCEEDED,
          "exp " + expiresAt + ", iat " + issuedAt + ", now " + now + ", at most " + max);
    }
    if (!expiresAt.isAfter(issuedAt)) {
      throw type("exp", "not after `iat`");
    }
    return new OuterTimes(issuedAt, expiresAt, notBefore);
  }

  Identity requireIdentity(JsonObject claims) throws Refusal {
    String sub = string(claims, "sub");
    if (!isName(sub)) {
      throw new Refusal(SUBJECT_INVALID, "`sub` is empty, too long or not printable");
    }
    String jti = string(claims, "jti");
    if (!isName(jti)) {
      throw type("jti", "empty, too long or not printable");
    }
    return new Identity(sub, jti, groups(claims));
  }

  /** {@code debugger_id}, {@code [A-Za-z0-9._@-]{1,128}}. */
  String requireDebuggerId(JsonObject claims) throws Refusal {
    String id = claims.string("debugger_id").orElseThrow(() -> type("debugger_id", "not a string"));
    boolean plain = !id.isEmpty() && id.length() <= MAX_DEBUGGER_ID_CHARS;
    for (int i = 0; plain && i < id.length(); i++) {
      plain = isAsciiLetterOrDigit(id.charAt(i)) || "._@-".indexOf(id.charAt(i)) >= 0;
    }
    if (!plain) {
      throw new Refusal(
          SUBJECT_INVALID, "`debugger_id` is not 1 to 128 of letters, digits and ._@-");
    }
    return id;
  }

  /** {@code scope}: refused whole if one of them is malformed. */
  List<String> requireScopes(JsonObject claims) throws Refusal {
    JsonValue scope = claims.get("scope").orElseThrow(() -> missing("scope"));
    if (!(scope instanceof JsonArray array)) {
      throw new Refusal(SCOPE_MALFORMED, "`scope` is not an array");
    }
    if (array.elements().isEmpty()) {
      throw new Refusal(SCOPE_EMPTY, "`scope` asks for nothing");
    }
    if (array.elements().size() > MAX_SCOPES) {
      throw new Refusal(SCOPE_MALFORMED, "more than " + MAX_SCOPES + " scopes");
    }
    var scopes = new LinkedHashSet<String>();
    for (JsonValue element : array.elements()) {
      if (!(element instanceof JsonString(String text)) || !ScopeForm.isPlainScope(text)) {
        throw new Refusal(SCOPE_MALFORMED, "an element of `scope` is not of the form of a scope");
      }
      scopes.add(text);
    }
    return List.copyOf(scopes);
  }

  private static List<String> groups(JsonObject claims) throws Refusal {
    if (!claims.has("groups")) {
      return List.of();
    }
    List<String> groups =
        claims
            .array("groups")
            .flatMap(JsonArray::strings)
            .orElseThrow(() -> type("groups", "not an array of strings"));
    if (groups.size() > MAX_GROUPS) {
      throw type("groups", "more than " + MAX_GROUPS);
    }
    for (String group : groups) {
      if (!isName(group)) {
        throw type("groups", "a name is empty, too long or not printable");
      }
    }
    return groups;
  }

  private static Optional<Instant> time(JsonObject claims, String name) throws Refusal {
    Optional<JsonValue> value = claims.get(name);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    Optional<Instant> time = NumericDate.read(value.get());
    if (time.isEmpty()) {
      throw type(name, "not an integer of 0 to 2^53");
    }
    return time;
  }

  private static String string(JsonObject claims, String name) throws Refusal {
    if (!claims.has(name)) {
      throw missing(name);
    }
    return claims.string(name).orElseThrow(() -> type(name, "not a string"));
  }

  /** Whether a text can stand in a record without deceiving its reader. */
  static boolean isName(String text) {
    if (text.isBlank() || text.length() > MAX_NAME_CHARS) {
      return false;
    }
    return text.codePoints()
        .allMatch(
            point ->
                switch (Character.getType(point)) {
                  case Character.CONTROL,
                      Character.FORMAT,
                      Character.SURROGATE,
                      Character.PRIVATE_USE,
                      Character.UNASSIGNED,
                      Character.LINE_SEPARATOR,
                      Character.PARAGRAPH_SEPARATOR ->
                      false;
                  default -> true;
                });
  }

  private static boolean isAsciiLetterOrDigit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }

  private static Refusal missing(String name) {
    return new Refusal(CLAIM_MISSING, name);
  }

  private static Refusal type(String name, String what) {
    return new Refusal(CLAIM_TYPE, name + ": " + what);
  }
}
