package dev.postern.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.attestation.Digests;
import dev.postern.attestation.evidence.Pins;
import dev.postern.attestation.evidence.cli.EvidenceFormat;
import dev.postern.attestation.evidence.cli.HardwareEvidence;
import dev.postern.attestation.jose.Algorithm;
import dev.postern.attestation.mint.DebugTokenMint;
import dev.postern.attestation.mint.EvidenceRecords;
import dev.postern.attestation.mint.SigningKey;
import dev.postern.gateway.AttachClient.Ended;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.proto.v1.Admitted;
import dev.postern.proto.v1.ChallengePurpose;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens that no issuer signs: the attested key itself, vouched for by a machine's Evidence. */
class SelfAttestedTest {
  private static final FakeSnpMachine MACHINE = new FakeSnpMachine();
  private static final long GOOD_POLICY = 0x30000;
  private static final int MEASUREMENT = 7;
  private static final String SNP = "  hardware: {sevSnp: {products: [Milan]}}\n";
  private static final String POLICY =
      """
      apiVersion: postern.dev/v1
      kind: AccessPolicy
      metadata: {name: machines, owner: shop-leads, description: "Attested workstations"}
      permits:
        - id: workstation
          subjects: {issuers: [self]}
          attestation:
            fresh: true
            anyOf: [{profile: sev-snp, measurements: workstation, minimumTcb: {bootloader: 3, tee: 0, snp: 8, microcode: 115}}]
          targets: {labels: {env: [prod]}}
          tools: [dlv]
          scopes: [dlv/observe]
          session: {max: 2h, idle: 10m, concurrent: 3}
      caps: {session: 8h, tokenLifetime: 15m}
      ---
      apiVersion: postern.dev/v1
      kind: ReferenceValues
      metadata: {name: workstation, owner: shop-leads}
      sets:
        - {id: image, measurements: [{name: measurement, digest: "%s"}]}
      """
          .formatted("07" + "00".repeat(47));

  @TempDir Path folder;
  private TestGateway gateway;
  private final SigningKey holder = SigningKey.generate(Algorithm.ES256);

  @BeforeEach
  void start() {
    gateway = TestGateway.start(folder, taking(SNP), POLICY, MACHINE.roots());
  }

  /** A configuration with these lines in its {@code trust} section. */
  private static UnaryOperator<String> taking(String trust) {
    return text -> text.replace("policies: [policies/]", trust + "policies: [policies/]");
  }

  private void restart(String policy, String trust, Pins roots) {
    gateway.close();
    gateway = TestGateway.start(folder, taking(trust), policy, roots);
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private String challenge() {
    return gateway.challenge(ChallengePurpose.CHALLENGE_PURPOSE_ATTESTATION);
  }

  /** 64 bytes: the key's thumbprint, then the challenge's hash. */
  private static byte[] reportData(SigningKey key, String challenge) {
    byte[] data = new byte[64];
    System.arraycopy(key.thumbprint().bytes(), 0, data, 0, 32);
    if (!challenge.isEmpty()) {
      System.arraycopy(Digests.sha256(challenge), 0, data, 32, 32);
    }
    return data;
  }

  private static EvidenceRecords records(byte[] report, String challenge) throws Exception {
    var records =
        new EvidenceRecords().add(HardwareEvidence.mediaType(EvidenceFormat.SEV_SNP), report);
    for (X509Certificate certificate : MACHINE.certificates()) {
      records.add(EvidenceRecords.CERTIFICATE, certificate.getEncoded());
    }
    return challenge.isEmpty()
        ? records
        : records.add(EvidenceRecords.CHALLENGE, challenge.getBytes(US_ASCII));
  }

  private String token(EvidenceRecords records) {
    return DebugTokenMint.selfAttested(holder)
        .mint(
            new DebugTokenMint.Claims(
                "alice@claimed",
                TestGateway.ID,
                "test-debugger",
                List.of("dlv/observe"),
                List.of("oncall"),
                UUID.randomUUID().toString(),
                gateway.clock.instant(),
                Duration.ofMinutes(10),
                new DebugTokenMint.Vouching.Evidence(records)),
            holder);
  }

  private String goodToken(String challenge) throws Exception {
    byte[] report = MACHINE.report(reportData(holder, challenge), MEASUREMENT, GOOD_POLICY);
    return token(records(report, challenge));
  }

  private AttachClient attempt(String token) throws InterruptedException {
    return gateway.attach().attempt(token, holder, AttachClient.startOf(token).build());
  }

  /** Refused before or after a proof was asked for. */
  private String refusal(String token) throws InterruptedException {
    Ended ended = gateway.attach().start(AttachClient.startOf(token).build()).end();
    return ended.reason();
  }

  @Test
  void evidenceOverTheGatewaysChallenge_isAdmittedAndTheRecordNamesTheMachine() throws Exception {
    AttachClient client = attempt(goodToken(challenge()));

    Admitted admitted = client.response().getAdmitted();
    assertThat(admitted.getScopesList()).containsExactly("dlv/observe");
    assertThat(admitted.getSimulated()).isFalse();
    assertThat(client.data("hello").text()).isEqualTo("hello");
    JsonObject entry = gateway.events("admission.granted").getFirst();
    assertThat(entry.string("subject")).contains("key:" + holder.thumbprint());
    assertThat(entry.string("claimed_subject")).contains("alice@claimed");
    assertThat(entry.has("groups")).isFalse();
    assertThat(entry.string("attestation")).contains("sev-snp");
    assertThat(entry.string("hwmodel")).contains("AMD Milan");
    assertThat(entry.string("machine")).contains("chip:" + MACHINE.chip());
    assertThat(entry.array("measurements").flatMap(list -> list.strings()).orElseThrow())
        .contains("measurement=07" + "00".repeat(47));
    assertThat(entry.array("tcb").flatMap(list -> list.strings()).orElseThrow())
        .contains("snp=8", "microcode=115");
  }

  @Test
  void evidenceOfAnotherMeasurement_isDenied() throws Exception {
    String challenge = challenge();
    byte[] report = MACHINE.report(reportData(holder, challenge), MEASUREMENT + 1, GOOD_POLICY);

    assertThat(attempt(token(records(report, challenge))).end().reason())
        .isEqualTo("ATT_MEASUREMENT_MISMATCH");
  }

  @Test
  @ThreatTest(row = 89, code = "ATT_KEY_MISMATCH")
  void evidenceForAnotherKey_isDenied() throws Exception {
    String challenge = challenge();
    byte[] data = reportData(SigningKey.generate(Algorithm.ES256), challenge);

    assertThat(refusal(token(records(MACHINE.report(data, MEASUREMENT, GOOD_POLICY), challenge))))
        .isEqualTo("ATT_KEY_MISMATCH");
  }

  @Test
  void evidenceOverAForeignOrStaleChallenge_isDenied() throws Exception {
    assertThat(refusal(goodToken("A".repeat(68)))).isEqualTo("ATT_NONCE_MISMATCH");
    String stale = challenge();
    gateway.clock.pass(Duration.ofMinutes(5));
    assertThat(refusal(goodToken(stale))).isEqualTo("ATT_NONCE_MISMATCH");
    // a live challenge beside Evidence over another
    byte[] other = MACHINE.report(reportData(holder, challenge()), MEASUREMENT, GOOD_POLICY);
    assertThat(refusal(token(records(other, challenge())))).isEqualTo("ATT_NONCE_MISMATCH");
  }

  @Test
  void evidenceWithoutChallenge_isNotFresh() throws Exception {
    assertThat(attempt(goodToken("")).end().reason()).isEqualTo("ATT_NONCE_MISMATCH");
  }

  @Test
  @ThreatTest(row = 89, code = "ATT_DEBUG_ENABLED")
  void guestThatMayBeDebugged_isDenied() throws Exception {
    String challenge = challenge();
    byte[] report = MACHINE.report(reportData(holder, challenge), MEASUREMENT, 0xb0000);

    assertThat(refusal(token(records(report, challenge)))).isEqualTo("ATT_DEBUG_ENABLED");
  }

  @Test
  void rootThatOnlyLooksLikeTheVendors_isDenied() throws Exception {
    restart(POLICY, SNP, Pins.builtIn());

    assertThat(refusal(goodToken(challenge()))).isEqualTo("ATT_CHAIN_INVALID");
  }

  @Test
  void familyThatIsNotConfigured_isDenied() throws Exception {
    restart(POLICY, "  hardware: {nitro: {}}\n", MACHINE.roots());

    assertThat(refusal(goodToken(challenge()))).isEqualTo("ATT_EVIDENCE_UNSUPPORTED");
  }

  @Test
  void permitForAnIssuersSubjects_neverMatchesAKey() throws Exception {
    restart(
        POLICY.replace(
            "issuers: [self]", "issuers: [\"https://sts.test\"], users: [alice@claimed]"),
        SNP,
        MACHINE.roots());

    assertThat(attempt(goodToken(challenge())).end().reason()).isEqualTo("SUBJECT_UNKNOWN");
  }

  @Test
  void sameTokenWithAnotherKey_isNoProof() throws Exception {
    String token = goodToken(challenge());
    attempt(token).response();
    var other = SigningKey.generate(Algorithm.ES256);

    assertThat(
            gateway
                .attach()
                .attempt(token, other, AttachClient.startOf(token).build())
                .end()
                .reason())
        .startsWith("BINDING_");
  }
}
