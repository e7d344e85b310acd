package dev.postern.attestation.jose;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JwksReaderTest {
  // RFC 7515 appendix A.3, RFC 8037 appendix A.2: public test keys
  private static final String EC =
      "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
          + "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"";
  private static final String ED =
      "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"";
  private static final String RSA = "\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"";

  private static Jwks read(String keys) throws JwkException {
    return read(keys, EnumSet.allOf(Algorithm.class));
  }

  private static Jwks read(String keys, Set<Algorithm> allowed) throws JwkException {
    return JwksReader.read(
        ("{\"keys\":[" + keys + "]}").getBytes(UTF_8), "iss", KeyPurpose.TOKEN, allowed);
  }

  @Test
  void read_usableKeys_keepNamesAndPurpose() throws JwkException {
    Jwks set =
        read(
            "{\"kid\":\"a\",\"use\":\"sig\",\"alg\":\"ES256\","
                + EC
                + "},{\"kid\":\"b\","
                + ED
                + "}");

    assertThat(set.keys()).extracting(VerificationKey::kid).containsExactly("a", "b");
    assertThat(set.keys())
        .extracting(VerificationKey::algorithm)
        .containsExactly(Algorithm.ES256, Algorithm.ED25519);
    assertThat(set.skipped()).isEmpty();
  }

  @Test
  void thumbprint_ofRfc8037Key_isTheRfcs() throws JwkException {
    assertThat(read("{\"kid\":\"b\"," + ED + "}").keys().getFirst().key())
        .isInstanceOfSatisfying(
            PublicJwk.class,
            key ->
                assertThat(key.thumbprint())
                    .hasToString("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"));
  }

  @Test
  void read_keysNotForUs_areLeftOutWithASentence() throws JwkException {
    Jwks set =
        read(
            "{\"kid\":\"a\","
                + EC
                + "},{\"kid\":\"e\",\"use\":\"enc\","
                + EC
                + "},{\"kid\":\"o\",\"key_ops\":[\"deriveKey\"],"
                + EC
                + "},{\"kid\":\"r\","
                + RSA
                + "},{\"kid\":\"d\","
                + ED
                + "},{\"kid\":\"m\",\"alg\":\"ES384\","
                + EC
                + "}",
            EnumSet.of(Algorithm.ES256));

    assertThat(set.keys()).extracting(VerificationKey::kid).containsExactly("a");
    assertThat(set.skipped()).hasSize(5);
  }

  @Test
  void read_revokedKey_isKnownAndWithdrawn() throws JwkException {
    Jwks set =
        read(
            "{\"kid\":\"a\"," + EC + "},{\"kid\":\"x\",\"revoked\":{\"revoked_at\":1}," + ED + "}");

    assertThat(set.keys()).hasSize(1);
    assertThat(set.revokedKids()).containsExactly("x");
  }

  @Test
  void read_singleJwkWithoutKid_isNamedByItsThumbprint() throws JwkException {
    Jwks set =
        JwksReader.read(
            ("{" + ED + "}").getBytes(UTF_8),
            "iss",
            KeyPurpose.TOKEN,
            EnumSet.allOf(Algorithm.class));

    assertThat(set.keys().getFirst().kid())
        .isEqualTo("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "{}",
        "{\"kid\":\"a\",\"d\":\"AAAA\"," + EC + "}",
        "{\"kid\":\"a\",\"kty\":\"oct\",\"k\":\"AAAA\"}",
        "{\"kid\":\"a\",\"key_ops\":[\"sign\"]," + EC + "}",
        "{\"kid\":\"a\"," + EC + "},{\"kid\":\"a\"," + ED + "}",
        "{\"kid\":\"a\"," + EC + "},{" + ED + "}",
        "{\"kid\":1," + EC + "}",
        "{\"kid\":\"\"," + EC + "}",
        "{\"kid\":\"a\"," + RSA + "}",
        "{\"kid\":\"a\",\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAA\",\"y\":\"AAAA\"}",
        "{\"kid\":\"a\",\"kty\":\"EC\",\"crv\":\"P-256\","
            + "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
            + "\"y\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\"}",
        "{\"kid\":\"a\",\"kty\":\"OKP\",\"crv\":\"Ed25519\","
            + "\"x\":\"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
        "{\"kid\":\"a\",\"kid\":\"b\"," + EC + "}"
      })
  void read_setWithAFault_isRefusedWhole(String keys) {
    assertThatExceptionOfType(JwkException.class).isThrownBy(() -> read(keys));
  }
}
