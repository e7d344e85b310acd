package dev.postern.attestation;

import static dev.postern.attestation.Reason.ATT_ALG_NOT_ALLOWED;
import static dev.postern.attestation.Reason.ATT_AUD_MISMATCH;
import static dev.postern.attestation.Reason.ATT_CLAIM_MISSING;
import static dev.postern.attestation.Reason.ATT_DEBUG_ENABLED;
import static dev.postern.attestation.Reason.ATT_EVIDENCE_UNSUPPORTED;
import static dev.postern.attestation.Reason.ATT_EXPIRED;
import static dev.postern.attestation.Reason.ATT_FUTURE;
import static dev.postern.attestation.Reason.ATT_HEADER_FORBIDDEN;
import static dev.postern.attestation.Reason.ATT_KEY_MISMATCH;
import static dev.postern.attestation.Reason.ATT_MALFORMED;
import static dev.postern.attestation.Reason.ATT_MISSING;
import static dev.postern.attestation.Reason.ATT_NESTING;
import static dev.postern.attestation.Reason.ATT_PROFILE_UNSUPPORTED;
import static dev.postern.attestation.Reason.ATT_SIG_INVALID;
import static dev.postern.attestation.Reason.ATT_SIMULATED;
import static dev.postern.attestation.Reason.ATT_STALE;
import static dev.postern.attestation.Reason.ATT_STATUS;
import static dev.postern.attestation.Reason.ATT_TYP_MISMATCH;
import static dev.postern.attestation.Reason.ATT_VERIFIER_UNTRUSTED;
import static dev.postern.attestation.Workshop.EAR;
import static dev.postern.attestation.Workshop.EAT;
import static dev.postern.attestation.Workshop.HOLDER;
import static dev.postern.attestation.Workshop.ISSUER_KEY;
import static dev.postern.attestation.Workshop.MINT;
import static dev.postern.attestation.Workshop.NOW;
import static dev.postern.attestation.Workshop.VERIFIER_KEY;
import static dev.postern.attestation.Workshop.around;
import static dev.postern.attestation.Workshop.claims;
import static dev.postern.attestation.Workshop.earClaims;
import static dev.postern.attestation.Workshop.quoted;
import static dev.postern.attestation.Workshop.raw;
import static dev.postern.attestation.Workshop.resultClaims;
import static dev.postern.attestation.Workshop.seconds;
import static dev.postern.attestation.Workshop.signAs;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.attestation.jose.Algorithm;
import dev.postern.attestation.jose.Base64Url;
import dev.postern.attestation.mint.SimulatedVerifier;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Rows about the nested result and raw Evidence: 71-82, 84-86, 88, 89, 93-95. */
final class AttestationThreats {
  private AttestationThreats() {}

  static Stream<Threat> all() {
    return Stream.of(envelopes(), verifiers(), keys(), times(), claims88(), evidence(), statuses())
        .flatMap(threats -> threats);
  }

  private static Stream<Threat> envelopes() {
    String good = EAT.sign(resultClaims());
    String header = Workshop.segment(good, 0);
    String payload = Workshop.segment(good, 1);
    String signature = Workshop.segment(good, 2);
    String jwk = raw(VERIFIER_KEY.publicJwk().toJson());
    String deep = "[".repeat(1500) + "]".repeat(1500);
    String duplicate = "{\"iss\":\"x\"," + raw(resultClaims()).substring(1);
    String hmacHeader = encode(raw(EAT.header(), "alg", "\"HS256\""));
    return Stream.of(
            Stream.of(
                Threat.of(71, "none", Workshop.withoutClaim("attestation"), ATT_MISSING),
                Threat.of(71, "empty", around(""), ATT_MALFORMED),
                Threat.of(71, "text", around("trust me"), ATT_MALFORMED)),
            Threat.claim(
                71,
                "attestation",
                ATT_MALFORMED,
                "null",
                "{}",
                "[" + quoted(good) + "]",
                "[" + quoted(good) + ",\"x\"]"),
            resultHeader(72, "alg", ATT_ALG_NOT_ALLOWED, "\"none\"", "\"RS256\"", "null"),
            Stream.of(
                Threat.of(
                    72,
                    "alg none, unsigned",
                    around(encode(raw(EAT.header(), "alg", "\"none\"")) + "." + payload + "."),
                    ATT_ALG_NOT_ALLOWED),
                Threat.of(
                    72,
                    "HS256 with the Verifier's public key",
                    around(hmacHeader + "." + payload + "." + hmac(hmacHeader + "." + payload)),
                    ATT_ALG_NOT_ALLOWED)),
            resultHeader(72, "jwk", ATT_HEADER_FORBIDDEN, jwk),
            resultHeader(72, "x5c", ATT_HEADER_FORBIDDEN, "[\"MIIB\"]"),
            resultHeader(72, "jku", ATT_HEADER_FORBIDDEN, "\"https://evil.example\""),
            resultHeader(72, "crit", ATT_HEADER_FORBIDDEN, "[\"x\"]"),
            Stream.of(
                Threat.of(
                    74,
                    "r = s = 0",
                    around(header + "." + payload + "." + Base64Url.encode(new byte[64])),
                    ATT_SIG_INVALID),
                Threat.of(74, "empty", around(header + "." + payload + "."), ATT_SIG_INVALID),
                Threat.of(
                    74,
                    "DER-sized",
                    around(header + "." + payload + "." + Base64Url.encode(new byte[71])),
                    ATT_SIG_INVALID),
                Threat.of(
                    74,
                    "payload changed",
                    around(
                        header
                            + "."
                            + encode(raw(resultClaims(), "dbgstat", "\"disabled-permanently\""))
                            + "."
                            + signature),
                    ATT_SIG_INVALID)),
            resultHeader(75, "typ", ATT_TYP_MISMATCH, "\"debug+jwt\"", "\"\"", "null", "\"jwt\""),
            Stream.of(
                Threat.of(
                    75,
                    "no typ",
                    around(
                        signAs(
                            VERIFIER_KEY, raw(EAT.header().without("typ")), raw(resultClaims()))),
                    ATT_TYP_MISMATCH),
                Threat.of(75, "an outer token", around(Workshop.goodToken()), ATT_TYP_MISMATCH),
                Threat.of(
                    77,
                    "duplicate members",
                    around(signAs(VERIFIER_KEY, raw(EAT.header()), duplicate)),
                    ATT_MALFORMED),
                Threat.of(77, "depth 1500", Workshop.withResultClaim("x", deep), ATT_MALFORMED),
                Threat.of(77, "padding", around(good + "="), ATT_MALFORMED),
                Threat.of(77, "trailing newline", around(good + "\n"), ATT_MALFORMED),
                Threat.of(77, "five segments", around(good + ".AAAA.AAAA"), ATT_MALFORMED),
                Threat.of(
                    78,
                    "payload is a JWT",
                    around(signAs(VERIFIER_KEY, raw(EAT.header()), good)),
                    ATT_NESTING),
                Threat.of(
                    78,
                    "payload is a quoted JWT",
                    around(signAs(VERIFIER_KEY, raw(EAT.header()), quoted(good))),
                    ATT_NESTING),
                Threat.of(
                    78,
                    "only a further attestation",
                    around(
                        signAs(
                            VERIFIER_KEY,
                            raw(EAT.header()),
                            "{\"attestation\":" + quoted(good) + "}")),
                    ATT_NESTING)),
            resultHeader(78, "cty", ATT_NESTING, "\"JWT\""),
            Threat.resultClaim(
                78,
                "submods",
                ATT_NESTING,
                "{\"se\":\"a.b.c\"}",
                "{\"se\":[\"JWT\",\"a.b.c\"]}",
                "{\"a\":{\"submods\":{\"b\":[\"CBOR\",\"AAAA\"]}}}"))
        .flatMap(threats -> threats);
  }

  private static Stream<Threat> verifiers() {
    String knownKid = raw(EAT.header());
    return Stream.of(
        Threat.of(
            73,
            "signed by the outer signer under its kid",
            around(signAs(ISSUER_KEY, raw(EAT.header(), "kid", "\"sts-1\""), raw(resultClaims()))),
            ATT_VERIFIER_UNTRUSTED),
        Threat.of(
            73,
            "signed by the outer signer under a known kid",
            around(signAs(ISSUER_KEY, knownKid, raw(resultClaims()))),
            ATT_SIG_INVALID),
        Threat.of(
            76,
            "unknown kid",
            Workshop.withResultHeader("kid", "\"ver-2\""),
            ATT_VERIFIER_UNTRUSTED),
        Threat.of(
            76,
            "kid of another type",
            Workshop.withResultHeader("kid", "1"),
            ATT_VERIFIER_UNTRUSTED),
        Threat.of(
            76,
            "no kid",
            around(signAs(VERIFIER_KEY, raw(EAT.header().without("kid")), raw(resultClaims()))),
            ATT_VERIFIER_UNTRUSTED),
        Threat.of(
            76,
            "another issuer",
            Workshop.withResultClaim("iss", "\"https://evil.example\""),
            ATT_VERIFIER_UNTRUSTED),
        Threat.of(
            76,
            "another Verifier's name",
            Workshop.withResultClaim("iss", quoted(Workshop.EAR_VERIFIER)),
            ATT_VERIFIER_UNTRUSTED),
        Threat.of(76, "no issuer", Workshop.withoutResultClaim("iss"), ATT_VERIFIER_UNTRUSTED),
        Threat.of(
            76,
            "an EAR by a Verifier of eat",
            Workshop.withResultClaim("eat_profile", quoted(SimulatedVerifier.EAR_DOTTED)),
            ATT_VERIFIER_UNTRUSTED));
  }

  private static Stream<Threat> keys() {
    String thumbprint = HOLDER.thumbprint().toString();
    String verifiers = VERIFIER_KEY.thumbprint().toString();
    String jwk = raw(HOLDER.publicJwk().toJson());
    String open = jwk.substring(0, jwk.length() - 1);
    String x = HOLDER.publicJwk().toJson().string("x").orElseThrow();
    return Stream.of(
            Stream.of(
                Threat.of(79, "no cnf", Workshop.withoutResultClaim("cnf"), ATT_KEY_MISMATCH),
                Threat.of(
                    79,
                    "no cnf, the thumbprint as nonce",
                    around(
                        EAT.sign(
                            resultClaims()
                                .without("cnf")
                                .with("eat_nonce", new JsonString(thumbprint)))),
                    ATT_KEY_MISMATCH)),
            Threat.resultClaim(
                79,
                "cnf",
                ATT_KEY_MISMATCH,
                "{\"jkt\":" + quoted(Workshop.ATTACKER.thumbprint().toString()) + "}",
                "{\"jwk\":" + raw(Workshop.ATTACKER.publicJwk().toJson()) + "}",
                "{\"jkt\":" + quoted(thumbprint.substring(0, 42)) + "}",
                "{\"jkt\":" + quoted(thumbprint.toLowerCase(Locale.ROOT)) + "}",
                "{\"jkt\":" + quoted(verifiers) + "}",
                "{\"x5t#S256\":" + quoted(thumbprint) + "}",
                "{\"jkt\":1}",
                "{}",
                "null",
                quoted(thumbprint)),
            Threat.resultClaim(
                80,
                "cnf",
                ATT_KEY_MISMATCH,
                "{\"jkt\":"
                    + quoted(thumbprint)
                    + ",\"jwk\":"
                    + raw(Workshop.ATTACKER.publicJwk().toJson())
                    + "}",
                "{\"jwk\":"
                    + jwk
                    + ",\"jkt\":"
                    + quoted(Workshop.ATTACKER.thumbprint().toString())
                    + "}"),
            Threat.resultClaim(
                80, "cnf", ATT_MALFORMED, "{\"jwk\":" + open + ",\"d\":\"" + x + "\"}}"))
        .flatMap(threats -> threats);
  }

  private static Stream<Threat> times() {
    return Stream.of(
            Threat.resultClaim(
                81,
                "exp",
                ATT_EXPIRED,
                seconds(NOW.minusSeconds(3600)),
                seconds(NOW.minus(TrustSettings.DEFAULT_SKEW))),
            Threat.resultClaim(81, "exp", ATT_MALFORMED, "\"1\"", "1e400"),
            Threat.resultClaim(
                81,
                "iat",
                ATT_STALE,
                seconds(NOW.minus(TrustSettings.DEFAULT_MAX_RESULT_AGE).minusSeconds(1)),
                "\"1\"",
                "null"),
            Stream.of(
                Threat.of(81, "no iat", Workshop.withoutResultClaim("iat"), ATT_STALE),
                Threat.of(81, "no exp", Workshop.withoutResultClaim("exp"), ATT_CLAIM_MISSING)),
            Threat.resultClaim(
                82,
                "iat",
                ATT_FUTURE,
                seconds(NOW.plus(TrustSettings.DEFAULT_SKEW).plusSeconds(1))),
            Threat.resultClaim(
                82,
                "nbf",
                ATT_FUTURE,
                seconds(NOW.plus(TrustSettings.DEFAULT_SKEW).plusSeconds(1))))
        .flatMap(threats -> threats);
  }

  private static Stream<Threat> claims88() {
    return Stream.of(
            Threat.resultClaim(83, "eat_nonce", ATT_MALFORMED, "1", "\"short\"", "[1]"),
            Threat.resultClaim(
                84,
                "aud",
                ATT_AUD_MISMATCH,
                "\"other.example\"",
                "[\"other.example\"]",
                "1",
                "null"),
            Stream.of(
                Threat.of(84, "for nobody", Workshop.withoutResultClaim("aud"), ATT_AUD_MISMATCH),
                Threat.of(
                    84,
                    "an EAR for another gateway",
                    around(EAR.sign(earClaims().with("aud", new JsonString("other.example")))),
                    ATT_AUD_MISMATCH),
                Threat.accepted(
                    84, "an EAR for nobody", around(EAR.sign(earClaims().without("aud")))),
                Threat.of(
                    85, "no dbgstat", Workshop.withoutResultClaim("dbgstat"), ATT_DEBUG_ENABLED)),
            Threat.resultClaim(
                85,
                "dbgstat",
                ATT_DEBUG_ENABLED,
                "\"enabled\"",
                "\"DISABLED\"",
                "\"Disabled-since-boot\"",
                "\"unknown\"",
                "true",
                "2",
                "null",
                "[\"disabled-permanently\"]"),
            Threat.resultClaim(86, "dbgstat", ATT_DEBUG_ENABLED, "\"disabled\""),
            Stream.of(
                Threat.of(
                    88,
                    "no eat_profile",
                    Workshop.withoutResultClaim("eat_profile"),
                    ATT_PROFILE_UNSUPPORTED)),
            Threat.resultClaim(88, "eat_profile", ATT_PROFILE_UNSUPPORTED, "\"\"", "1", "null"),
            Stream.of(
                ear(88, "an unknown EAR", "eat_profile", quoted("tag:ietf.org,2026:rats/ear#05"))),
            Stream.of(
                Threat.of(
                    88,
                    "not in eatProfiles",
                    ATT_PROFILE_UNSUPPORTED,
                    () ->
                        Workshop.verifier(
                                Workshop.trust()
                                    .verifier(
                                        new TrustSettings.Verifier(
                                            Workshop.VERIFIER,
                                            TrustSettings.Profile.EAT,
                                            Set.of(Algorithm.ES256),
                                            TrustSettings.DEFAULT_MAX_RESULT_AGE,
                                            new TrustSettings.Audience.Gateway(),
                                            Set.of("tag:other"),
                                            false))
                                    .build())
                            .verify(Workshop.goodToken()))))
        .flatMap(threats -> threats);
  }

  private static Threat ear(int row, String what, String name, String value) {
    String result = signAs(Workshop.EAR_KEY, raw(EAR.header()), raw(earClaims(), name, value));
    return Threat.of(row, what, around(result), ATT_PROFILE_UNSUPPORTED);
  }

  private static Stream<Threat> evidence() {
    String value = Base64Url.encode(new byte[1184]);
    JsonObject without = claims().without("attestation");
    var threats = new ArrayList<Threat>();
    threats.add(
        cmw(
            89,
            "[\"application/vnd.example.unknown\",\"" + value + "\"]",
            ATT_EVIDENCE_UNSUPPORTED));
    threats.add(cmw(89, "[10570,\"" + value + "\",4]", ATT_EVIDENCE_UNSUPPORTED));
    threats.add(
        cmw(
            89,
            "{\"__cmwc_t\":\"tag:x\",\"a\":[\"application/x-unknown\",\"" + value + "\"]}",
            ATT_EVIDENCE_UNSUPPORTED));
    threats.add(
        Threat.of(
            93,
            "both",
            Workshop.withClaim("cmw", "[\"application/x-unknown\",\"" + value + "\"]"),
            ATT_MALFORMED));
    threats.add(Threat.of(93, "neither: see row 71", MINT.sign(without), ATT_MISSING));
    for (String bad :
        List.of(
            "null",
            "\"x\"",
            "1",
            "[]",
            "{}",
            "[\"application/x\"]",
            "[\"application/x\",\"AAAA\",1,1]",
            "[\"application/x\",\"AAA=\"]",
            "[\"application/x\",\"AAB\"]",
            "[\"application/x\",\"A A\"]",
            "[\"application/x\",\"\"]",
            "[\"application/x\",1]",
            "[\"nomediatype\",\"AAAA\"]",
            "[\"\",\"AAAA\"]",
            "[null,\"AAAA\"]",
            "[70000,\"AAAA\"]",
            "[1.5,\"AAAA\"]",
            "[\"application/x\",\"AAAA\",\"1\"]",
            "{\"a\":\"AAAA\"}",
            "{\"a\":{\"b\":[\"application/x\",\"AAAA\"]}}")) {
      threats.add(cmw(93, bad, ATT_MALFORMED));
    }
    return threats.stream();
  }

  private static Threat cmw(int row, String rawCmw, Reason expected) {
    String payload = raw(claims().without("attestation"), "cmw", rawCmw);
    return Threat.of(
        row,
        "cmw " + (rawCmw.length() > 60 ? rawCmw.substring(0, 40) : rawCmw),
        Workshop.sign(raw(MINT.header()), payload),
        expected);
  }

  private static Stream<Threat> statuses() {
    var threats = new ArrayList<Threat>();
    for (String bad :
        List.of(
            "\"warning\"",
            "\"contraindicated\"",
            "\"none\"",
            "\"AFFIRMING\"",
            "2",
            "[\"affirming\"]",
            "null")) {
      threats.add(submods(bad, "{\"d\":{\"ear.status\":" + bad + "}}"));
    }
    threats.add(submods("missing", "{\"d\":{\"ear.trustworthiness-vector\":{\"hardware\":2}}}"));
    threats.add(submods("no submodule", "{}"));
    threats.add(
        submods(
            "one of two",
            "{\"d\":{\"ear.status\":\"affirming\"},\"e\":{\"ear.status\":\"none\"}}"));
    for (String claim :
        List.of("32", "95", "-33", "96", "99", "-97", "-128", "128", "2.0", "\"2\"")) {
      threats.add(
          submods(
              "affirming over a vector of " + claim,
              "{\"d\":{\"ear.status\":\"affirming\",\"ear.trustworthiness-vector\":"
                  + "{\"hardware\":2,\"executables\":"
                  + claim
                  + "}}}"));
    }
    threats.add(submods("other spelling", "{\"d\":{\"ear_status\":\"affirming\"}}"));
    threats.add(
        submods(
            "both spellings",
            "{\"d\":{\"ear.status\":\"affirming\",\"ear_status\":\"contraindicated\"}}"));
    String underscored =
        raw(
            EAR.earClaims(Workshop.result(), SimulatedVerifier.EAR_UNDERSCORED, "affirming"),
            "ear_status",
            "\"contraindicated\"");
    threats.add(
        Threat.of(
            94,
            "overall status",
            around(signAs(Workshop.EAR_KEY, raw(EAR.header()), underscored)),
            ATT_STATUS));
    for (String profile :
        List.of(SimulatedVerifier.EAR_DOTTED, SimulatedVerifier.EAR_UNDERSCORED)) {
      threats.add(
          Threat.accepted(94, profile, around(EAR.ear(Workshop.result(), profile, "affirming"))));
    }
    threats.add(
        Threat.of(
            95,
            "simulated where only real ones are taken",
            around(Workshop.SIM.simulated(Workshop.result())),
            ATT_SIMULATED));
    threats.add(
        Threat.of(
            95,
            "a simulated profile's name changes nothing",
            around(
                signAs(
                    Workshop.SIM_KEY,
                    raw(Workshop.SIM.header()),
                    raw(
                        Workshop.SIM.eatClaims(Workshop.result(), Workshop.EAT_PROFILE),
                        "eat_profile",
                        quoted(Workshop.EAT_PROFILE)))),
            ATT_SIMULATED));
    return threats.stream();
  }

  private static Threat submods(String what, String submods) {
    String result =
        signAs(Workshop.EAR_KEY, raw(EAR.header()), raw(earClaims(), "submods", submods));
    return Threat.of(94, "status " + what, around(result), ATT_STATUS);
  }

  private static Stream<Threat> resultHeader(
      int row, String name, Reason expected, String... rawValues) {
    return Stream.of(rawValues)
        .map(
            value ->
                Threat.of(
                    row,
                    "result's header " + name + " " + value,
                    Workshop.withResultHeader(name, value),
                    expected));
  }

  private static String hmac(String input) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(VERIFIER_KEY.publicJwk().toSpki(), "HmacSHA256"));
      return Base64Url.encode(mac.doFinal(input.getBytes(US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String encode(String json) {
    return Base64Url.encode(json.getBytes(UTF_8));
  }
}
