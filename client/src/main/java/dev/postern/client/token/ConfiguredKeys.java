package dev.postern.client.token;

import dev.postern.attestation.FixedKeySets;
import dev.postern.attestation.jose.Algorithm;
import dev.postern.attestation.jose.JwkException;
import dev.postern.attestation.jose.Jwks;
import dev.postern.attestation.jose.JwksReader;
import dev.postern.attestation.jose.KeyPurpose;
import dev.postern.client.command.CommandFailure;
import dev.postern.client.command.Inputs;
import dev.postern.config.PosternConfig.Issuer;
import dev.postern.config.PosternConfig.KeySource;
import dev.postern.config.PosternConfig.Trust;
import dev.postern.config.PosternConfig.Verifier;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Set;

/** The key sets of a configuration, read once: files, and https without redirects. */
final class ConfiguredKeys {
  private static final int MAX_BYTES = 1 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private ConfiguredKeys() {}

  static FixedKeySets read(Trust trust) throws CommandFailure, InterruptedException {
    var sets = new ArrayList<Jwks>();
    for (Issuer issuer : trust.issuers()) {
      sets.add(set(issuer.jwks(), issuer.iss(), KeyPurpose.TOKEN, issuer.keyAlgorithms()));
    }
    for (Verifier verifier : trust.verifiers()) {
      sets.add(set(verifier.jwks(), verifier.iss(), KeyPurpose.ATTESTATION, verifier.algorithms()));
    }
    return FixedKeySets.of(sets);
  }

  private static Jwks set(
      KeySource source, String iss, KeyPurpose purpose, Set<Algorithm> algorithms)
      throws CommandFailure, InterruptedException {
    byte[] bytes =
        switch (source) {
          case KeySource.File(Path path) -> file(path);
          case KeySource.Https(URI url) -> https(url);
        };
    try {
      return JwksReader.read(bytes, iss, purpose, algorithms);
    } catch (JwkException e) {
      throw CommandFailure.configuration(
          "the keys of `" + iss + "` cannot be used: " + e.getMessage());
    }
  }

  private static byte[] file(Path path) throws CommandFailure {
    try (InputStream in = Files.newInputStream(path)) {
      return bounded(in);
    } catch (IOException e) {
      throw CommandFailure.configuration(Inputs.cannotRead("the key set", path.toString(), e));
    }
  }

  private static byte[] https(URI url) throws CommandFailure, InterruptedException {
    try (HttpClient client =
        HttpClient.newBuilder()
            .connectTimeout(PATIENCE)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build()) {
      HttpRequest request = HttpRequest.newBuilder(url).timeout(PATIENCE).build();
      HttpResponse<InputStream> response =
          client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        if (response.statusCode() != 200) {
          throw new IOException("status " + response.statusCode());
        }
        return bounded(body);
      }
    } catch (IOException e) {
      throw CommandFailure.unreachable(
          "the key set `" + url + "` cannot be had: " + e.getMessage());
    }
  }

  private static byte[] bounded(InputStream in) throws IOException {
    byte[] bytes = in.readNBytes(MAX_BYTES + 1);
    if (bytes.length > MAX_BYTES) {
      throw new IOException("it is larger than " + MAX_BYTES + " bytes");
    }
    return bytes;
  }
}
