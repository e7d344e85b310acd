package dev.postern.attestation;

import static dev.postern.attestation.Reason.CLAIM_AUD_MISMATCH;
import static dev.postern.attestation.Reason.CLAIM_EXPIRED;
import static dev.postern.attestation.Reason.CLAIM_IAT_FUTURE;
import static dev.postern.attestation.Reason.CLAIM_ISS_UNTRUSTED;
import static dev.postern.attestation.Reason.CLAIM_LIFETIME_EXCEEDED;
import static dev.postern.attestation.Reason.CLAIM_MISSING;
import static dev.postern.attestation.Reason.CLAIM_NOT_YET_VALID;
import static dev.postern.attestation.Reason.CLAIM_TYPE;
import static dev.postern.attestation.Reason.TOKEN_JSON_DUPLICATE;
import static dev.postern.attestation.Reason.TOKEN_JSON_INVALID;
import static dev.postern.attestation.Reason.TOKEN_JSON_LIMITS;
import static dev.postern.attestation.Workshop.MINT;
import static dev.postern.attestation.Workshop.NOW;
import static dev.postern.attestation.Workshop.claims;
import static dev.postern.attestation.Workshop.raw;
import static dev.postern.attestation.Workshop.seconds;
import static dev.postern.attestation.Workshop.sign;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Rows about claims JSON, issuer, audience, times and jti: 30-48, 52. */
final class ClaimThreats {
  private static final Duration MAX = TrustSettings.DEFAULT_MAX_TOKEN_LIFETIME;
  private static final Duration SKEW = TrustSettings.DEFAULT_SKEW;

  private ClaimThreats() {}

  static Stream<Threat> all() {
    return Stream.of(duplicates(), json(), numbers(), times(), parties())
        .flatMap(threats -> threats);
  }

  private static Stream<Threat> duplicates() {
    String good = raw(claims());
    String header = raw(MINT.header());
    var threats = new ArrayList<Threat>();
    for (String twice :
        List.of("\"exp\":9999999999", "\"scope\":[\"kernel/sched\"]", "\"debugger_id\":\"root\"")) {
      threats.add(duplicate(30, header, "{" + twice + "," + good.substring(1)));
      threats.add(duplicate(30, header, good.substring(0, good.length() - 1) + "," + twice + "}"));
    }
    for (String twice : List.of("\"alg\":\"none\"", "\"kid\":\"other\"")) {
      threats.add(duplicate(30, "{" + twice + "," + header.substring(1), good));
      threats.add(
          duplicate(30, header.substring(0, header.length() - 1) + "," + twice + "}", good));
    }
    threats.add(duplicate(31, header, "{\"sc\\u006fpe\":[\"kernel/sched\"]," + good.substring(1)));
    threats.add(duplicate(31, header, raw(claims(), "cnf", "{\"jkt\":\"a\",\"jkt\":\"b\"}")));
    threats.add(duplicate(31, header, "{\"sub\":\"alice@example.com\"," + good.substring(1)));
    return threats.stream();
  }

  private static Threat duplicate(int row, String header, String payload) {
    return Threat.of(
        row,
        "duplicate in " + payload.substring(0, 30),
        sign(header, payload),
        TOKEN_JSON_DUPLICATE);
  }

  private static Stream<Threat> json() {
    var threats = new ArrayList<Threat>();
    String scope = "[\"dlv/observe\"]";
    for (String name :
        List.of("Scope", "\\uff53cope", "sc\\u00adope", "scope\\u0000", "scope ", "sc\\u200bope")) {
      String payload = raw(claims().without("scope"), "x", "1");
      payload = payload.substring(0, payload.length() - 1) + ",\"" + name + "\":" + scope + "}";
      threats.add(
          Threat.of(32, "scope as " + name, sign(raw(MINT.header()), payload), CLAIM_MISSING));
    }
    for (String payload : List.of("[]", "\"x\"", "null", "1", "{}")) {
      threats.add(payload(33, payload));
    }
    for (String header : List.of("[]", "null")) {
      threats.add(
          Threat.of(33, "header " + header, sign(header, raw(claims())), TOKEN_JSON_INVALID));
    }
    String good = raw(claims());
    String open = good.substring(0, good.length() - 1);
    for (String payload :
        List.of(
            good + "x",
            good + good,
            "/* c */" + good,
            good + "// c",
            good.replace('"', '\''),
            open + ",}",
            "\uFEFF" + good,
            open + ",\"n\":NaN}",
            open + ",\"n\":0x10}",
            open + ",\"n\":01}",
            open + ",\"n\":+1}",
            open + ",\"n\":.5}",
            open + ",\"n\":\"a\nb\"}")) {
      threats.add(payload(34, payload));
    }
    threats.add(bytes(35, "Latin-1", (open + ",\"n\":\"\u00e9\"}").getBytes(ISO_8859_1)));
    threats.add(bytes(35, "overlong", inString(open, 0xc0, 0xaf)));
    threats.add(bytes(35, "surrogate bytes", inString(open, 0xed, 0xa0, 0x80)));
    threats.add(bytes(35, "UTF-16", good.getBytes(UTF_16)));
    threats.add(payload(35, open + ",\"n\":\"\\ud800\"}"));
    threats.add(payload(35, open + ",\"n\":\"\\udc00\\ud800\"}"));
    for (int depth : List.of(17, 900, 2500)) {
      String deep = "[".repeat(depth) + "]".repeat(depth);
      threats.add(
          Threat.of(36, "claim " + depth, Workshop.withClaim("deep", deep), TOKEN_JSON_LIMITS));
      threats.add(
          Threat.of(36, "header " + depth, Workshop.withHeader("deep", deep), TOKEN_JSON_LIMITS));
      threats.add(
          Threat.of(
              36,
              "attestation " + depth,
              Workshop.withClaim("attestation", deep),
              TOKEN_JSON_LIMITS));
    }
    return threats.stream();
  }

  private static byte[] inString(String open, int... bytes) {
    byte[] start = (open + ",\"n\":\"").getBytes(UTF_8);
    byte[] all = new byte[start.length + bytes.length + 2];
    System.arraycopy(start, 0, all, 0, start.length);
    for (int i = 0; i < bytes.length; i++) {
      all[start.length + i] = (byte) bytes[i];
    }
    all[all.length - 2] = '"';
    all[all.length - 1] = '}';
    return all;
  }

  private static Threat payload(int row, String payload) {
    return bytes(row, payload.length() + " chars", payload.getBytes(UTF_8));
  }

  private static Threat bytes(int row, String what, byte[] payload) {
    return Threat.of(
        row,
        "payload " + what,
        Workshop.ISSUER_KEY.signJws(raw(MINT.header()).getBytes(UTF_8), payload),
        TOKEN_JSON_INVALID);
  }

  private static Stream<Threat> numbers() {
    return Stream.of(
            Stream.of(Threat.of(38, "no exp", Workshop.withoutClaim("exp"), CLAIM_MISSING)),
            Threat.claim(
                38,
                "exp",
                CLAIM_TYPE,
                "null",
                "true",
                "\"1999999999\"",
                "\"2026-11-23T12:05:00Z\"",
                "[1999999999]",
                "{}",
                seconds(NOW.plusSeconds(60)) + ".5",
                seconds(NOW.plusSeconds(60)) + ".0"),
            Threat.claim(
                39,
                "exp",
                CLAIM_TYPE,
                "1e400",
                "-1e400",
                "-1",
                "-0",
                "9223372036854775808",
                "18446744075493551616",
                "9007199254740993"),
            Threat.claim(39, "exp", CLAIM_EXPIRED, "0"),
            Threat.claim(
                39,
                "exp",
                CLAIM_LIFETIME_EXCEEDED,
                Long.toString((1L << 32) + NOW.getEpochSecond()),
                Long.toString(NOW.plusSeconds(60).toEpochMilli()),
                "9007199254740992"),
            Threat.claim(40, "exp", CLAIM_TYPE, "1e1000000000", "9".repeat(3000)))
        .flatMap(threats -> threats);
  }

  private static Stream<Threat> times() {
    return Stream.of(
            Threat.claim(
                41,
                "exp",
                CLAIM_EXPIRED,
                seconds(NOW.minusSeconds(3600)),
                seconds(NOW.minus(SKEW)),
                seconds(NOW.minus(SKEW).minusSeconds(5))),
            Threat.claim(
                42,
                "exp",
                CLAIM_LIFETIME_EXCEEDED,
                seconds(NOW.plus(MAX).plusSeconds(1)),
                seconds(NOW.plus(MAX).plusSeconds(3600)),
                "253402300799"),
            Threat.claim(
                43,
                "iat",
                CLAIM_LIFETIME_EXCEEDED,
                seconds(NOW.minus(Duration.ofDays(3))),
                seconds(NOW.plus(Workshop.LIFETIME).minus(MAX).minusSeconds(1)),
                "0"),
            Threat.claim(
                44,
                "nbf",
                CLAIM_NOT_YET_VALID,
                seconds(NOW.plus(SKEW).plusSeconds(1)),
                seconds(NOW.plusSeconds(86_400))),
            Threat.claim(44, "nbf", CLAIM_TYPE, "\"1\"", "1e400", "null"),
            Threat.claim(45, "iat", CLAIM_IAT_FUTURE, seconds(NOW.plus(SKEW).plusSeconds(1))),
            Threat.claim(45, "iat", CLAIM_TYPE, "\"1\"", "null"),
            Stream.of(Threat.of(45, "no iat", Workshop.withoutClaim("iat"), CLAIM_MISSING)))
        .flatMap(threats -> threats);
  }

  private static Stream<Threat> parties() {
    return Stream.of(
            Stream.of(
                Threat.of(46, "no aud", Workshop.withoutClaim("aud"), CLAIM_AUD_MISMATCH),
                Threat.of(48, "no iss", Workshop.withoutClaim("iss"), CLAIM_ISS_UNTRUSTED),
                Threat.of(52, "no jti", Workshop.withoutClaim("jti"), CLAIM_MISSING)),
            Threat.claim(
                46,
                "aud",
                CLAIM_AUD_MISMATCH,
                "\"\"",
                "[]",
                "\"other.example\"",
                "[\"a.example\",\"b.example\"]"),
            Threat.claim(46, "aud", CLAIM_TYPE, "1", "{}", "null", "[\"postern.example\",1]"),
            Threat.claim(
                47,
                "aud",
                CLAIM_AUD_MISMATCH,
                "\"Postern.example\"",
                "\"postern.example/\"",
                "\"postern.example.attacker.example\"",
                "\" postern.example\"",
                "\"*\"",
                "\"postern\""),
            Threat.claim(
                48,
                "iss",
                CLAIM_ISS_UNTRUSTED,
                "\"https://unknown.example\"",
                "\"https://sts.example/\"",
                "\"http://sts.example\"",
                "[\"https://sts.example\"]",
                "\"https://verifier.example\"",
                "null"),
            Threat.claim(
                52, "jti", CLAIM_TYPE, "\"\"", "1", "null", "\"" + "j".repeat(5000) + "\""))
        .flatMap(threats -> threats);
  }
}
