package dev.postern.gateway;

import static dev.postern.gateway.AdmissionTest.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.attestation.mint.SigningKey;
import dev.postern.proto.v1.AttachStart;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that change under a running gateway, and what that does to those who are in. */
class ReloadTest {
  @TempDir Path folder;
  private TestGateway gateway;

  @BeforeEach
  void start() {
    gateway = TestGateway.start(folder);
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private void assertEndsWhenConfigured(UnaryOperator<String> change) throws Exception {
    AttachClient client = gateway.attach();
    client.admitted(gateway);

    gateway.reconfigure(change);

    assertThat(client.end().reason()).isEqualTo("SESSION_POLICY_CHANGED");
    assertThat(gateway.events("config.loaded")).hasSize(1);
    await(() -> !gateway.events("session.ended").isEmpty());
    assertThat(gateway.events("session.ended").getFirst().string("reason"))
        .contains("SESSION_POLICY_CHANGED");
  }

  private static UnaryOperator<String> lineWithout(String start) {
    return text ->
        text.lines()
                .filter(line -> !line.strip().startsWith(start))
                .collect(java.util.stream.Collectors.joining("\n"))
            + "\n";
  }

  @Test
  void session_issuerRemoved_ends() throws Exception {
    assertEndsWhenConfigured(lineWithout("issuers:"));
  }

  @Test
  void session_verifierRemoved_ends() throws Exception {
    assertEndsWhenConfigured(lineWithout("verifiers:"));
  }

  @Test
  void session_simulationNoLongerAllowed_ends() throws Exception {
    assertEndsWhenConfigured(lineWithout("allowSimulated:"));
  }

  @Test
  void session_targetRemoved_ends() throws Exception {
    assertEndsWhenConfigured(lineWithout("- {name: shop/app"));
  }

  @Test
  void session_targetsLabelChanged_ends() throws Exception {
    assertEndsWhenConfigured(text -> text.replace("env: prod", "env: staging"));
  }

  @Test
  void session_verifiersKeyWithdrawn_ends() throws Exception {
    AttachClient client = gateway.attach();
    client.admitted(gateway);

    Files.write(folder.resolve("verifier.jwks.json"), gateway.issuerKey.toJwks("another"));
    gateway.clock.pass(Duration.ofSeconds(1));

    assertThat(client.end().reason()).isEqualTo("SESSION_POLICY_CHANGED");
  }

  /** Changes something after the decision on a session and before the registry knows it. */
  private void assertDeniedWhenChangedWhileOpening(Change change, String event) throws Exception {
    gateway.policy(RECORDED);
    await(() -> gateway.events("policy.loaded").size() == 2);
    int before = gateway.events(event).size();
    gateway.whileOpening =
        () -> {
          try {
            change.make();
            await(() -> gateway.events(event).size() > before);
            // this one, and the upkeep's own, which may come a little after the event
            long judged = gateway.gateway().sessions().judgements();
            gateway.gateway().judgeSessions();
            await(() -> gateway.gateway().sessions().judgements() > judged);
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        };
    String token = gateway.token();
    AttachStart start = AttachClient.startOf(token).build();

    var ended = gateway.attach().attempt(token, gateway.holder, start).end();

    assertThat(ended.reason()).isEqualTo("SESSION_POLICY_CHANGED");
    assertThat(gateway.tools.opened).isEmpty();
    await(() -> gateway.gateway().sessions().sessions().isEmpty());
    assertThat(gateway.store.sessions()).isEmpty();
    assertThat(gateway.events("admission.failed")).hasSize(1);
  }

  private interface Change {
    void make() throws Exception;
  }

  private static final String RECORDED =
      TestGateway.POLICY.replace(
          "session: {max: 2h", "obligations: {record: metadata}\n    session: {max: 2h");

  @Test
  void admission_policyChangedBeforeItsSessionIsKnown_isDenied() throws Exception {
    assertDeniedWhenChangedWhileOpening(
        () -> gateway.policy(RECORDED.replace("env: [prod]", "env: [dev]")), "policy.loaded");
  }

  @Test
  void admission_issuerRemovedBeforeItsSessionIsKnown_isDenied() throws Exception {
    assertDeniedWhenChangedWhileOpening(
        () -> gateway.reconfigure(lineWithout("issuers:")), "config.loaded");
  }

  @Test
  void admission_harmlessChangeBeforeItsSessionIsKnown_goesOn() throws Exception {
    gateway.policy(RECORDED);
    await(() -> gateway.events("policy.loaded").size() == 2);
    gateway.whileOpening = () -> gateway.gateway().judgeSessions();

    assertThat(gateway.attach().admitted(gateway).getSessionId()).startsWith("S-");
  }

  @Test
  void config_broken_leavesTheLastGoodInForce() throws Exception {
    AttachClient client = gateway.attach();
    client.admitted(gateway);

    gateway.reconfigure(text -> text + "nonsense: true\n");

    await(() -> !gateway.events("config.refused").isEmpty());
    assertThat(client.data("still here").text()).isEqualTo("still here");
    assertThat(gateway.attach().admitted(gateway).getSessionId()).startsWith("S-");
  }

  @Test
  void config_targetAdded_isServed() throws Exception {
    gateway.reconfigure(
        text ->
            text.replace(
                "  - {name: shop/dev",
                "  - {name: shop/new, labels: {env: prod}, endpoints: {dlv:"
                    + " \"tcp://127.0.0.1:1\"}}\n"
                    + "  - {name: shop/dev"));
    await(() -> !gateway.events("config.loaded").isEmpty());
    String token = gateway.token();
    AttachStart start = AttachClient.startOf(token).setTarget("shop/new").build();

    assertThat(
            gateway
                .attach()
                .attempt(token, gateway.holder, start)
                .response()
                .getAdmitted()
                .getTarget())
        .isEqualTo("shop/new");
  }

  @Test
  void tokenLifetime_followsTheCapOfThePolicies() throws Exception {
    SigningKey key = gateway.holder;
    String tooLong = gateway.token("alice@test", Duration.ofMinutes(20), key);
    AttachStart start = AttachClient.startOf(tooLong).build();
    assertThat(gateway.attach().start(start).end().reason()).isEqualTo("CLAIM_LIFETIME_EXCEEDED");

    gateway.policy(TestGateway.POLICY.replace("tokenLifetime: 15m", "tokenLifetime: 30m"));
    await(() -> gateway.gateway().tokenLifetime().equals(Duration.ofMinutes(30)));

    assertThat(
            gateway.attach().attempt(tooLong, key, start).response().getAdmitted().getSessionId())
        .startsWith("S-");
    gateway.reconfigure(
        text ->
            text.replace("allowSimulated: true", "allowSimulated: true\n  maxTokenLifetime: 5m"));
    await(() -> gateway.gateway().tokenLifetime().equals(Duration.ofMinutes(5)));
    assertThat(gateway.attach().start(start).end().reason()).isEqualTo("CLAIM_LIFETIME_EXCEEDED");
    // the session that is in keeps the lifetime it came with
    gateway.gateway().judgeSessions();
    assertThat(gateway.gateway().sessions().sessions()).hasSize(1);
  }

  @Test
  void certificate_renewed_isServedWithoutRestart() throws Exception {
    AttachClient before = gateway.attach();
    before.admitted(gateway);

    TestCertificates renewed =
        TestCertificates.make("localhost")
            .writeTo(folder.resolve("tls.crt"), folder.resolve("tls-TEST.key"));

    await(() -> served().equals(Optional.of(renewed.certificate())));
    assertThat(before.data("still here").text()).isEqualTo("still here");
    // a proof over the connection from before names the certificate from before
    assertThat(gateway.attach().admitted(gateway).getSessionId()).startsWith("S-");
  }

  @Test
  void certificate_brokenFile_leavesTheLastGoodInForce() throws Exception {
    Files.writeString(folder.resolve("tls.crt"), "nonsense");
    Files.delete(folder.resolve("tls-TEST.key"));
    assertThat(served()).contains(gateway.server.certificate());

    TestCertificates good =
        TestCertificates.make("localhost")
            .writeTo(folder.resolve("tls.crt"), folder.resolve("tls-TEST.key"));
    await(() -> served().equals(Optional.of(good.certificate())));
  }

  private Optional<Certificate> served() {
    var anyone =
        new X509TrustManager() {
          @Override
          public void checkClientTrusted(X509Certificate[] chain, String authType) {}

          @Override
          public void checkServerTrusted(X509Certificate[] chain, String authType) {}

          @Override
          public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
          }
        };
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {anyone}, null);
      try (var socket =
          (SSLSocket)
              context
                  .getSocketFactory()
                  .createSocket("127.0.0.1", gateway.gateway().address().getPort())) {
        var parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        socket.setSSLParameters(parameters);
        socket.setSoTimeout(10_000);
        socket.startHandshake();
        return Optional.of(socket.getSession().getPeerCertificates()[0]);
      }
    } catch (java.io.IOException | java.security.GeneralSecurityException e) {
      return Optional.empty();
    }
  }
}
