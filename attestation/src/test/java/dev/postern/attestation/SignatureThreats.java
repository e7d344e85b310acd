package dev.postern.attestation;

import static dev.postern.attestation.Reason.HEADER_ALG_NOT_ALLOWED;
import static dev.postern.attestation.Reason.HEADER_KID_UNKNOWN;
import static dev.postern.attestation.Reason.SIG_INVALID;
import static dev.postern.attestation.Reason.SIG_KEY_MISMATCH;
import static dev.postern.attestation.Reason.SIG_MALFORMED;
import static dev.postern.attestation.Workshop.ISSUER_KEY;
import static dev.postern.attestation.Workshop.MINT;
import static dev.postern.attestation.Workshop.VERIFIER_KEY;
import static dev.postern.attestation.Workshop.claims;
import static dev.postern.attestation.Workshop.goodToken;
import static dev.postern.attestation.Workshop.raw;
import static dev.postern.attestation.Workshop.segment;
import static dev.postern.attestation.Workshop.sign;
import static dev.postern.attestation.Workshop.signAs;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.crypto.impl.ECDSA;
import dev.postern.attestation.jose.Algorithm;
import dev.postern.attestation.jose.Base64Url;
import dev.postern.attestation.jose.KeyPurpose;
import dev.postern.attestation.mint.SigningKey;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Rows about signatures and keys: 4-6, 13-19, 92 (19 itself is in {@link TokenVerifierTest}). */
final class SignatureThreats {
  private static final BigInteger N =
      new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);

  private SignatureThreats() {}

  static Stream<Threat> all() {
    return Stream.of(macs(), keys(), numbers(), forms()).flatMap(threats -> threats);
  }

  private static Stream<Threat> macs() {
    byte[] spki = ISSUER_KEY.publicJwk().toSpki();
    String pem =
        "-----BEGIN PUBLIC KEY-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(spki)
            + "\n-----END PUBLIC KEY-----\n";
    String jwk = raw(ISSUER_KEY.publicJwk().toJson());
    byte[] x =
        Base64Url.decode(ISSUER_KEY.publicJwk().toJson().string("x").orElseThrow()).orElseThrow();
    var threats = new ArrayList<Threat>();
    for (String bits : List.of("256", "384", "512")) {
      String header = raw(MINT.header(), "alg", "\"HS" + bits + "\"");
      for (byte[] key :
          List.of(pem.getBytes(UTF_8), pem.strip().getBytes(UTF_8), spki, jwk.getBytes(UTF_8), x)) {
        String input = encode(header) + "." + encode(raw(claims()));
        threats.add(
            Threat.of(
                4,
                "HS" + bits + " with " + key.length + " bytes of public key",
                input + "." + Base64Url.encode(mac("HmacSHA" + bits, key, input)),
                HEADER_ALG_NOT_ALLOWED));
      }
    }
    String input = encode(raw(MINT.header())) + "." + encode(raw(claims()));
    threats.add(
        Threat.of(
            5,
            "an HMAC under ES256",
            input + "." + Base64Url.encode(mac("HmacSHA256", spki, input)),
            SIG_MALFORMED));
    return threats.stream();
  }

  private static Stream<Threat> keys() {
    String verifiersKid = raw(MINT.header(), "kid", "\"ver-1\"");
    return Stream.of(
        Threat.of(
            6, "ES384 on a P-256 key", Workshop.withHeader("alg", "\"ES384\""), SIG_KEY_MISMATCH),
        Threat.of(
            6, "EdDSA on a P-256 key", Workshop.withHeader("alg", "\"EdDSA\""), SIG_KEY_MISMATCH),
        Threat.of(6, "RS256", Workshop.withHeader("alg", "\"RS256\""), HEADER_ALG_NOT_ALLOWED),
        Threat.of(6, "ES256K", Workshop.withHeader("alg", "\"ES256K\""), HEADER_ALG_NOT_ALLOWED),
        Threat.of(
            6,
            "the key's algorithm is not the issuer's",
            HEADER_ALG_NOT_ALLOWED,
            SignatureThreats::algorithmNotOfIssuer),
        Threat.of(
            13,
            "signed by the Verifier under its kid",
            signAs(VERIFIER_KEY, verifiersKid, raw(claims())),
            HEADER_KID_UNKNOWN),
        Threat.of(
            13,
            "signed by the Verifier under the issuer's kid",
            signAs(VERIFIER_KEY, raw(MINT.header()), raw(claims())),
            SIG_INVALID),
        Threat.of(
            92,
            "an iss, but signed by the attested key",
            signAs(Workshop.HOLDER, raw(MINT.header()), raw(claims())),
            SIG_INVALID));
  }

  private static Verification algorithmNotOfIssuer() {
    SigningKey es384 = SigningKey.generate(Algorithm.ES384);
    FixedKeySets keys =
        FixedKeySets.ofKeys(es384.verificationKey(Workshop.ISSUER, "k", KeyPurpose.TOKEN));
    String header = "{\"alg\":\"ES384\",\"typ\":\"debug+jwt\",\"kid\":\"k\"}";
    return new TokenVerifier(Workshop.trust().build(), keys, Workshop.at(Workshop.NOW))
        .verify(signAs(es384, header, raw(claims())));
  }

  private static Stream<Threat> numbers() {
    BigInteger zero = BigInteger.ZERO;
    BigInteger one = BigInteger.ONE;
    BigInteger r = number(0);
    BigInteger s = number(32);
    BigInteger ff = one.shiftLeft(256).subtract(one);
    return Stream.of(
        number(14, "r = s = 0", zero, zero, SIG_MALFORMED),
        number(14, "r = 0", zero, s, SIG_MALFORMED),
        number(14, "s = 0", r, zero, SIG_MALFORMED),
        number(14, "r = n", N, s, SIG_MALFORMED),
        number(14, "s = n", r, N, SIG_MALFORMED),
        number(14, "r = s = 1", one, one, SIG_MALFORMED),
        number(14, "all ff", ff, ff, SIG_MALFORMED),
        number(15, "r and s swapped", s, r, SIG_INVALID),
        number(15, "r negated", N.subtract(r), s, SIG_INVALID),
        number(15, "one bit flipped", r.flipBit(3), s, SIG_INVALID),
        Threat.accepted(18, "s", withSignature(fixed(r, s))),
        Threat.accepted(
            18, "n - s: of the two, one is over n/2", withSignature(fixed(r, N.subtract(s)))));
  }

  private static Stream<Threat> forms() {
    byte[] good = goodSignature();
    byte[] wide = new byte[66];
    System.arraycopy(good, 0, wide, 1, 32);
    System.arraycopy(good, 32, wide, 34, 32);
    byte[] twice = Arrays.copyOf(good, 128);
    System.arraycopy(good, 0, twice, 64, 64);
    String header = segment(goodToken(), 0);
    String payload = segment(TOKEN, 1);
    byte[] json = (raw(MINT.header()) + "." + raw(claims())).getBytes(UTF_8);
    return Stream.of(
        Threat.of(
            15,
            "signature of another token",
            withSignature(signature(sign(raw(MINT.header()), "{\"a\":1}"))),
            SIG_INVALID),
        Threat.of(16, "DER", withSignature(der(good)), SIG_MALFORMED),
        Threat.of(16, "each number widened", withSignature(wide), SIG_MALFORMED),
        Threat.of(16, "63 bytes", withSignature(Arrays.copyOf(good, 63)), SIG_MALFORMED),
        Threat.of(16, "65 bytes", withSignature(Arrays.copyOf(good, 65)), SIG_MALFORMED),
        Threat.of(16, "twice", withSignature(twice), SIG_MALFORMED),
        Threat.of(
            17,
            "over the decoded JSON",
            header + "." + payload + "." + Base64Url.encode(ISSUER_KEY.sign(json)),
            SIG_INVALID),
        Threat.of(
            17,
            "over the payload only",
            header
                + "."
                + payload
                + "."
                + Base64Url.encode(ISSUER_KEY.sign(payload.getBytes(US_ASCII))),
            SIG_INVALID));
  }

  /** The one token whose signature is varied. */
  static final String TOKEN = goodToken();

  static byte[] goodSignature() {
    return signature(TOKEN);
  }

  static String twin(String token) {
    byte[] signature = signature(token);
    BigInteger r = new BigInteger(1, Arrays.copyOf(signature, 32));
    BigInteger s = new BigInteger(1, Arrays.copyOfRange(signature, 32, 64));
    return token.substring(0, token.lastIndexOf('.') + 1)
        + Base64Url.encode(fixed(r, N.subtract(s)));
  }

  private static byte[] signature(String token) {
    return Base64Url.decode(segment(token, 2)).orElseThrow();
  }

  private static BigInteger number(int from) {
    return new BigInteger(1, Arrays.copyOfRange(goodSignature(), from, from + 32));
  }

  private static Threat number(int row, String what, BigInteger r, BigInteger s, Reason expected) {
    return Threat.of(row, what, withSignature(fixed(r, s)), expected);
  }

  private static String withSignature(byte[] signature) {
    return TOKEN.substring(0, TOKEN.lastIndexOf('.') + 1) + Base64Url.encode(signature);
  }

  private static byte[] fixed(BigInteger r, BigInteger s) {
    byte[] both = new byte[64];
    put(r, both, 0);
    put(s, both, 32);
    return both;
  }

  private static void put(BigInteger value, byte[] into, int at) {
    byte[] bytes = value.toByteArray();
    int skip = Math.max(0, bytes.length - 32);
    System.arraycopy(bytes, skip, into, at + 32 - (bytes.length - skip), bytes.length - skip);
  }

  private static byte[] der(byte[] concatenated) {
    try {
      return ECDSA.transcodeSignatureToDER(concatenated);
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] mac(String algorithm, byte[] key, String input) {
    try {
      Mac mac = Mac.getInstance(algorithm);
      mac.init(new SecretKeySpec(key, algorithm));
      return mac.doFinal(input.getBytes(US_ASCII));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String encode(String json) {
    return Base64Url.encode(json.getBytes(UTF_8));
  }
}
