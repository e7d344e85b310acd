package dev.postern.attestation;

import static dev.postern.attestation.Reason.HEADER_ALG_NOT_ALLOWED;
import static dev.postern.attestation.Reason.HEADER_CRIT_UNSUPPORTED;
import static dev.postern.attestation.Reason.HEADER_KID_INVALID;
import static dev.postern.attestation.Reason.HEADER_KID_UNKNOWN;
import static dev.postern.attestation.Reason.HEADER_PARAM_FORBIDDEN;
import static dev.postern.attestation.Reason.HEADER_TYP_MISMATCH;
import static dev.postern.attestation.Reason.TOKEN_ENCODING;
import static dev.postern.attestation.Reason.TOKEN_ENCRYPTED;
import static dev.postern.attestation.Reason.TOKEN_MALFORMED;
import static dev.postern.attestation.Reason.TOKEN_TOO_LARGE;
import static dev.postern.attestation.Workshop.MINT;
import static dev.postern.attestation.Workshop.claims;
import static dev.postern.attestation.Workshop.goodToken;
import static dev.postern.attestation.Workshop.raw;
import static dev.postern.attestation.Workshop.segment;
import static dev.postern.attestation.Workshop.sign;
import static dev.postern.attestation.Workshop.signSegments;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.attestation.jose.Base64Url;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Rows about size, segments, base64url and the header: 1-3, 7-12, 20-29, 37, 49, 50. */
final class EnvelopeThreats {
  private EnvelopeThreats() {}

  static Stream<Threat> all() {
    return Stream.of(algorithms(), parameters(), segments(), encodings(), types())
        .flatMap(threats -> threats);
  }

  private static Stream<Threat> algorithms() {
    String payload = segment(goodToken(), 1);
    String signature = segment(goodToken(), 2);
    var threats = new ArrayList<Threat>();
    for (String none : List.of("none", "None", "NONE", "nOnE", "", "none ")) {
      String header = encode("{\"alg\":\"" + none + "\",\"typ\":\"debug+jwt\",\"kid\":\"sts-1\"}");
      threats.add(
          Threat.of(1, "alg `" + none + "`", header + "." + payload + ".", HEADER_ALG_NOT_ALLOWED));
      threats.add(
          Threat.of(
              2,
              "alg `" + none + "` with a signature left on",
              header + "." + payload + "." + signature,
              HEADER_ALG_NOT_ALLOWED));
      threats.add(Threat.of(2, "two segments", header + "." + payload, TOKEN_MALFORMED));
    }
    threats.add(
        Threat.of(
            3,
            "no alg",
            sign(raw(MINT.header().without("alg")), raw(claims())),
            HEADER_ALG_NOT_ALLOWED));
    return Stream.concat(
        threats.stream(),
        Threat.header(
            3, "alg", HEADER_ALG_NOT_ALLOWED, "null", "1", "[\"ES256\"]", "\"es256\"", "{}"));
  }

  private static Stream<Threat> parameters() {
    String jwk = raw(Workshop.ATTACKER.publicJwk().toJson());
    String withoutKid = raw(MINT.header().without("kid"));
    String attackersOwn =
        Workshop.signAs(
            Workshop.ATTACKER,
            withoutKid.substring(0, withoutKid.length() - 1) + ",\"jwk\":" + jwk + "}",
            raw(claims()));
    return Stream.of(
            Threat.header(7, "jwk", HEADER_PARAM_FORBIDDEN, jwk),
            Stream.of(Threat.of(7, "jwk without kid", attackersOwn, HEADER_PARAM_FORBIDDEN)),
            Threat.header(8, "x5c", HEADER_PARAM_FORBIDDEN, "[\"MIIB\"]", "null"),
            Threat.header(8, "x5t#S256", HEADER_PARAM_FORBIDDEN, "\"AAAA\""),
            Threat.header(8, "x5t", HEADER_PARAM_FORBIDDEN, "\"AAAA\""),
            urls("jku"),
            urls("x5u"),
            Threat.header(10, "kid", HEADER_KID_UNKNOWN, "\"../../dev/null\"", "\"/dev/null\""),
            Threat.header(10, "alg", HEADER_ALG_NOT_ALLOWED, "\"HS256\""),
            Threat.header(
                11,
                "kid",
                HEADER_KID_UNKNOWN,
                "\"' OR 1=1 --\"",
                "\"*)(uid=*\"",
                "\"$(id)\"",
                "\"https://evil.example/k\"",
                "\"STS-1\"",
                "\"sts-1 \""),
            Threat.header(
                11,
                "kid",
                HEADER_KID_INVALID,
                "\"sts-1\\u0000\"",
                "\"sts-1\\n\"",
                "\"" + "k".repeat(6000) + "\""),
            Threat.header(12, "kid", HEADER_KID_INVALID, "[\"sts-1\"]", "1", "null", "\"\""),
            Stream.of(
                Threat.of(
                    12,
                    "no kid",
                    sign(raw(MINT.header().without("kid")), raw(claims())),
                    HEADER_KID_INVALID)),
            Threat.header(27, "enc", HEADER_PARAM_FORBIDDEN, "\"A256GCM\""),
            Threat.header(27, "epk", HEADER_PARAM_FORBIDDEN, jwk),
            Threat.header(27, "zip", HEADER_PARAM_FORBIDDEN, "\"DEF\""),
            Threat.header(
                28,
                "crit",
                HEADER_CRIT_UNSUPPORTED,
                "[\"exp2\"]",
                "[\"absent\"]",
                "[]",
                "null",
                "\"kid\"",
                "[\"alg\"]"),
            Threat.header(29, "b64", HEADER_PARAM_FORBIDDEN, "false", "true"),
            Stream.of(
                Threat.of(
                    29,
                    "b64 with crit",
                    sign(
                        "{\"alg\":\"ES256\",\"typ\":\"debug+jwt\",\"kid\":\"sts-1\","
                            + "\"b64\":false,\"crit\":[\"b64\"]}",
                        raw(claims())),
                    HEADER_PARAM_FORBIDDEN)))
        .flatMap(threats -> threats);
  }

  private static Stream<Threat> urls(String name) {
    return Threat.header(
        9,
        name,
        HEADER_PARAM_FORBIDDEN,
        "\"https://evil.example/jwks\"",
        "\"http://169.254.169.254/latest\"",
        "\"http://127.0.0.1:1/\"",
        "\"file:///etc/passwd\"",
        "\"https://sts.example@evil.example/\"");
  }

  private static Stream<Threat> segments() {
    String good = goodToken();
    String header = segment(good, 0);
    String payload = segment(good, 1);
    String signature = segment(good, 2);
    String jwe = encode("{\"alg\":\"ECDH-ES\",\"enc\":\"A256GCM\",\"epk\":{}}");
    String direct = encode("{\"alg\":\"dir\",\"enc\":\"A256GCM\"}");
    String pbes = encode("{\"alg\":\"PBES2-HS256+A128KW\",\"enc\":\"A256GCM\",\"p2c\":2000000000}");
    String flattened =
        "{\"protected\":\""
            + header
            + "\",\"payload\":\""
            + payload
            + "\",\"signature\":\""
            + signature
            + "\"}";
    return Stream.of(
        Threat.of(20, "one segment", header, TOKEN_MALFORMED),
        Threat.of(20, "two segments", header + "." + payload, TOKEN_MALFORMED),
        Threat.of(20, "four segments", good + ".AAAA", TOKEN_MALFORMED),
        Threat.of(20, "five segments", good + ".AAAA.AAAA", TOKEN_ENCRYPTED),
        Threat.of(20, "trailing dot", good + ".", TOKEN_MALFORMED),
        Threat.of(20, "empty header", "." + payload + "." + signature, TOKEN_MALFORMED),
        Threat.of(20, "empty payload", header + ".." + signature, TOKEN_MALFORMED),
        Threat.of(20, "empty signature", header + "." + payload + ".", TOKEN_MALFORMED),
        Threat.of(20, "only dots", "..", TOKEN_MALFORMED),
        Threat.of(21, "flattened JSON", flattened, TOKEN_MALFORMED),
        Threat.of(
            21,
            "general JSON, alg none unprotected",
            "{\"payload\":\""
                + payload
                + "\",\"signatures\":[{\"header\":{\"alg\":\"none\"},\"signature\":\"\"}]}",
            TOKEN_MALFORMED),
        Threat.of(22, "Bearer", "Bearer " + good, TOKEN_MALFORMED),
        Threat.of(22, "bearer", "bearer " + good, TOKEN_MALFORMED),
        Threat.of(22, "two with a comma", good + "," + good, TOKEN_MALFORMED),
        Threat.of(22, "newline at the end", good + "\n", TOKEN_MALFORMED),
        Threat.of(22, "tab inside", header + ".\t" + payload + "." + signature, TOKEN_MALFORMED),
        Threat.of(22, "NUL inside", header + "\0." + payload + "." + signature, TOKEN_MALFORMED),
        Threat.of(
            22, "full-width dot", header + "\uFF0E" + payload + "." + signature, TOKEN_MALFORMED),
        Threat.of(
            22,
            "zero-width space",
            header + "." + payload + ".\u200B" + signature,
            TOKEN_MALFORMED),
        Threat.of(25, "JWE ECDH-ES", jwe + "..AAAA.AAAA.AAAA", TOKEN_ENCRYPTED),
        Threat.of(25, "JWE dir", direct + "..AAAA.AAAA.AAAA", TOKEN_ENCRYPTED),
        Threat.of(26, "PBES2, p2c 2000000000", pbes + ".AAAA.AAAA.AAAA.AAAA", TOKEN_ENCRYPTED),
        Threat.of(
            37,
            "1 MB of payload",
            header + "." + "A".repeat(1_400_000) + "." + signature,
            TOKEN_TOO_LARGE),
        Threat.of(
            37,
            "header bulk",
            Workshop.withHeader("bulk", "\"" + "b".repeat(20_000) + "\""),
            TOKEN_TOO_LARGE),
        Threat.of(37, "one over the limit", "A".repeat(64 * 1024 + 1), TOKEN_TOO_LARGE));
  }

  private static Stream<Threat> encodings() {
    String good = goodToken();
    String header = segment(good, 0);
    String payload = segment(good, 1);
    String signature = segment(good, 2);
    var threats = new ArrayList<Threat>();
    for (String bad : List.of("=", "==", " ", "!", "+", "/")) {
      threats.add(
          Threat.of(
              23,
              "`" + bad + "` after the payload",
              header + "." + payload + bad + "." + signature,
              TOKEN_ENCODING));
      threats.add(
          Threat.of(
              23,
              "`" + bad + "` after the payload, signed so",
              signSegments(header, payload + bad),
              TOKEN_ENCODING));
      threats.add(
          Threat.of(
              23,
              "`" + bad + "` after the signature",
              header + "." + payload + "." + signature + bad,
              TOKEN_ENCODING));
    }
    // claims whose length leaves unused bits
    String odd = encode("{\"a\":1}");
    String unusedBits = odd.substring(0, odd.length() - 1) + nextChar(odd);
    threats.add(
        Threat.of(
            24,
            "unused bits set in the signature",
            header + "." + payload + "." + signature.substring(0, 85) + nextChar(signature),
            TOKEN_ENCODING));
    threats.add(
        Threat.of(
            24,
            "unused bits set in the payload, signed so",
            signSegments(header, unusedBits),
            TOKEN_ENCODING));
    threats.add(
        Threat.of(
            24,
            "unused bits set in the header, signed so",
            signSegments(unusedBits, payload),
            TOKEN_ENCODING));
    threats.add(Threat.of(24, "impossible length", header + ".A." + signature, TOKEN_ENCODING));
    return threats.stream();
  }

  private static Stream<Threat> types() {
    return Stream.concat(
        Stream.of(
            Threat.of(
                49,
                "an attestation as the token",
                Workshop.EAT.sign(Workshop.resultClaims()),
                HEADER_TYP_MISMATCH),
            Threat.of(
                50,
                "no typ",
                sign(raw(MINT.header().without("typ")), raw(claims())),
                HEADER_TYP_MISMATCH)),
        Threat.header(
            50,
            "typ",
            HEADER_TYP_MISMATCH,
            "\"eat+jwt\"",
            "\"JWT\"",
            "\"at+jwt\"",
            "\"dpop+jwt\"",
            "\"Debug+jwt\"",
            "\"application/debug+jwt\"",
            "\"\"",
            "null",
            "[\"debug+jwt\"]"));
  }

  /** The text's last character with its lowest bit, which no byte uses, set. */
  private static char nextChar(String text) {
    String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    return alphabet.charAt(alphabet.indexOf(text.charAt(text.length() - 1)) | 1);
  }

  private static String encode(String json) {
    return Base64Url.encode(json.getBytes(UTF_8));
  }
}
