package dev.postern.attestation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.postern.attestation.jose.Algorithm;
import dev.postern.attestation.jose.CompactJws;
import dev.postern.attestation.jose.Jwks;
import dev.postern.attestation.jose.JwksReader;
import dev.postern.attestation.jose.JwsRules;
import dev.postern.attestation.jose.KeyPurpose;
import dev.postern.attestation.jose.VerifyingKey;
import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** EARs of the Veraison project, where the folder with the samples stands beside the checkout. */
class EarVectorsTest {
  private static byte[] sample(String name) throws IOException {
    Path folder = Path.of("").toAbsolutePath();
    while (folder != null && !Files.isDirectory(folder.resolve("shared/vectors/eat/ear"))) {
      folder = folder.getParent();
    }
    assumeTrue(folder != null, "no samples: ../shared/vectors/eat/ear is not here");
    return Files.readAllBytes(folder.resolve("shared/vectors/eat/ear").resolve(name));
  }

  @Test
  void earEs256_signatureHolds() throws Exception {
    String jwt = new String(sample("ear-es256.jwt"), UTF_8).strip();
    Jwks keys =
        JwksReader.read(
            sample("ear-es256.pub.jwk"),
            "x",
            KeyPurpose.ATTESTATION,
            EnumSet.allOf(Algorithm.class));
    VerifyingKey key = keys.keys().getFirst().key();

    CompactJws jws =
        CompactJws.parse(
            jwt, new JwsRules(64 * 1024, EnumSet.of(Algorithm.ES256), Set.of("JWT"), false));

    assertThat(jws.isSignedBy(key)).isTrue();
    assertThat(jws.claims().has("exp")).isFalse();
  }

  // it names no key and no issuer, and never expires: nobody may take it
  @Test
  void earEs256_inAToken_isRefused() throws Exception {
    String jwt = new String(sample("ear-es256.jwt"), UTF_8).strip();

    assertThat(Workshop.verifier().verify(Workshop.around(jwt)))
        .isInstanceOfSatisfying(
            Verification.Denied.class,
            denied -> assertThat(denied.reason()).isEqualTo(Reason.ATT_VERIFIER_UNTRUSTED));
  }

  @Test
  void earClaims_givenAnExpiry_areJudgedAsTheirOriginSays() throws Exception {
    assertThat(judge("ear-claims-tv-ok.json")).isInstanceOf(Verification.Verified.class);
    assertThat(judge("ear-claims-key-attestation-ko.json"))
        .isInstanceOfSatisfying(
            Verification.Denied.class,
            denied -> assertThat(denied.reason()).isEqualTo(Reason.ATT_STATUS));
    // its akpub is another key than this caller's
    JsonObject ok = claims("ear-claims-key-attestation-ok.json").without("cnf");
    assertThat(Workshop.verifier().verify(Workshop.around(Workshop.EAR.sign(ok))))
        .isInstanceOfSatisfying(
            Verification.Denied.class,
            denied -> assertThat(denied.reason()).isEqualTo(Reason.ATT_KEY_MISMATCH));
    assertThat(judge("ear-claims-key-attestation-ok.json"))
        .isInstanceOf(Verification.Verified.class);
  }

  private static Verification judge(String name) throws Exception {
    return Workshop.verifier().verify(Workshop.around(Workshop.EAR.sign(claims(name))));
  }

  /** The sample's claims, with what a gateway cannot do without, as of now. */
  private static JsonObject claims(String name) throws Exception {
    return JsonReader.readObject(sample(name), JsonLimits.TOKEN)
        .with("iss", new JsonString(Workshop.EAR_VERIFIER))
        .with("iat", Workshop.number(Workshop.NOW))
        .with("exp", Workshop.number(Workshop.NOW.plus(Duration.ofMinutes(5))))
        .with(
            "cnf",
            new JsonObject(Map.of("jkt", new JsonString(Workshop.HOLDER.thumbprint().toString()))));
  }
}
