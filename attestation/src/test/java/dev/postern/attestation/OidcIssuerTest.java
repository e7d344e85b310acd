package dev.postern.attestation;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.postern.attestation.TrustSettings.IdTokens;
import dev.postern.attestation.TrustSettings.Issuer;
import dev.postern.attestation.jose.Algorithm;
import dev.postern.attestation.jose.Jwks;
import dev.postern.attestation.jose.JwksReader;
import dev.postern.attestation.jose.KeyPurpose;
import dev.postern.attestation.jose.Thumbprint;
import dev.postern.attestation.jose.VerificationKey;
import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue.JsonString;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A person signs in at a real OpenID provider (npm oidc-provider, installed by {@code
 * scripts/test-tools}) with the key's thumbprint as nonce; code flow with PKCE, RS256.
 */
class OidcIssuerTest {
  private static final String CLIENT = "postern-login";
  private static final String REDIRECT = "http://127.0.0.1/callback";
  private static final String VERIFIER = "a".repeat(43);
  private static Process provider;
  private static String issuer = "";

  @BeforeAll
  static void start() throws IOException {
    String cache = System.getenv("POSTERN_CACHE");
    Path folder =
        (cache == null
                ? Path.of(System.getProperty("user.home"), ".cache/postern")
                : Path.of(cache))
            .resolve("oidc-provider");
    assumeTrue(
        Files.isDirectory(folder.resolve("node_modules/oidc-provider")),
        "scripts/test-tools has not installed oidc-provider");
    provider =
        new ProcessBuilder("node", "src/test/resources/oidc/issuer.mjs", folder.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    BufferedReader out = provider.inputReader(UTF_8);
    String line = out.readLine();
    if (line == null) {
      throw new AssertionError("the OpenID provider did not start");
    }
    issuer = line;
  }

  @AfterAll
  static void stop() throws Exception {
    if (provider != null) {
      provider.getOutputStream().close();
      if (!provider.waitFor(20, TimeUnit.SECONDS)) {
        provider.destroyForcibly();
      }
    }
  }

  private static String get(HttpClient client, String url) throws Exception {
    return location(client.send(HttpRequest.newBuilder(URI.create(url)).build(), bodies()));
  }

  private static String post(HttpClient client, String url, String form) throws Exception {
    return location(send(client, url, form));
  }

  private static HttpResponse<String> send(HttpClient client, String url, String form)
      throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(url))
            .header("content-type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form))
            .build(),
        bodies());
  }

  private static HttpResponse.BodyHandler<String> bodies() {
    return HttpResponse.BodyHandlers.ofString();
  }

  private static String location(HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(303);
    return URI.create(issuer)
        .resolve(response.headers().firstValue("location").orElseThrow())
        .toString();
  }

  /** What the provider gives a person who signs in for this key. */
  private static String idToken(Thumbprint key) throws Exception {
    try (HttpClient client = HttpClient.newBuilder().cookieHandler(new CookieManager()).build()) {
      String login =
          get(
              client,
              issuer
                  + "/auth?response_type=code&scope=openid&client_id="
                  + CLIENT
                  + "&redirect_uri="
                  + REDIRECT
                  + "&nonce="
                  + key
                  + "&code_challenge_method=S256&code_challenge="
                  + Digests.base64Url(Digests.sha256(VERIFIER)));
      String consent = get(client, post(client, login, "prompt=login&login=alice&password=TEST"));
      String back = get(client, post(client, consent, "prompt=consent"));
      assertThat(back).startsWith(REDIRECT + "?code=");
      String code = back.substring(back.indexOf('=') + 1, back.indexOf('&'));
      String form =
          "grant_type=authorization_code&client_id=%s&redirect_uri=%s&code_verifier=%s&code=%s"
              .formatted(CLIENT, REDIRECT, VERIFIER, code);
      byte[] answer = send(client, issuer + "/token", form).body().getBytes(UTF_8);
      return JsonReader.readObject(answer, JsonLimits.DOCUMENT).string("id_token").orElseThrow();
    }
  }

  private static TokenVerifier gateway(Instant now) throws Exception {
    Jwks set;
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request = HttpRequest.newBuilder(URI.create(issuer + "/jwks")).build();
      set =
          JwksReader.read(
              client.send(request, bodies()).body().getBytes(US_ASCII),
              issuer,
              KeyPurpose.TOKEN,
              Set.of(Algorithm.RS256));
    }
    KeySets own = Workshop.keys();
    KeySets theirs = FixedKeySets.ofKeys(set.keys().toArray(VerificationKey[]::new));
    return new TokenVerifier(
        Workshop.trust()
            .issuer(
                new Issuer(
                    issuer,
                    Set.of(),
                    false,
                    new IdTokens(
                        Optional.of(CLIENT),
                        Set.of(Algorithm.RS256),
                        Duration.ofHours(1),
                        "groups")))
            .build(),
        (iss, kid, purpose) ->
            iss.equals(issuer) ? theirs.find(iss, kid, purpose) : own.find(iss, kid, purpose),
        Workshop.at(now));
  }

  /** The real provider's clock is the machine's: judged at the time that its token says. */
  private static Instant issuedAt(String idToken) throws Exception {
    byte[] payload = java.util.Base64.getUrlDecoder().decode(Workshop.segment(idToken, 1));
    return Instant.ofEpochSecond(
        JsonReader.readObject(payload, JsonLimits.TOKEN).integer("iat").orElseThrow());
  }

  private static Verification verify(String idToken, Instant now) throws Exception {
    long from = now.getEpochSecond();
    var attestation =
        Workshop.EAT.sign(
            Workshop.resultClaims()
                .with("iat", Workshop.number(now))
                .with("exp", Workshop.number(now.plusSeconds(300))));
    return gateway(now)
        .verify(
            Workshop.SELF.sign(
                Workshop.selfClaims()
                    .with("attestation", new JsonString(attestation))
                    .with("iat", Workshop.number(Instant.ofEpochSecond(from)))
                    .with("exp", Workshop.number(Instant.ofEpochSecond(from + 600)))
                    .with("id_token", new JsonString(idToken))));
  }

  @Test
  void personWhoSignedInForTheKey_isTheSubject() throws Exception {
    String idToken = idToken(Workshop.HOLDER.thumbprint());
    Verification verification = verify(idToken, issuedAt(idToken));
    if (!(verification instanceof Verification.Verified(VerifiedToken token))) {
      throw new AssertionError(verification.toString());
    }
    assertThat(token.subject()).isEqualTo(new Subject.Known(issuer, "alice"));
    assertThat(token.groups()).containsExactly("oncall");
  }

  @Test
  void personWhoSignedInForAnotherKey_isRefused() throws Exception {
    String idToken = idToken(Workshop.ATTACKER.thumbprint());
    assertThat(verify(idToken, issuedAt(idToken)))
        .isInstanceOfSatisfying(
            Verification.Denied.class,
            denied -> assertThat(denied.reason()).isEqualTo(Reason.SUBJECT_ID_TOKEN_INVALID));
  }

  @Test
  void hourLater_isExpired() throws Exception {
    String idToken = idToken(Workshop.HOLDER.thumbprint());
    assertThat(verify(idToken, issuedAt(idToken).plus(Duration.ofMinutes(61))))
        .isInstanceOfSatisfying(
            Verification.Denied.class,
            denied -> assertThat(denied.reason()).isEqualTo(Reason.SUBJECT_ID_TOKEN_EXPIRED));
  }
}
