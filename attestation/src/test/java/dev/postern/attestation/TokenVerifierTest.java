package dev.postern.attestation;

import static dev.postern.attestation.Workshop.EAT;
import static dev.postern.attestation.Workshop.HOLDER;
import static dev.postern.attestation.Workshop.MINT;
import static dev.postern.attestation.Workshop.NOW;
import static dev.postern.attestation.Workshop.around;
import static dev.postern.attestation.Workshop.claims;
import static dev.postern.attestation.Workshop.goodToken;
import static dev.postern.attestation.Workshop.quoted;
import static dev.postern.attestation.Workshop.resultClaims;
import static dev.postern.attestation.Workshop.trust;
import static dev.postern.attestation.Workshop.verifier;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.attestation.jose.Algorithm;
import dev.postern.attestation.jose.Base64Url;
import dev.postern.attestation.jose.KeyPurpose;
import dev.postern.attestation.mint.DebugTokenMint;
import dev.postern.attestation.mint.SigningKey;
import dev.postern.attestation.mint.SimulatedVerifier;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TokenVerifierTest {
  @Test
  void verify_goodToken_handsOnItsClaims() {
    VerifiedToken token = verified(goodToken());

    assertThat(token.subject()).isEqualTo(new Subject.Known(Workshop.ISSUER, "alice@example.com"));
    assertThat(token.groups()).containsExactly("payments-oncall");
    assertThat(token.jti()).isEqualTo("jti-1");
    assertThat(token.issuedAt()).isEqualTo(NOW);
    assertThat(token.expiresAt()).isEqualTo(NOW.plus(Workshop.LIFETIME));
    assertThat(token.confirmation().thumbprint()).isEqualTo(HOLDER.thumbprint());
    AttestationFacts facts = token.attestation();
    assertThat(facts.profile()).isEqualTo("eat");
    assertThat(facts.verifier()).isEqualTo(Workshop.VERIFIER);
    assertThat(facts.debugStatus()).isEqualTo(DebugStatus.DISABLED_SINCE_BOOT);
    assertThat(facts.simulated()).isFalse();
    assertThat(facts.fresh()).isFalse();
  }

  @Test
  void verify_toString_holdsNoToken() {
    String text = goodToken();

    assertThat(verified(text).toString()).doesNotContain(Workshop.segment(text, 2));
  }

  // row 19 and 51: the store that refuses the second one is the gateway's
  @Test
  void replayKey_ofTwin_isEqual() {
    String twin = SignatureThreats.twin(SignatureThreats.TOKEN);

    assertThat(twin).isNotEqualTo(SignatureThreats.TOKEN);
    assertThat(verified(twin).replayKey()).isEqualTo(verified(SignatureThreats.TOKEN).replayKey());
    assertThat(verified(twin).tokenSha256())
        .isNotEqualTo(verified(SignatureThreats.TOKEN).tokenSha256());
  }

  @Test
  void replayKey_ofNewTokenWithUsedJti_isEqual() {
    String other = MINT.sign(claims().with("sub", new JsonString("bob@example.com")));

    assertThat(verified(other).replayKey()).isEqualTo(verified(goodToken()).replayKey());
  }

  @Test
  void replayKey_ofAnotherJtiOrOwner_differs() {
    String other = MINT.sign(claims().with("jti", new JsonString("jti-2")));
    String self = Workshop.SELF.sign(Workshop.selfClaims());

    assertThat(verified(other).replayKey()).isNotEqualTo(verified(goodToken()).replayKey());
    assertThat(verified(self).replayKey()).isNotEqualTo(verified(goodToken()).replayKey());
  }

  // row 64: policy grants or denies exactly these
  @Test
  void scopes_areHandedOnUnchanged() {
    String token =
        MINT.sign(
            claims().with("scope", JsonArray.ofStrings(List.of("dlv/observ", "dlv/observes"))));

    assertThat(verified(token).scopes()).containsExactly("dlv/observ", "dlv/observes");
  }

  // row 69: policy knows the ids
  @Test
  void debuggerId_isHandedOnUnchanged() {
    String token = MINT.sign(claims().with("debugger_id", new JsonString("VSCODE-remote")));

    assertThat(verified(token).debuggerId()).isEqualTo("VSCODE-remote");
  }

  // row 83: policy denies with ATT_NONCE_MISMATCH what is not fresh, where a permit asks for it
  @Test
  void fresh_withLiveChallengeOnly() {
    String live = Workshop.CHALLENGES.issue(Challenges.Purpose.ATTESTATION, "").challenge();
    String proof = Workshop.CHALLENGES.issue(Challenges.Purpose.PROOF, "").challenge();
    String foreign =
        new Challenges("TEST key of somebody else entirely".getBytes(UTF_8), Workshop.at(NOW))
            .issue(Challenges.Purpose.ATTESTATION, "")
            .challenge();
    String old =
        new Challenges(new byte[32], Workshop.at(NOW.minus(Duration.ofMinutes(5))))
            .issue(Challenges.Purpose.ATTESTATION, "")
            .challenge();
    String thumbprint = HOLDER.thumbprint().toString();

    assertThat(freshWith(quoted(live))).isTrue();
    assertThat(freshWith("[" + quoted(thumbprint) + "," + quoted(live) + "]")).isTrue();
    assertThat(freshWith("[" + quoted("another-nonce") + "," + quoted(live) + "]")).isFalse();
    assertThat(freshWith("[" + quoted(live) + "," + quoted(live) + "]")).isFalse();
    assertThat(freshWith(quoted(proof))).isFalse();
    assertThat(freshWith(quoted(foreign))).isFalse();
    assertThat(freshWith(quoted(old))).isFalse();
    assertThat(freshWith(quoted("jkd8KL-8=Qlzg4"))).isFalse();
    assertThat(freshWith("[]")).isFalse();
  }

  private static boolean freshWith(String rawNonce) {
    return verified(Workshop.withResultClaim("eat_nonce", rawNonce)).attestation().fresh();
  }

  // row 87: policy compares; several values stay several
  @Test
  void measurements_keepTheirNamesAndEveryValue() {
    assertThat(measurements("{\"kernel\":\"aa\",\"initrd\":[\"bb\",\"cc\"]}"))
        .isEqualTo(Map.of("kernel", List.of("aa"), "initrd", List.of("bb", "cc")));
    assertThat(measurements("[[\"kernel\",\"aa\"],[258,\"bb\"],[\"kernel\",\"cc\"]]"))
        .isEqualTo(Map.of("kernel", List.of("aa", "cc"), "258", List.of("bb")));
    assertThat(measurements("[{\"name\":\"kernel\",\"value\":\"aa\"}]"))
        .isEqualTo(Map.of("kernel", List.of("aa")));
    assertThat(measurements("7")).isEmpty();
    assertThat(measurements("{\"kernel\":1}")).isEmpty();
  }

  private static Map<String, List<String>> measurements(String raw) {
    return verified(Workshop.withResultClaim("measurements", raw)).attestation().measurements();
  }

  @Test
  void verify_selfAttested_isItsKeyAndHasNoGroups() {
    VerifiedToken token = verified(Workshop.SELF.sign(Workshop.selfClaims()));

    assertThat(token.subject()).isEqualTo(new Subject.SelfAttested(HOLDER.thumbprint()));
    assertThat(token.subject()).hasToString("key:" + HOLDER.thumbprint());
    assertThat(token.groups()).isEmpty();
    assertThat(token.claimedGroups()).containsExactly("payments-oncall");
    assertThat(token.claimedSub()).isEqualTo("alice@example.com");
  }

  @Test
  void verify_selfAttestedWithKidOfItsOwn_isTaken() {
    String token =
        HOLDER.signJws(
            Workshop.SELF.header().with("kid", new JsonString(HOLDER.thumbprint().toString())),
            Workshop.selfClaims());

    assertThat(verified(token).selfAttested()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(
      value = Algorithm.class,
      names = {"ES256", "ES384", "ED25519"})
  void verify_everyAlgorithm_worksForIssuerVerifierAndHolder(Algorithm algorithm) {
    var issuerKey = SigningKey.generate(algorithm);
    var verifierKey = SigningKey.generate(algorithm);
    var holder = SigningKey.generate(algorithm);
    TrustSettings trust =
        TrustSettings.forGateway(Workshop.GATEWAY)
            .issuer(new TrustSettings.Issuer("i", Set.of(algorithm)))
            .verifier(new TrustSettings.Verifier("v", TrustSettings.Profile.EAT, Set.of(algorithm)))
            .build();
    FixedKeySets keys =
        FixedKeySets.ofKeys(
            issuerKey.verificationKey("i", "1", KeyPurpose.TOKEN),
            verifierKey.verificationKey("v", "1", KeyPurpose.ATTESTATION));
    String result =
        new SimulatedVerifier("v", verifierKey, "1")
            .eat(
                SimulatedVerifier.Result.good(holder.thumbprint(), NOW, Workshop.GATEWAY), "tag:x");
    String token =
        DebugTokenMint.ofIssuer("i", issuerKey, "1").mint(Workshop.claimsWith(result), holder);
    String self = DebugTokenMint.selfAttested(holder).mint(Workshop.claimsWith(result), holder);
    TokenVerifier tokens = new TokenVerifier(trust, keys, Workshop.at(NOW));

    assertThat(tokens.verify(token)).isInstanceOf(Verification.Verified.class);
    assertThat(tokens.verify(self)).isInstanceOf(Verification.Verified.class);
  }

  @Test
  void verify_certificateBinding_comparesWithTheConnection() {
    X509Certificate leaf = TestCertificate.of(HOLDER);
    String digest = Digests.certificateSha256(leaf);
    String token = Workshop.withClaim("cnf", "{\"x5t#S256\":" + quoted(digest) + "}");

    Verification got = verifier().verify(token, CallerContext.withCertificate(leaf));

    assertThat(got)
        .isInstanceOfSatisfying(
            Verification.Verified.class,
            verified -> {
              Confirmation confirmation = verified.token().confirmation();
              assertThat(confirmation.kind()).isEqualTo(Confirmation.Kind.X5T_S256);
              assertThat(confirmation.thumbprint()).isEqualTo(HOLDER.thumbprint());
            });
    assertThat(denied(verifier().verify(token))).isEqualTo(Reason.BINDING_MISMATCH);
  }

  // so that the proof need not bring the key (RFC 7800 §3.1 lets the result name it whole)
  @Test
  void verify_thumbprintOnly_takesTheKeyThatTheResultHolds() {
    JsonObject jwk = new JsonObject(Map.of("jwk", HOLDER.publicJwk().toJson()));
    String result = EAT.sign(Workshop.resultClaims().with("cnf", jwk));
    String token = MINT.sign(Workshop.claimsWithResult(result));
    TokenVerifier verifier = verifier();

    for (int use = 0; use < 2; use++) {
      assertThat(verifier.verify(token))
          .isInstanceOfSatisfying(
              Verification.Verified.class,
              it -> assertThat(it.token().confirmation().key()).contains(HOLDER.publicJwk()));
    }
    assertThat(verified(goodToken()).confirmation().key()).isEmpty();
  }

  @Test
  void verify_simulated_whereAllowed_saysSo() {
    Verification got =
        verifier(trust().allowSimulated(true).build())
            .verify(around(Workshop.SIM.simulated(Workshop.result())));

    assertThat(got)
        .isInstanceOfSatisfying(
            Verification.Verified.class,
            verified -> assertThat(verified.token().attestation().simulated()).isTrue());
  }

  @Test
  void verify_earWithoutCnf_bindsByKeyAttestationOrNonce() {
    String akpub = Base64Url.encode(HOLDER.publicJwk().toSpki());
    String submods =
        "{\"d\":{\"ear.status\":\"affirming\",\"ear.veraison.key-attestation\":{\"akpub\":"
            + quoted(akpub)
            + "}}}";
    String withKey =
        Workshop.signAs(
            Workshop.EAR_KEY,
            Workshop.raw(Workshop.EAR.header()),
            Workshop.raw(Workshop.earClaims().without("cnf"), "submods", submods));
    String withNonce =
        Workshop.EAR.sign(
            Workshop.earClaims()
                .without("cnf")
                .with("eat_nonce", new JsonString(HOLDER.thumbprint().toString())));
    String withNeither = Workshop.EAR.sign(Workshop.earClaims().without("cnf"));
    String empty =
        Workshop.signAs(
            Workshop.EAR_KEY,
            Workshop.raw(Workshop.EAR.header()),
            Workshop.raw(
                Workshop.earClaims().without("cnf"),
                "submods",
                "{\"d\":{\"ear.status\":\"affirming\",\"ear.veraison.key-attestation\":{}}}"));

    assertThat(verified(around(withKey)).attestation().status()).contains("affirming");
    assertThat(verified(around(withNonce)).attestation().status()).contains("affirming");
    assertThat(denied(verifier().verify(around(withNeither)))).isEqualTo(Reason.ATT_KEY_MISMATCH);
    assertThat(denied(verifier().verify(around(empty)))).isEqualTo(Reason.ATT_KEY_MISMATCH);
  }

  @Test
  void verify_earWarning_onlyWhereAccepted() {
    TrustSettings accepting =
        trust()
            .verifier(
                new TrustSettings.Verifier(
                    Workshop.EAR_VERIFIER,
                    TrustSettings.Profile.EAR,
                    Set.of(Algorithm.ES384),
                    Duration.ofMinutes(5),
                    new TrustSettings.Audience.Gateway(),
                    Set.of(),
                    true))
            .build();
    String token =
        around(Workshop.EAR.ear(Workshop.result(), SimulatedVerifier.EAR_DOTTED, "warning"));

    assertThat(verifier(accepting).verify(token)).isInstanceOf(Verification.Verified.class);
    assertThat(denied(verifier().verify(token))).isEqualTo(Reason.ATT_STATUS);
  }

  @Test
  void verify_onTheEdges_ofEveryTime() {
    Duration skew = TrustSettings.DEFAULT_SKEW;
    Instant end = NOW.plus(Workshop.LIFETIME).plus(skew);
    String token = goodToken();
    TrustSettings patient =
        trust()
            .verifier(
                new TrustSettings.Verifier(
                    Workshop.VERIFIER,
                    TrustSettings.Profile.EAT,
                    Set.of(Algorithm.ES256),
                    Duration.ofHours(1),
                    new TrustSettings.Audience.Gateway(),
                    Set.of(),
                    false))
            .build();
    String longResult =
        EAT.sign(resultClaims().with("exp", Workshop.number(NOW.plus(Duration.ofHours(1)))));
    String longToken = around(longResult);

    assertThat(at(patient, end.minusMillis(1), longToken)).isEmpty();
    assertThat(at(patient, end, longToken)).contains(Reason.CLAIM_EXPIRED);
    assertThat(at(patient, NOW.minus(skew), token)).isEmpty();
    assertThat(at(patient, NOW.minus(skew).minusMillis(1), token))
        .contains(Reason.CLAIM_IAT_FUTURE);
    assertThat(at(trust().build(), NOW.plus(Duration.ofMinutes(5)), longToken)).isEmpty();
    assertThat(at(trust().build(), NOW.plus(Duration.ofMinutes(5)).plusMillis(1), longToken))
        .contains(Reason.ATT_STALE);
  }

  private static Optional<Reason> at(TrustSettings trust, Instant now, String token) {
    return switch (new TokenVerifier(trust, Workshop.keys(), Workshop.at(now)).verify(token)) {
      case Verification.Verified verified -> Optional.empty();
      case Verification.Denied(Reason reason, String detail) -> Optional.of(reason);
    };
  }

  @Test
  void verify_resultSeenBefore_isJudgedAnew() {
    var now = new AtomicReference<>(NOW);
    var keys = new AtomicReference<KeySets>(Workshop.keys());
    TokenVerifier tokens =
        new TokenVerifier(
            trust().build(),
            (issuer, kid, purpose) -> keys.get().find(issuer, kid, purpose),
            now::get);
    String result = EAT.sign(resultClaims());
    String token = around(result);
    String stolen =
        MINT.sign(
            MINT.toJson(
                Workshop.claimsWith(result),
                Workshop.cnf("jkt", Workshop.ATTACKER.thumbprint().toString())));

    assertThat(tokens.verify(token)).isInstanceOf(Verification.Verified.class);
    assertThat(tokens.verify(token)).isInstanceOf(Verification.Verified.class);
    assertThat(denied(tokens.verify(stolen))).isEqualTo(Reason.ATT_KEY_MISMATCH);

    now.set(NOW.plus(Duration.ofMinutes(5)).plusSeconds(1));
    assertThat(denied(tokens.verify(token))).isEqualTo(Reason.ATT_STALE);

    now.set(NOW);
    keys.set(
        (issuer, kid, purpose) ->
            purpose == KeyPurpose.ATTESTATION
                ? KeySets.REVOKED
                : Workshop.keys().find(issuer, kid, purpose));
    assertThat(denied(tokens.verify(token))).isEqualTo(Reason.ATT_VERIFIER_UNTRUSTED);
  }

  @Test
  void verify_revokedOrUnavailableKeys_failClosed() {
    assertThat(deniedWithKeys(KeySets.REVOKED)).isEqualTo(Reason.SIG_KEY_REVOKED);
    assertThat(deniedWithKeys(KeySets.UNAVAILABLE)).isEqualTo(Reason.INTERNAL_KEYS_UNAVAILABLE);
    assertThat(deniedWithKeys(KeySets.UNKNOWN)).isEqualTo(Reason.HEADER_KID_UNKNOWN);
  }

  private static Reason deniedWithKeys(KeySets.Lookup lookup) {
    return denied(
        new TokenVerifier(trust().build(), (issuer, kid, purpose) -> lookup, Workshop.at(NOW))
            .verify(goodToken()));
  }

  @Test
  void verify_twoIssuersWithOneKid_choosesByIss() {
    var otherKey = SigningKey.generate(Algorithm.ES256);
    TrustSettings two =
        trust().issuer(new TrustSettings.Issuer("https://other", Set.of(Algorithm.ES256))).build();
    KeySets both =
        (issuer, kid, purpose) ->
            issuer.equals("https://other")
                ? new KeySets.Lookup.Found(otherKey.verificationKey(issuer, kid, purpose))
                : Workshop.keys().find(issuer, kid, purpose);
    TokenVerifier tokens = new TokenVerifier(two, both, Workshop.at(NOW));
    DebugTokenMint other = DebugTokenMint.ofIssuer("https://other", otherKey, "sts-1");
    String claimsOther = other.mint(Workshop.claimsWith(EAT.sign(resultClaims())), HOLDER);

    assertThat(tokens.verify(goodToken())).isInstanceOf(Verification.Verified.class);
    assertThat(tokens.verify(claimsOther)).isInstanceOf(Verification.Verified.class);
    assertThat(denied(tokens.verify(other.sign(claims())))).isEqualTo(Reason.SIG_INVALID);
  }

  @Test
  void verify_typJwt_onlyForIssuersThatMay() {
    String token = Workshop.withHeader("typ", "\"JWT\"");
    TrustSettings generic =
        trust()
            .issuer(new TrustSettings.Issuer(Workshop.ISSUER, Set.of(Algorithm.ES256), true))
            .build();

    assertThat(verifier(generic).verify(token)).isInstanceOf(Verification.Verified.class);
    // row 49 with such an issuer
    assertThat(
            denied(
                verifier(generic)
                    .verify(
                        Workshop.signAs(
                            Workshop.VERIFIER_KEY,
                            Workshop.raw(EAT.header(), "typ", "\"JWT\""),
                            Workshop.raw(resultClaims())))))
        .isEqualTo(Reason.HEADER_TYP_MISMATCH);
  }

  @Test
  void verify_bugBehindTheDoor_isADenial() {
    TokenVerifier tokens =
        new TokenVerifier(
            trust().build(),
            (issuer, kid, purpose) -> {
              throw new IllegalStateException("TEST");
            },
            Workshop.at(NOW));

    assertThat(denied(tokens.verify(goodToken()))).isEqualTo(Reason.INTERNAL_ERROR);
  }

  @Test
  void verify_emptyOrWithoutAClock_failsClosed() {
    assertThat(denied(verifier().verify(""))).isEqualTo(Reason.TOKEN_MISSING);
    assertThat(
            denied(
                new TokenVerifier(trust().build(), Workshop.keys(), Workshop.at(Instant.EPOCH))
                    .verify(goodToken())))
        .isEqualTo(Reason.INTERNAL_CLOCK);
  }

  private static VerifiedToken verified(String token) {
    return switch (verifier().verify(token)) {
      case Verification.Verified(VerifiedToken good) -> good;
      case Verification.Denied denied -> throw new AssertionError(denied.toString());
    };
  }

  private static Reason denied(Verification verification) {
    return switch (verification) {
      case Verification.Verified verified -> throw new AssertionError("was verified");
      case Verification.Denied(Reason reason, String detail) -> reason;
    };
  }
}
