package dev.postern.policy.record;

import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonBool;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import dev.postern.policy.Approval;
import dev.postern.policy.AttestationFacts;
import dev.postern.policy.PolicyRequest;
import dev.postern.policy.PolicyRequest.Binding;
import dev.postern.policy.Subject;
import dev.postern.policy.Target;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A request as an audit log keeps it: everything that the decision depended on, no token, and of
 * the caller's reason only that there was one.
 *
 * <p>Reading is strict: what lacks a member, or has one of another type, is too thin to decide on.
 *
 * @param request how many other sessions the subject had is 0 in it where the record does not say
 * @param otherSessions as recorded; a gateway counts sessions when it claims the token, after
 *     policy has decided, and so leaves it out
 */
public record RecordedRequest(PolicyRequest request, OptionalInt otherSessions) {
  private static final String GIVEN = "given";

  /** What a gateway writes. */
  public static JsonObject of(PolicyRequest request) {
    var json = new LinkedHashMap<String, JsonValue>();
    json.put("subject", subject(request.subject()));
    json.put("groups", sorted(request.groups()));
    json.put("debugger", new JsonString(request.debuggerId()));
    json.put("attestation", attestation(request.attestation()));
    json.put("target", target(request.target()));
    json.put("tool", new JsonString(request.tool()));
    json.put("scopes", JsonArray.ofStrings(request.asked()));
    json.put("token_scopes", JsonArray.ofStrings(request.tokenScopes()));
    json.put("token_issued", time(request.tokenIssuedAt()));
    json.put("token_expires", time(request.tokenExpiresAt()));
    json.put("binding", new JsonString(request.binding().word()));
    json.put("reason", JsonBool.of(request.reason().filter(text -> !text.isBlank()).isPresent()));
    request.sessionAsked().ifPresent(d -> json.put("session_ms", JsonNumber.of(d.toMillis())));
    json.put(
        "approvals",
        new JsonArray(request.approvals().stream().map(a -> (JsonValue) approval(a)).toList()));
    json.put("now", time(request.now()));
    if (!request.admittedAt().equals(request.now())) {
      json.put("admitted", time(request.admittedAt()));
    }
    return new JsonObject(json);
  }

  private static JsonObject subject(Subject subject) {
    return switch (subject) {
      case Subject.Named(String issuer, String sub) ->
          new JsonObject(Map.of("iss", new JsonString(issuer), "sub", new JsonString(sub)));
      case Subject.Key(String thumbprint) ->
          new JsonObject(Map.of("key", new JsonString(thumbprint)));
    };
  }

  private static JsonObject attestation(AttestationFacts facts) {
    var json = new LinkedHashMap<String, JsonValue>();
    json.put("profile", new JsonString(facts.profile()));
    facts.verifier().ifPresent(text -> json.put("verifier", new JsonString(text)));
    facts.issuedAt().ifPresent(at -> json.put("issued", time(at)));
    facts.eatProfile().ifPresent(text -> json.put("eat_profile", new JsonString(text)));
    facts.status().ifPresent(text -> json.put("status", new JsonString(text)));
    facts.debugState().ifPresent(text -> json.put("debug_state", new JsonString(text)));
    var measurements = new LinkedHashMap<String, JsonValue>();
    new TreeMap<>(facts.measurements())
        .forEach((name, values) -> measurements.put(name, sorted(values)));
    json.put("measurements", new JsonObject(measurements));
    var tcb = new LinkedHashMap<String, JsonValue>();
    // as text: a component's version may be larger than what canonical JSON takes as a number
    new TreeMap<>(facts.tcb())
        .forEach((name, version) -> tcb.put(name, new JsonString(version.toString())));
    json.put("tcb", new JsonObject(tcb));
    json.put("simulated", JsonBool.of(facts.simulated()));
    json.put("fresh", JsonBool.of(facts.fresh()));
    return new JsonObject(json);
  }

  private static JsonObject target(Target target) {
    var labels = new LinkedHashMap<String, JsonValue>();
    new TreeMap<>(target.labels()).forEach((key, value) -> labels.put(key, new JsonString(value)));
    var json = new LinkedHashMap<String, JsonValue>();
    json.put("name", new JsonString(target.name()));
    json.put("known", JsonBool.of(target.known()));
    json.put("labels", new JsonObject(labels));
    json.put("via", new JsonString(target.via().word()));
    return new JsonObject(json);
  }

  private static JsonObject approval(Approval approval) {
    var json = new LinkedHashMap<String, JsonValue>();
    json.put("by", subject(approval.approver()));
    json.put("groups", sorted(approval.groups()));
    json.put("at", time(approval.at()));
    json.put("subject", new JsonString(approval.subject()));
    json.put("target", new JsonString(approval.target()));
    json.put("scopes", sorted(approval.scopes()));
    return new JsonObject(json);
  }

  private static JsonArray sorted(Collection<String> words) {
    return JsonArray.ofStrings(new TreeSet<>(words));
  }

  private static JsonString time(Instant at) {
    return new JsonString(at.toString());
  }

  /** Why a record is too thin to decide on. */
  public static final class TooThin extends Exception {
    private static final long serialVersionUID = 1L;

    TooThin(String message) {
      super(message, null, false, false);
    }
  }

  /** Reads what {@link #of} wrote. */
  public static RecordedRequest read(JsonObject json) throws TooThin {
    JsonObject target = object(json, "target");
    Instant now = instant(json, "now");
    var labels = new TreeMap<String, String>();
    for (String key : object(target, "labels").members().keySet()) {
      labels.put(key, string(object(target, "labels"), key));
    }
    var approvals = new java.util.ArrayList<Approval>();
    for (JsonValue element : array(json, "approvals").elements()) {
      approvals.add(approval(element));
    }
    OptionalInt others =
        json.integer("other_sessions")
            .map(n -> OptionalInt.of(n.intValue()))
            .orElseGet(OptionalInt::empty);
    return new RecordedRequest(
        new PolicyRequest(
            readSubject(object(json, "subject")),
            Set.copyOf(strings(json, "groups")),
            string(json, "debugger"),
            readAttestation(object(json, "attestation")),
            new Target(
                string(target, "name"),
                bool(target, "known"),
                labels,
                string(target, "via").equals(Target.Via.AGENT.word())
                    ? Target.Via.AGENT
                    : Target.Via.DIRECT),
            string(json, "tool"),
            strings(json, "scopes"),
            strings(json, "token_scopes"),
            instant(json, "token_issued"),
            instant(json, "token_expires"),
            string(json, "binding").equals(Binding.CLIENT_CERTIFICATE.word())
                ? Binding.CLIENT_CERTIFICATE
                : Binding.PROOF,
            bool(json, "reason") ? Optional.of(GIVEN) : Optional.empty(),
            json.has("session_ms")
                ? Optional.of(Duration.ofMillis(integer(json, "session_ms")))
                : Optional.empty(),
            approvals,
            others.orElse(0),
            now,
            json.has("admitted") ? instant(json, "admitted") : now),
        others);
  }

  private static Subject readSubject(JsonObject json) throws TooThin {
    return json.has("key")
        ? new Subject.Key(string(json, "key"))
        : new Subject.Named(string(json, "iss"), string(json, "sub"));
  }

  private static AttestationFacts readAttestation(JsonObject json) throws TooThin {
    var measurements = new TreeMap<String, Set<String>>();
    JsonObject reported = object(json, "measurements");
    for (String name : reported.members().keySet()) {
      measurements.put(name, Set.copyOf(strings(reported, name)));
    }
    var tcb = new TreeMap<String, Long>();
    JsonObject versions = object(json, "tcb");
    for (String name : versions.members().keySet()) {
      try {
        tcb.put(name, Long.parseLong(string(versions, name)));
      } catch (NumberFormatException e) {
        throw new TooThin("`tcb` has a version that is no number");
      }
    }
    return new AttestationFacts(
        string(json, "profile"),
        json.string("verifier"),
        json.has("issued") ? Optional.of(instant(json, "issued")) : Optional.empty(),
        json.string("eat_profile"),
        json.string("status"),
        json.string("debug_state"),
        measurements,
        tcb,
        bool(json, "simulated"),
        bool(json, "fresh"));
  }

  private static Approval approval(JsonValue element) throws TooThin {
    if (!(element instanceof JsonObject json)) {
      throw new TooThin("`approvals` is malformed");
    }
    return new Approval(
        readSubject(object(json, "by")),
        Set.copyOf(strings(json, "groups")),
        instant(json, "at"),
        string(json, "subject"),
        string(json, "target"),
        Set.copyOf(strings(json, "scopes")));
  }

  private static String string(JsonObject json, String name) throws TooThin {
    return json.string(name).orElseThrow(() -> lacks(json, name));
  }

  private static JsonObject object(JsonObject json, String name) throws TooThin {
    return json.object(name).orElseThrow(() -> lacks(json, name));
  }

  private static JsonArray array(JsonObject json, String name) throws TooThin {
    return json.array(name).orElseThrow(() -> lacks(json, name));
  }

  private static List<String> strings(JsonObject json, String name) throws TooThin {
    return array(json, name).strings().orElseThrow(() -> lacks(json, name));
  }

  private static long integer(JsonObject json, String name) throws TooThin {
    return json.integer(name).orElseThrow(() -> lacks(json, name));
  }

  private static boolean bool(JsonObject json, String name) throws TooThin {
    if (json.get(name).orElse(JsonValue.JsonNull.NULL) instanceof JsonBool(boolean value)) {
      return value;
    }
    throw lacks(json, name);
  }

  private static Instant instant(JsonObject json, String name) throws TooThin {
    try {
      return Instant.parse(string(json, name));
    } catch (DateTimeParseException e) {
      throw lacks(json, name);
    }
  }

  private static TooThin lacks(JsonObject json, String name) {
    return new TooThin((json.has(name) ? "malformed: `" : "no `") + name + "`");
  }
}
