package dev.postern.attestation;

import static dev.postern.attestation.Workshop.GATEWAY;
import static dev.postern.attestation.Workshop.HOLDER;
import static dev.postern.attestation.Workshop.ISSUER;
import static dev.postern.attestation.Workshop.ISSUER_KEY;
import static dev.postern.attestation.Workshop.NOW;
import static dev.postern.attestation.Workshop.SELF;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.attestation.TrustSettings.IdTokens;
import dev.postern.attestation.TrustSettings.Issuer;
import dev.postern.attestation.jose.Algorithm;
import dev.postern.attestation.jose.Base64Url;
import dev.postern.attestation.jose.JwkException;
import dev.postern.attestation.jose.JwksReader;
import dev.postern.attestation.jose.KeyPurpose;
import dev.postern.attestation.jose.VerificationKey;
import dev.postern.attestation.mint.SigningKey;
import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The person behind a self-attested machine, with an issuer's keys of our own. */
class IdTokenTest {
  private static final String IDP = "https://idp.example";
  private static final String CLIENT = "postern-login";
  private static final KeyPair RSA = rsaKeys();

  private static KeyPair rsaKeys() {
    try {
      var generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static JsonObject json(String text) {
    try {
      return JsonReader.readObject(text.getBytes(StandardCharsets.UTF_8), JsonLimits.TOKEN);
    } catch (dev.postern.json.JsonException malformed) {
      throw new IllegalStateException(malformed);
    }
  }

  private static JsonObject idClaims(String iss, String aud) {
    return json(
        "{\"iss\":\"%s\",\"sub\":\"248289761001\",\"aud\":\"%s\",\"nonce\":\"%s\",\"iat\":%d,\"exp\":%d,\"groups\":[\"oncall\"]}"
            .formatted(
                iss,
                aud,
                HOLDER.thumbprint(),
                NOW.getEpochSecond() - 60,
                NOW.plus(Duration.ofMinutes(30)).getEpochSecond()));
  }

  private static String signed(JsonObject claims) {
    return ISSUER_KEY.signJws(json("{\"alg\":\"ES256\",\"kid\":\"sts-1\"}"), claims);
  }

  private static String self(String idToken) {
    return SELF.sign(Workshop.selfClaims().with("id_token", new JsonString(idToken)));
  }

  private static Verification verify(String idToken) {
    return Workshop.verifier().verify(self(idToken));
  }

  private static Reason reason(Verification verification) {
    if (verification instanceof Verification.Denied denied) {
      return denied.reason();
    }
    throw new AssertionError("accepted");
  }

  private static VerifiedToken accepted(Verification verification) {
    if (verification instanceof Verification.Verified(VerifiedToken token)) {
      return token;
    }
    throw new AssertionError(verification.toString());
  }

  private static Reason changed(UnaryOperator<JsonObject> change) {
    return reason(verify(signed(change.apply(idClaims(ISSUER, GATEWAY)))));
  }

  @Test
  void goodIdToken_namesThePerson() {
    VerifiedToken token = accepted(verify(signed(idClaims(ISSUER, GATEWAY))));

    assertThat(token.subject()).isEqualTo(new Subject.Known(ISSUER, "248289761001"));
    assertThat(token.groups()).containsExactly("oncall");
    assertThat(token.namedByIdToken()).isTrue();
    assertThat(token.selfAttested()).isFalse();
    assertThat(token.claimedSub()).isEqualTo("alice@example.com");
    // the jti is still the key's: no other signer can use it up
    VerifiedToken plain = accepted(Workshop.verifier().verify(SELF.sign(Workshop.selfClaims())));
    assertThat(token.replayKey()).isEqualTo(plain.replayKey());
    assertThat(plain.namedByIdToken()).isFalse();
  }

  @Test
  void withoutGroups_thePersonIsInNone() {
    VerifiedToken token = accepted(verify(signed(idClaims(ISSUER, GATEWAY).without("groups"))));
    assertThat(token.groups()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"iss", "sub", "aud", "nonce", "iat", "exp"})
  void missingClaim_isInvalid(String claim) {
    assertThat(changed(claims -> claims.without(claim))).isEqualTo(Reason.SUBJECT_ID_TOKEN_INVALID);
  }

  @ParameterizedTest
  @ValueSource(strings = {"iss", "sub", "aud", "nonce", "iat", "exp", "groups"})
  void claimOfAnotherType_isInvalid(String claim) {
    assertThat(changed(claims -> claims.with(claim, json("{}"))))
        .isEqualTo(Reason.SUBJECT_ID_TOKEN_INVALID);
  }

  @Test
  void nonceOfAnotherKey_isInvalid() {
    String other = Workshop.ATTACKER.thumbprint().toString();
    assertThat(changed(claims -> claims.with("nonce", new JsonString(other))))
        .isEqualTo(Reason.SUBJECT_ID_TOKEN_INVALID);
  }

  @Test
  void tokenForAnotherSite_isInvalid() {
    assertThat(changed(claims -> claims.with("aud", new JsonString("https://evil.example"))))
        .isEqualTo(Reason.SUBJECT_ID_TOKEN_INVALID);
    // several audiences without a party that asked, or with another one
    JsonObject two = json("{\"aud\":[\"%s\",\"https://evil.example\"]}".formatted(GATEWAY));
    assertThat(changed(claims -> claims.with("aud", two.get("aud").orElseThrow())))
        .isEqualTo(Reason.SUBJECT_ID_TOKEN_INVALID);
    assertThat(changed(claims -> claims.with("azp", new JsonString("https://evil.example"))))
        .isEqualTo(Reason.SUBJECT_ID_TOKEN_INVALID);
    accepted(
        verify(
            signed(
                idClaims(ISSUER, GATEWAY)
                    .with("aud", two.get("aud").orElseThrow())
                    .with("azp", new JsonString(GATEWAY)))));
  }

  @Test
  void times_areChecked() {
    assertThat(changed(claims -> claims.with("exp", Workshop.number(NOW.minusSeconds(30)))))
        .isEqualTo(Reason.SUBJECT_ID_TOKEN_EXPIRED);
    accepted(
        verify(
            signed(idClaims(ISSUER, GATEWAY).with("exp", Workshop.number(NOW.minusSeconds(29))))));
    Instant hourAgo = NOW.minus(Duration.ofHours(1));
    assertThat(changed(claims -> claims.with("iat", Workshop.number(hourAgo.minusSeconds(1)))))
        .isEqualTo(Reason.SUBJECT_ID_TOKEN_EXPIRED);
    accepted(verify(signed(idClaims(ISSUER, GATEWAY).with("iat", Workshop.number(hourAgo)))));
    assertThat(changed(claims -> claims.with("iat", Workshop.number(NOW.plusSeconds(31)))))
        .isEqualTo(Reason.SUBJECT_ID_TOKEN_INVALID);
    assertThat(changed(claims -> claims.with("nbf", Workshop.number(NOW.plusSeconds(31)))))
        .isEqualTo(Reason.SUBJECT_ID_TOKEN_INVALID);
  }

  @Test
  void signatureOfAnotherKey_isInvalid() {
    JsonObject claims = idClaims(ISSUER, GATEWAY);
    var header = json("{\"alg\":\"ES256\",\"kid\":\"sts-1\"}");
    assertThat(reason(verify(Workshop.ATTACKER.signJws(header, claims))))
        .isEqualTo(Reason.SUBJECT_ID_TOKEN_INVALID);
    // a Verifier's key is no issuer's
    assertThat(
            reason(
                verify(
                    Workshop.VERIFIER_KEY.signJws(
                        json("{\"alg\":\"ES256\",\"kid\":\"ver-1\"}"), claims))))
        .isEqualTo(Reason.SUBJECT_ID_TOKEN_INVALID);
    String good = signed(claims);
    assertThat(reason(verify(good.substring(0, good.length() - 4) + "AAAA")))
        .isEqualTo(Reason.SUBJECT_ID_TOKEN_INVALID);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"alg\":\"ES256\"}",
        "{\"alg\":\"none\",\"kid\":\"sts-1\"}",
        "{\"alg\":\"HS256\",\"kid\":\"sts-1\"}",
        "{\"alg\":\"ES384\",\"kid\":\"sts-1\"}",
        "{\"alg\":\"ES256\",\"kid\":\"sts-2\"}",
        "{\"alg\":\"ES256\",\"kid\":\"sts-1\",\"typ\":\"debug+jwt\"}",
        "{\"alg\":\"ES256\",\"kid\":\"sts-1\",\"typ\":\"at+jwt\"}",
        "{\"alg\":\"ES256\",\"kid\":\"sts-1\",\"jku\":\"https://evil.example\"}",
        "{\"alg\":\"ES256\",\"kid\":\"sts-1\",\"crit\":[\"exp\"]}"
      })
  void headersThatAreNotTaken(String header) {
    assertThat(reason(verify(ISSUER_KEY.signJws(json(header), idClaims(ISSUER, GATEWAY)))))
        .isEqualTo(Reason.SUBJECT_ID_TOKEN_INVALID);
  }

  @Test
  void debugTokenOfTheIssuer_isNoIdToken() {
    assertThat(reason(verify(Workshop.goodToken()))).isEqualTo(Reason.SUBJECT_ID_TOKEN_INVALID);
  }

  @Test
  void textThatIsNoToken_isInvalid() {
    for (String text : List.of("", "a.b.c", "x".repeat(20_000))) {
      assertThat(reason(verify(text))).isEqualTo(Reason.SUBJECT_ID_TOKEN_INVALID);
    }
    String number = SELF.sign(Workshop.selfClaims().with("id_token", Workshop.number(NOW)));
    assertThat(reason(Workshop.verifier().verify(number))).isEqualTo(Reason.CLAIM_TYPE);
  }

  @Test
  void idTokenBesideAnIssuer_isRefused() {
    String token =
        Workshop.MINT.sign(
            Workshop.claims().with("id_token", new JsonString(signed(idClaims(ISSUER, GATEWAY)))));
    assertThat(reason(Workshop.verifier().verify(token))).isEqualTo(Reason.CLAIM_TYPE);
  }

  private static TokenVerifier withIdp(Set<Algorithm> algorithms) throws JwkException {
    TrustSettings trust =
        Workshop.trust()
            .issuer(
                new Issuer(
                    IDP,
                    Set.of(),
                    false,
                    new IdTokens(Optional.of(CLIENT), algorithms, Duration.ofMinutes(10), "roles")))
            .build();
    List<VerificationKey> keys =
        JwksReader.read(rsaJwks(), IDP, KeyPurpose.TOKEN, algorithms).keys();
    KeySets own = Workshop.keys();
    KeySets idp = FixedKeySets.ofKeys(keys.toArray(VerificationKey[]::new));
    return new TokenVerifier(
        trust,
        (issuer, kid, purpose) ->
            issuer.equals(IDP) ? idp.find(issuer, kid, purpose) : own.find(issuer, kid, purpose),
        Workshop.at(NOW));
  }

  private static byte[] rsaJwks() {
    var key = (RSAPublicKey) RSA.getPublic();
    return "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"r1\",\"use\":\"sig\",\"n\":\"%s\",\"e\":\"%s\"}]}"
        .formatted(unsigned(key.getModulus()), unsigned(key.getPublicExponent()))
        .getBytes(StandardCharsets.UTF_8);
  }

  private static String unsigned(BigInteger value) {
    byte[] bytes = value.toByteArray();
    return Base64Url.encode(
        bytes[0] == 0 ? java.util.Arrays.copyOfRange(bytes, 1, bytes.length) : bytes);
  }

  private static String rsaSigned(String alg, JsonObject claims) {
    String input =
        Base64Url.encode(
                "{\"alg\":\"%s\",\"kid\":\"r1\"}".formatted(alg).getBytes(StandardCharsets.UTF_8))
            + "."
            + Base64Url.encode(Workshop.raw(claims).getBytes(StandardCharsets.UTF_8));
    try {
      Signature signer =
          switch (alg) {
            case "RS256" -> Signature.getInstance("SHA256withRSA");
            default -> Signature.getInstance("RSASSA-PSS");
          };
      if (alg.equals("PS256")) {
        signer.setParameter(
            new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
      } else if (alg.equals("PS384")) {
        signer.setParameter(
            new PSSParameterSpec("SHA-384", "MGF1", MGF1ParameterSpec.SHA384, 48, 1));
      }
      signer.initSign(RSA.getPrivate());
      signer.update(input.getBytes(StandardCharsets.US_ASCII));
      return input + "." + Base64Url.encode(signer.sign());
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Algorithm.class,
      names = {"RS256", "PS256", "PS384"})
  void rsaIdTokens_areTakenWhereConfigured(Algorithm algorithm) throws JwkException {
    TokenVerifier verifier = withIdp(Set.of(algorithm));
    JsonObject claims = idClaims(IDP, CLIENT);
    VerifiedToken token = accepted(verifier.verify(self(rsaSigned(algorithm.wireName(), claims))));
    assertThat(token.subject()).isEqualTo(new Subject.Known(IDP, "248289761001"));
    assertThat(token.groups()).isEmpty(); // `roles` lists them there
    for (String other : List.of("RS256", "PS256", "PS384")) {
      if (!other.equals(algorithm.wireName())) {
        assertThat(reason(verifier.verify(self(rsaSigned(other, claims)))))
            .isEqualTo(Reason.SUBJECT_ID_TOKEN_INVALID);
      }
    }
    // the client id is asked for there, not the gateway's
    assertThat(
            reason(verifier.verify(self(rsaSigned(algorithm.wireName(), idClaims(IDP, GATEWAY))))))
        .isEqualTo(Reason.SUBJECT_ID_TOKEN_INVALID);
  }

  @Test
  void debugTokens_areNeverRsa() throws JwkException {
    JsonObject claims = Workshop.claims().with("iss", new JsonString(IDP));
    String input = rsaSigned("RS256", claims);
    assertThat(reason(withIdp(Set.of(Algorithm.RS256)).verify(input)))
        .isEqualTo(Reason.HEADER_ALG_NOT_ALLOWED);
    // nor is an issuer of ID tokens only one of debug tokens, whatever it signs
    SigningKey key = SigningKey.generate(Algorithm.ES256);
    TrustSettings trust =
        Workshop.trust()
            .issuer(
                new Issuer(
                    IDP,
                    Set.of(),
                    false,
                    new IdTokens(
                        Optional.of(CLIENT),
                        Set.of(Algorithm.ES256),
                        Duration.ofMinutes(10),
                        "groups")))
            .build();
    var keys = FixedKeySets.ofKeys(key.verificationKey(IDP, "e1", KeyPurpose.TOKEN));
    String token =
        key.signJws(json("{\"alg\":\"ES256\",\"kid\":\"e1\",\"typ\":\"debug+jwt\"}"), claims);
    assertThat(reason(new TokenVerifier(trust, keys, Workshop.at(NOW)).verify(token)))
        .isEqualTo(Reason.HEADER_ALG_NOT_ALLOWED);
  }

  @Test
  void weakOrForeignRsaKeys_areNotRead() {
    for (String jwk :
        List.of(
            "{\"kty\":\"RSA\",\"kid\":\"a\",\"n\":\"AQAB\",\"e\":\"AQAB\"}",
            "{\"kty\":\"RSA\",\"kid\":\"a\",\"e\":\"AQAB\"}",
            "{\"kty\":\"RSA\",\"kid\":\"a\",\"n\":\"!\",\"e\":\"AQAB\"}",
            new String(rsaJwks(), StandardCharsets.UTF_8).replace("\"e\"", "\"d\":\"AQ\",\"e\""))) {
      JwkException refused =
          org.assertj.core.api.Assertions.catchThrowableOfType(
              JwkException.class,
              () ->
                  JwksReader.read(
                      jwk.getBytes(StandardCharsets.UTF_8),
                      IDP,
                      KeyPurpose.TOKEN,
                      EnumSet.of(Algorithm.RS256)));
      assertThat(refused).as(jwk).isNotNull();
    }
  }
}
