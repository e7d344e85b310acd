package dev.postern.attestation;

import static dev.postern.attestation.Reason.ATT_KEY_MISMATCH;
import static dev.postern.attestation.Reason.ATT_SUBJECT_MISMATCH;
import static dev.postern.attestation.Reason.BINDING_MISMATCH;
import static dev.postern.attestation.Reason.BINDING_MISSING;
import static dev.postern.attestation.Reason.CLAIM_MISSING;
import static dev.postern.attestation.Reason.CLAIM_TYPE;
import static dev.postern.attestation.Reason.HEADER_PARAM_FORBIDDEN;
import static dev.postern.attestation.Reason.SCOPE_EMPTY;
import static dev.postern.attestation.Reason.SCOPE_MALFORMED;
import static dev.postern.attestation.Reason.SIG_INVALID;
import static dev.postern.attestation.Reason.SUBJECT_INVALID;
import static dev.postern.attestation.Reason.TOKEN_JSON_INVALID;
import static dev.postern.attestation.Workshop.ATTACKER;
import static dev.postern.attestation.Workshop.HOLDER;
import static dev.postern.attestation.Workshop.SELF;
import static dev.postern.attestation.Workshop.quoted;
import static dev.postern.attestation.Workshop.raw;
import static dev.postern.attestation.Workshop.selfClaims;

import dev.postern.attestation.mint.SimulatedVerifier;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Rows about cnf, scopes, debugger ids and self-attested tokens: 53-63, 65-68, 70, 91. */
final class BindingThreats {
  private BindingThreats() {}

  static Stream<Threat> all() {
    return Stream.of(confirmations(), scopes(), debuggers(), selfAttested())
        .flatMap(threats -> threats);
  }

  private static Stream<Threat> confirmations() {
    String thumbprint = HOLDER.thumbprint().toString();
    String hex = HexFormat.of().formatHex(HOLDER.thumbprint().bytes());
    String jwk = raw(HOLDER.publicJwk().toJson());
    var threats = new ArrayList<Threat>();
    for (String member : List.of("x5t#S256", "jkt")) {
      for (String bad :
          List.of(
              hex, thumbprint + "=", thumbprint.substring(0, 42), "2jmj7l5rSw0yVb_vlWAYkK_YBwk")) {
        threats.add(cnf(53, "{\"" + member + "\":\"" + bad + "\"}", BINDING_MISMATCH));
      }
    }
    threats.add(cnf(53, "{\"x5t#S256\":\"" + thumbprint + "\"}", BINDING_MISMATCH));
    threats.add(
        Threat.of(
            53,
            "another client certificate",
            BINDING_MISMATCH,
            () ->
                Workshop.verifier()
                    .verify(
                        Workshop.withClaim("cnf", "{\"x5t#S256\":\"" + thumbprint + "\"}"),
                        CallerContext.withCertificate(TestCertificate.of(HOLDER)))));
    threats.add(Threat.of(54, "no cnf", Workshop.withoutClaim("cnf"), BINDING_MISSING));
    for (String bad :
        List.of(
            "{}",
            "null",
            "\"" + thumbprint + "\"",
            "{\"kid\":\"x\"}",
            "{\"jkt\":1}",
            "{\"jwk\":\"x\"}",
            "{\"jkt\":\"" + thumbprint + "\",\"jwk\":" + jwk + "}")) {
      threats.add(cnf(54, bad, BINDING_MISSING));
    }
    return threats.stream();
  }

  private static Threat cnf(int row, String raw, Reason expected) {
    return Threat.of(row, "cnf " + raw, Workshop.withClaim("cnf", raw), expected);
  }

  private static Stream<Threat> scopes() {
    String many = IntStream.range(0, 1200).mapToObj(i -> "\"dlv/s" + i + "\"").toList().toString();
    String overMany =
        IntStream.range(0, 65).mapToObj(i -> "\"dlv/s" + i + "\"").toList().toString();
    return Stream.of(
            Threat.claim(
                55,
                "scope",
                SCOPE_MALFORMED,
                "\"dlv/observe\"",
                "\"dlv/observe dlv/inspect\"",
                "null",
                "1",
                "{}",
                "[[\"dlv/observe\"]]",
                "[\"dlv/observe\",null]"),
            Stream.of(Threat.of(56, "no scope", Workshop.withoutClaim("scope"), CLAIM_MISSING)),
            Threat.claim(56, "scope", SCOPE_EMPTY, "[]"),
            scope(57, "*", "**", "kernel/*", ".*", "kernel/?m"),
            scope(
                58,
                "kernel/../mm",
                "kernel/./mm",
                "kernel//mm",
                "/kernel/mm",
                "kernel/mm/",
                "kernel\\mm"),
            scope(59, "Kernel/mm", "KERNEL/MM", "\u212Aernel/mm", "\u017Fched/mm"),
            scope(
                60,
                "kernel/mm\0",
                "dlv/observe\0dlv/host",
                "kernel/mm\n",
                "kernel/\tmm",
                " kernel/mm",
                "kernel/mm "),
            scope(
                61,
                "k\u0435rnel/mm",
                "\uFF4Bernel/mm",
                "kernel\uFF0Fmm",
                "ker\u00ADnel/mm",
                "kernel/\u200Bmm",
                "kernel/\u202Emm",
                "kernel/mm\u0301"),
            scope(62, "kernel%2fmm", "%6bernel/mm", "kernel%252fmm", "kernel&#47;mm"),
            scope(
                63,
                "dlv/observe dlv/host",
                "dlv/observe,dlv/host",
                "",
                "kernel",
                "k".repeat(8000),
                "kernel/" + "m".repeat(33),
                "a/b/c/d/e/f/g/h/i"),
            Threat.claim(63, "scope", SCOPE_MALFORMED, many, overMany))
        .flatMap(threats -> threats);
  }

  private static Stream<Threat> scope(int row, String... scopes) {
    return Threat.claim(
        row,
        "scope",
        SCOPE_MALFORMED,
        Arrays.stream(scopes)
            .map(scope -> "[\"dlv/observe\"," + quoted(scope) + "]")
            .toArray(String[]::new));
  }

  private static Stream<Threat> debuggers() {
    SimulatedVerifier.Result result = Workshop.result();
    JsonObject named = Workshop.EAT.eatClaims(result, Workshop.EAT_PROFILE);
    String withSub = Workshop.EAT.sign(named.with("sub", new JsonString(Workshop.DEBUGGER)));
    String withId = Workshop.EAT.sign(named.with("debugger_id", new JsonString(Workshop.DEBUGGER)));
    JsonString other = new JsonString("goland-2026.2");
    return Stream.of(
            debugger(65, SUBJECT_INVALID, "", " ", "   "),
            Threat.claim(65, "debugger_id", CLAIM_TYPE, "1", "null", "[\"x\"]"),
            Stream.of(
                Threat.of(65, "no debugger_id", Workshop.withoutClaim("debugger_id"), CLAIM_TYPE)),
            debugger(
                66,
                SUBJECT_INVALID,
                "a\r\nADMITTED root",
                "a\u001B[2J",
                "a\0b",
                "a\u2028b",
                "a\u0085b",
                "a\n"),
            debugger(
                67,
                SUBJECT_INVALID,
                "a\u202Eb",
                "a\u2066b",
                "a\u200Bb",
                "a" + Character.toString(0xE0041) + "b"),
            // not I-JSON, and that is looked at first
            Threat.claim(67, "debugger_id", TOKEN_JSON_INVALID, "\"a\\ud800b\""),
            debugger(
                68,
                SUBJECT_INVALID,
                "\",\"allow\":true",
                "${jndi:ldap://x}",
                "<script>",
                "../../admin",
                "*",
                "d".repeat(6000),
                "d".repeat(129)),
            Stream.of(
                Threat.accepted(
                    70,
                    "the right debugger's attestation",
                    Workshop.MINT.sign(Workshop.claimsWithResult(withSub))),
                Threat.of(
                    70,
                    "another debugger's attestation, by sub",
                    Workshop.MINT.sign(
                        Workshop.claimsWithResult(withSub).with("debugger_id", other)),
                    ATT_SUBJECT_MISMATCH),
                Threat.of(
                    70,
                    "another debugger's attestation, by debugger_id",
                    Workshop.MINT.sign(
                        Workshop.claimsWithResult(withId).with("debugger_id", other)),
                    ATT_SUBJECT_MISMATCH)))
        .flatMap(threats -> threats);
  }

  private static Stream<Threat> debugger(int row, Reason expected, String... ids) {
    return Threat.claim(
        row,
        "debugger_id",
        expected,
        Arrays.stream(ids).map(Workshop::quoted).toArray(String[]::new));
  }

  private static Stream<Threat> selfAttested() {
    JsonObject attackersKey = new JsonObject(Map.of("jwk", ATTACKER.publicJwk().toJson()));
    String jwk = raw(HOLDER.publicJwk().toJson());
    String open = jwk.substring(0, jwk.length() - 1);
    String x = HOLDER.publicJwk().toJson().string("x").orElseThrow();
    return Stream.of(
        Threat.accepted(91, "a good one", SELF.sign(selfClaims())),
        Threat.of(
            91,
            "signed by another key",
            ATTACKER.signJws(SELF.header(), selfClaims()),
            SIG_INVALID),
        Threat.of(
            91,
            "attestation for another key",
            ATTACKER.signJws(SELF.header(), selfClaims().with("cnf", attackersKey)),
            ATT_KEY_MISMATCH),
        Threat.of(
            91,
            "thumbprint only",
            SELF.sign(
                selfClaims().with("cnf", Workshop.cnf("jkt", HOLDER.thumbprint().toString()))),
            BINDING_MISSING),
        Threat.of(
            91,
            "key in the header",
            HOLDER.signJws(
                SELF.header().with("jwk", HOLDER.publicJwk().toJson()),
                selfClaims().with("cnf", Workshop.cnf("jkt", HOLDER.thumbprint().toString()))),
            HEADER_PARAM_FORBIDDEN),
        selfWithKey("private key", open + ",\"d\":\"" + x + "\"}"),
        selfWithKey("symmetric key", "{\"kty\":\"oct\",\"k\":\"" + x + "\"}"),
        selfWithKey(
            "off the curve",
            "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" + x + "\",\"y\":\"" + x + "\"}"),
        selfWithKey(
            "short coordinate",
            "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAA\",\"y\":\"" + x + "\"}"));
  }

  private static Threat selfWithKey(String what, String jwk) {
    return Threat.of(
        91,
        what,
        Workshop.signAs(
            HOLDER, raw(SELF.header()), raw(selfClaims(), "cnf", "{\"jwk\":" + jwk + "}")),
        BINDING_MISSING);
  }
}
