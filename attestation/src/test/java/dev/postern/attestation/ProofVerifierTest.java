package dev.postern.attestation;

import static dev.postern.attestation.Workshop.ATTACKER;
import static dev.postern.attestation.Workshop.HOLDER;
import static dev.postern.attestation.Workshop.raw;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.attestation.ProofVerifier.Proof;
import dev.postern.attestation.mint.ProofSigner;
import dev.postern.attestation.mint.SigningKey;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProofVerifierTest {
  private static final X509Certificate SERVER = TestCertificate.of(Workshop.ISSUER_KEY);
  private static final String TOKEN = Workshop.goodToken();
  private static final String SESSION = "s-1";

  private final String challenge =
      Workshop.CHALLENGES.issue(Challenges.Purpose.PROOF, SESSION).challenge();
  private final ProofVerifier proofs = new ProofVerifier(Workshop.CHALLENGES);
  private final ProofSigner.Request request =
      new ProofSigner.Request(
          Workshop.GATEWAY,
          challenge,
          TOKEN,
          SESSION,
          "payments/checkout",
          "dlv",
          List.of("dlv/observe"),
          Optional.of(SERVER));

  private Confirmation byThumbprint() {
    return new Confirmation(Confirmation.Kind.JKT, HOLDER.thumbprint(), Optional.empty());
  }

  private ProofExpectation expected() {
    return new ProofExpectation(
        Workshop.GATEWAY,
        Optional.of(challenge),
        SESSION,
        Digests.base64Url(Digests.sha256(TOKEN)),
        SESSION,
        "payments/checkout",
        "dlv",
        List.of("dlv/observe"),
        Set.of(Digests.certificateSha256(SERVER)));
  }

  private String changed(String name, JsonValue value) {
    var signer = new ProofSigner(HOLDER);
    return HOLDER.signJws(signer.header(), signer.claims(request).with(name, value));
  }

  private Proof check(String proof) {
    return proofs.verify(proof, byThumbprint(), expected());
  }

  private static void assertRefused(Proof proof) {
    assertThat(proof)
        .isInstanceOfSatisfying(
            Proof.Refused.class,
            refused ->
                assertThat(refused.denial().reason()).isEqualTo(Reason.BINDING_PROOF_INVALID));
  }

  @Test
  void verify_goodProof_givesTheKey() {
    assertThat(check(new ProofSigner(HOLDER).sign(request)))
        .isEqualTo(new Proof.Held(HOLDER.publicJwk()));
  }

  @Test
  void verify_withKeyFromToken_needsNoneInTheHeader() {
    var signer = new ProofSigner(HOLDER);
    String proof = HOLDER.signJws(signer.header().without("jwk"), signer.claims(request));
    var byKey =
        new Confirmation(
            Confirmation.Kind.JWK, HOLDER.thumbprint(), Optional.of(HOLDER.publicJwk()));

    assertThat(proofs.verify(proof, byKey, expected())).isInstanceOf(Proof.Held.class);
    assertRefused(check(proof));
  }

  @Test
  void verify_byAnotherKey_isRefused() {
    assertRefused(check(new ProofSigner(ATTACKER).sign(request)));
    var signer = new ProofSigner(HOLDER);
    assertRefused(check(ATTACKER.signJws(signer.header(), signer.claims(request))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"aud", "challenge", "ath", "session_id", "target", "tool", "scopes", "srv"})
  void verify_anyClaimChanged_isRefused(String claim) {
    assertRefused(check(changed(claim, new JsonString("other"))));
    assertRefused(check(changed(claim, JsonNumber.of(1))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"aud", "challenge", "ath", "session_id", "target", "tool", "scopes"})
  void verify_anyRequiredClaimMissing_isRefused(String claim) {
    var signer = new ProofSigner(HOLDER);
    assertRefused(check(HOLDER.signJws(signer.header(), signer.claims(request).without(claim))));
  }

  // as for ListTargets, which is about no session, target or tool
  @Test
  void verify_claimsThatWouldSayNothing_mayBeLeftOut() {
    var signer = new ProofSigner(HOLDER);
    JsonObject claims = signer.claims(request);
    var unbound =
        new ProofExpectation(
            Workshop.GATEWAY,
            Optional.of(challenge),
            SESSION,
            Digests.base64Url(Digests.sha256(TOKEN)),
            "",
            "",
            "",
            List.of(),
            Set.of());
    for (String name : List.of("session_id", "target", "tool", "scopes", "srv")) {
      claims = claims.without(name);
    }

    assertThat(proofs.verify(HOLDER.signJws(signer.header(), claims), byThumbprint(), unbound))
        .isInstanceOf(Proof.Held.class);
    assertRefused(check(HOLDER.signJws(signer.header(), claims)));
  }

  @Test
  void verify_moreOrOtherScopes_isRefused() {
    assertRefused(
        check(changed("scopes", JsonArray.ofStrings(List.of("dlv/observe", "dlv/host")))));
    assertRefused(check(changed("scopes", JsonArray.EMPTY)));
  }

  @Test
  void verify_audAsArray_isRefused() {
    assertRefused(check(changed("aud", JsonArray.ofStrings(List.of(Workshop.GATEWAY)))));
  }

  @Test
  void verify_withoutSrv_isTaken() {
    var signer = new ProofSigner(HOLDER);
    assertThat(check(HOLDER.signJws(signer.header(), signer.claims(request).without("srv"))))
        .isInstanceOf(Proof.Held.class);
  }

  @Test
  void verify_otherTypOrForbiddenHeader_isRefused() {
    var signer = new ProofSigner(HOLDER);
    JsonObject claims = signer.claims(request);
    for (String typ : List.of("JWT", "debug+jwt", "dpop+jwt", "")) {
      assertRefused(
          check(HOLDER.signJws(signer.header().with("typ", new JsonString(typ)), claims)));
    }
    assertRefused(check(HOLDER.signJws(signer.header().with("x5c", JsonArray.EMPTY), claims)));
    assertRefused(
        check(Workshop.signAs(HOLDER, raw(signer.header(), "crit", "[\"x\"]"), raw(claims))));
  }

  @Test
  void verify_privateOrSymmetricJwk_isRefused() {
    var signer = new ProofSigner(HOLDER);
    JsonObject jwk = HOLDER.publicJwk().toJson();
    JsonObject withSecret = jwk.with("d", new JsonString("AAAA"));
    assertRefused(
        check(HOLDER.signJws(signer.header().with("jwk", withSecret), signer.claims(request))));
    assertRefused(
        check(
            HOLDER.signJws(
                signer.header().with("jwk", new JsonString("x")), signer.claims(request))));
  }

  @Test
  void verify_challengeOfAnotherSessionOrPurpose_isRefused() {
    for (Challenges.Issued other :
        List.of(
            Workshop.CHALLENGES.issue(Challenges.Purpose.PROOF, "s-2"),
            Workshop.CHALLENGES.issue(Challenges.Purpose.ATTESTATION, SESSION))) {
      ProofExpectation any =
          new ProofExpectation(
              Workshop.GATEWAY,
              Optional.empty(),
              SESSION,
              expected().ath(),
              SESSION,
              "payments/checkout",
              "dlv",
              List.of("dlv/observe"),
              Set.of());
      String proof = changed("challenge", new JsonString(other.challenge()));
      assertRefused(proofs.verify(proof, byThumbprint(), any));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "a.b.c", "a.b.c.d.e", "Bearer x"})
  void verify_noProof_isRefused(String text) {
    assertRefused(check(text));
  }

  @Test
  void request_toString_hidesTheToken() {
    assertThat(request.toString()).doesNotContain(TOKEN);
    assertThat(SigningKey.generate(HOLDER.algorithm()).toString()).startsWith("SigningKey[ES256 ");
  }
}
