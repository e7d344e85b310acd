package dev.postern.gateway.trust;

import dev.postern.config.PosternConfig.KeySource;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Reads the bytes of a key set, from its file or by https. Bounded in size and time; follows no
 * redirects: what the configuration names is where the keys are.
 */
@FunctionalInterface
public interface KeySetFetch {
  /** Largest key set taken. */
  int MAX_BYTES = 1 << 20;

  byte[] fetch(KeySource source) throws IOException, InterruptedException;

  /** From files and by https. */
  static KeySetFetch fromFilesAndHttps() {
    HttpClient client =
        HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(5))
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    return source ->
        switch (source) {
          case KeySource.File(Path path) -> {
            try (InputStream in = Files.newInputStream(path)) {
              yield bounded(in);
            }
          }
          case KeySource.Https(var url) -> {
            HttpRequest request =
                HttpRequest.newBuilder(url)
                    .timeout(Duration.ofSeconds(10))
                    .header("accept", "application/jwk-set+json, application/json")
                    .build();
            HttpResponse<InputStream> response =
                client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
              if (response.statusCode() != 200) {
                throw new IOException("status " + response.statusCode());
              }
              yield bounded(body);
            }
          }
        };
  }

  private static byte[] bounded(InputStream in) throws IOException {
    byte[] bytes = in.readNBytes(MAX_BYTES + 1);
    if (bytes.length > MAX_BYTES) {
      throw new IOException("larger than " + MAX_BYTES + " bytes");
    }
    return bytes;
  }
}
