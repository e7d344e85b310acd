package dev.postern.attestation.mint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.postern.attestation.jose.Algorithm;
import dev.postern.attestation.jose.CompactJws;
import dev.postern.attestation.jose.JwkException;
import dev.postern.attestation.jose.JwsException;
import dev.postern.attestation.jose.JwsRules;
import dev.postern.attestation.jose.MalformedSignatureException;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.text.ParseException;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SigningKeyTest {
  // made for this test with openssl; worth nothing
  private static final String SEC1_TEST =
      """
      -----BEGIN EC PARAMETERS-----
      BggqhkjOPQMBBw==
      -----END EC PARAMETERS-----
      -----BEGIN EC PRIVATE KEY-----
      MHcCAQEEIHersht+lT7lsrJ4jx2T8I4JhE9LASOfxyriVhURWCoboAoGCCqGSM49
      AwEHoUQDQgAEps1cg0xnuY4CVjujMuzI39PRaIyZGLoR80CE+DRipqD+vCDt5zSg
      iZojIsf2Vc/eEin+8APuIKcrVWneC+MlAg==
      -----END EC PRIVATE KEY-----
      """;

  @ParameterizedTest
  @EnumSource(
      value = Algorithm.class,
      names = {"ES256", "ES384", "ED25519"})
  void pem_roundTrip_keepsTheKey(Algorithm algorithm) throws Exception {
    SigningKey key = SigningKey.generate(algorithm);

    SigningKey read = SigningKey.read(key.exposePem().getBytes(UTF_8));

    assertThat(read.thumbprint()).isEqualTo(key.thumbprint());
    byte[] input = "TEST".getBytes(UTF_8);
    assertThat(key.publicJwk().verify(input, read.sign(input))).isTrue();
    assertThat(key.publicJwk().verify("other".getBytes(UTF_8), read.sign(input))).isFalse();
  }

  @Test
  void read_sec1_givesTheKey() throws Exception {
    SigningKey key = SigningKey.read(SEC1_TEST.getBytes(UTF_8));

    byte[] input = "TEST".getBytes(UTF_8);
    assertThat(key.algorithm()).isEqualTo(Algorithm.ES256);
    assertThat(key.publicJwk().verify(input, key.sign(input))).isTrue();
  }

  @Test
  void read_privateJwkOfAnotherLibrary_givesTheSameKey() throws Exception {
    ECKey theirs = new ECKeyGenerator(Curve.P_384).generate();

    SigningKey ours = SigningKey.read(theirs.toJSONString().getBytes(UTF_8));

    assertThat(ours.thumbprint()).hasToString(theirs.computeThumbprint().toString());
    assertThat(ours.toString()).doesNotContain(theirs.getD().toString());
  }

  @Test
  void signJws_isTakenByAnotherLibrary_andTheOtherWayRound()
      throws JOSEException,
          ParseException,
          JwkException,
          JwsException,
          MalformedSignatureException {
    ECKey theirs = new ECKeyGenerator(Curve.P_256).generate();
    SigningKey ours = SigningKey.read(theirs.toJSONString().getBytes(UTF_8));
    JsonObject header =
        new JsonObject(Map.of("alg", new JsonString("ES256"), "typ", new JsonString("t")));
    JsonObject claims = new JsonObject(Map.of("a", new JsonString("b")));

    JWSObject byUs = JWSObject.parse(ours.signJws(header, claims));
    assertThat(byUs.verify(new ECDSAVerifier(theirs.toECPublicKey()))).isTrue();

    var byThem =
        new JWSObject(
            new JWSHeader.Builder(JWSAlgorithm.ES256).type(new JOSEObjectType("t")).build(),
            new Payload("{\"a\":\"b\"}"));
    byThem.sign(new ECDSASigner(theirs));
    CompactJws read =
        CompactJws.parse(
            byThem.serialize(),
            new JwsRules(4096, EnumSet.of(Algorithm.ES256), Set.of("t"), false));
    assertThat(read.isSignedBy(ours.publicJwk())).isTrue();
  }

  @Test
  void toJwks_holdsThePublicHalfOnly() throws ParseException {
    SigningKey key = SigningKey.generate(Algorithm.ES256);

    String jwks = new String(key.toJwks("k1"), UTF_8);

    JWK parsed = JWKSet.parse(jwks).getKeyByKeyId("k1");
    assertThat(parsed.isPrivate()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "secret",
        "{}",
        "{\"kty\":\"oct\",\"k\":\"AAAA\"}",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
        "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"
      })
  void read_anythingElse_saysWhatItIs(String text) {
    assertThatExceptionOfType(JwkException.class)
        .isThrownBy(() -> SigningKey.read(text.getBytes(UTF_8)))
        .withMessageMatching(".{10,}");
  }
}
