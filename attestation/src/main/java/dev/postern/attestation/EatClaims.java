package dev.postern.attestation;

import static dev.postern.attestation.Reason.ATT_DEBUG_ENABLED;
import static dev.postern.attestation.Reason.ATT_MALFORMED;
import static dev.postern.attestation.Reason.ATT_NESTING;
import static dev.postern.attestation.Reason.ATT_PROFILE_UNSUPPORTED;
import static dev.postern.attestation.Reason.ATT_VERIFIER_UNTRUSTED;

import dev.postern.attestation.TrustSettings.Profile;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Claims of the profiles {@code eat} and {@code simulated} (RFC 9711 in JSON).
 *
 * <p>{@code dbgstat} has to be {@code disabled-since-boot} or stricter; {@code eat_profile} has to
 * be there, except in simulated results. {@code measurements} may be pairs of content type and
 * content (RFC 9711 §4.2.16), objects with a name and a value, or one object of values by name;
 * what has another shape is not among the facts, so policy that asks for it denies. Nested tokens
 * and digests in {@code submods} are refused: their keys are not configured.
 */
final class EatClaims {
  private static final List<String> RECORDED =
      List.of("ueid", "oemid", "hwversion", "oemboot", "bootcount", "intuse", "uptime");

  private EatClaims() {}

  static AttestationFacts read(JsonObject claims, ResultEnvelope envelope) throws Refusal {
    TrustSettings.Verifier verifier = envelope.verifier();
    Optional<String> eatProfile = requireProfile(claims, verifier);
    DebugStatus debugStatus = requireDebugStatus(claims);
    List<String> submods = List.copyOf(submods(claims).members().keySet());
    return new AttestationFacts(
        verifier.profile().wireName(),
        verifier.iss(),
        envelope.issuedAt(),
        envelope.expiresAt(),
        eatProfile,
        Optional.empty(),
        debugStatus,
        measurements(claims),
        Map.of(),
        claims.string("hwmodel"),
        firstText(claims, "swname"),
        firstText(claims, "swversion"),
        submods,
        verifier.profile() == Profile.SIMULATED,
        false,
        recorded(claims));
  }

  private static Optional<String> requireProfile(JsonObject claims, TrustSettings.Verifier verifier)
      throws Refusal {
    if (!claims.has("eat_profile") && verifier.profile() == Profile.SIMULATED) {
      return Optional.empty();
    }
    String profile =
        claims
            .string("eat_profile")
            .filter(text -> !text.isEmpty())
            .orElseThrow(
                () -> new Refusal(ATT_PROFILE_UNSUPPORTED, "`eat_profile` is missing or empty"));
    if (!verifier.eatProfiles().isEmpty()) {
      if (!verifier.eatProfiles().contains(profile)) {
        throw new Refusal(ATT_PROFILE_UNSUPPORTED, "`eat_profile` is not in `eatProfiles`");
      }
    } else if (EarClaims.isKnownProfile(profile)) {
      throw new Refusal(ATT_VERIFIER_UNTRUSTED, "this Verifier may not issue EARs");
    }
    return Optional.of(profile);
  }

  /** {@code dbgstat}, {@code disabled-since-boot} or stricter; anything unknown is enabled. */
  static DebugStatus requireDebugStatus(JsonObject claims) throws Refusal {
    DebugStatus status =
        claims.string("dbgstat").flatMap(DebugStatus::ofWireName).orElse(DebugStatus.NOT_REPORTED);
    if (!status.atLeast(DebugStatus.DISABLED_SINCE_BOOT)) {
      throw new Refusal(ATT_DEBUG_ENABLED, "`dbgstat` is not disabled-since-boot or stricter");
    }
    return status;
  }

  /** {@code submods}, every one of them a claims set; empty if absent. */
  static JsonObject submods(JsonObject claims) throws Refusal {
    Optional<JsonValue> submods = claims.get("submods");
    if (submods.isEmpty()) {
      return JsonObject.EMPTY;
    }
    if (!(submods.get() instanceof JsonObject byName)) {
      throw new Refusal(ATT_MALFORMED, "`submods` is not an object");
    }
    for (JsonValue submod : byName.members().values()) {
      switch (submod) {
        case JsonObject inner -> submods(inner);
        case JsonString token -> throw new Refusal(ATT_NESTING, "a token inside `submods`");
        case JsonArray tokenOrDigest ->
            throw new Refusal(ATT_NESTING, "a token or digest inside `submods`");
        default -> throw new Refusal(ATT_MALFORMED, "a submodule is not a claims set");
      }
    }
    return byName;
  }

  static Map<String, JsonValue> recorded(JsonObject claims) {
    var recorded = new LinkedHashMap<String, JsonValue>();
    for (String name : RECORDED) {
      claims.get(name).ifPresent(value -> recorded.put(name, value));
    }
    return recorded;
  }

  static Map<String, List<String>> measurements(JsonObject claims) {
    var values = new LinkedHashMap<String, List<String>>();
    switch (claims.get("measurements").orElse(JsonArray.EMPTY)) {
      case JsonObject byName -> byName.members().forEach((name, value) -> add(values, name, value));
      case JsonArray list -> {
        for (JsonValue element : list.elements()) {
          addEntry(values, element);
        }
      }
      default -> {}
    }
    values.replaceAll((name, list) -> List.copyOf(list));
    return values;
  }

  private static void addEntry(Map<String, List<String>> values, JsonValue element) {
    switch (element) {
      case JsonArray pair when pair.elements().size() == 2 -> {
        switch (pair.elements().getFirst()) {
          case JsonString(String type) -> add(values, type, pair.elements().get(1));
          case JsonNumber(String format) -> add(values, format, pair.elements().get(1));
          default -> {}
        }
      }
      case JsonObject named when named.string("name").isPresent() ->
          named
              .get("value")
              .or(() -> named.get("digest"))
              .ifPresent(value -> add(values, named.string("name").orElseThrow(), value));
      default -> {}
    }
  }

  private static void add(Map<String, List<String>> values, String name, JsonValue value) {
    List<String> texts =
        switch (value) {
          case JsonString(String text) -> List.of(text);
          case JsonArray array -> array.strings().orElse(List.of());
          default -> List.of();
        };
    if (!texts.isEmpty()) {
      values.computeIfAbsent(name, any -> new ArrayList<>()).addAll(texts);
    }
  }

  /** A string, or the first element of an array ({@code swversion} is a pair in RFC 9711). */
  private static Optional<String> firstText(JsonObject claims, String name) {
    return switch (claims.get(name).orElse(JsonArray.EMPTY)) {
      case JsonString(String text) -> Optional.of(text);
      case JsonArray array
          when !array.elements().isEmpty()
              && array.elements().getFirst() instanceof JsonString(String text) ->
          Optional.of(text);
      default -> Optional.empty();
    };
  }
}
