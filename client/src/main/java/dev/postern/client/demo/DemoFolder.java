package dev.postern.client.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.attestation.jose.Algorithm;
import dev.postern.attestation.mint.SigningKey;
import dev.postern.client.keys.DevelopmentCertificates;
import dev.postern.client.keys.PrivateFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The demo's folder, mode 0700: everything a small installation consists of, made anew each time.
 *
 * @param root where it is
 */
record DemoFolder(Path root) {
  static final String ISSUER = "https://sts.demo.invalid";
  static final String VERIFIER = "https://verifier.demo.invalid";
  static final String GATEWAY_ID = "postern.demo";
  static final String USER = "dev@demo.invalid";
  private static final String MARKER = ".postern-demo";
  private static final Duration CERTIFICATE_LIFETIME = Duration.ofDays(7);

  /**
   * Empties the folder, if it is one of the demo's, and makes it anew.
   *
   * @throws IOException also if the folder holds something else
   */
  static DemoFolder create(Path root) throws IOException {
    if (Files.exists(root)) {
      if (!Files.exists(root.resolve(MARKER)) && !isEmpty(root)) {
        throw new IOException("`" + root + "` is no folder of the demo's; it is left alone");
      }
      delete(root);
    }
    PrivateFiles.createFolder(root);
    Files.writeString(root.resolve(MARKER), "The demo empties this folder at each start.\n");
    for (String folder : List.of("keys", "tls", "policies", "shop", "logs")) {
      Files.createDirectory(root.resolve(folder));
    }
    return new DemoFolder(root.toRealPath());
  }

  Path file(String name) {
    return root.resolve(name);
  }

  void writeShop() throws IOException {
    Files.writeString(file("shop/main.go"), resource("shop.go"));
    Files.writeString(file("shop/go.mod"), resource("go.mod.txt"));
  }

  void writeKeys(Instant now) throws IOException {
    for (String name : List.of("sts", "verifier", "caller")) {
      SigningKey key = SigningKey.generate(Algorithm.ES256);
      PrivateFiles.write(file("keys/" + name + ".pem"), key.exposePem());
      Files.write(file("keys/" + name + ".jwks.json"), key.toJwks(name));
    }
    var certificates =
        DevelopmentCertificates.create(
            List.of("localhost", "127.0.0.1"), now, CERTIFICATE_LIFETIME);
    Files.writeString(file("tls/ca.crt"), certificates.ca());
    Files.writeString(file("tls/tls.crt"), certificates.certificate());
    PrivateFiles.write(file("tls/tls.key"), certificates.key());
  }

  void writeConfiguration(int dlvPort) throws IOException {
    Files.writeString(file("policies/demo.yaml"), resource("demo-policy.yaml"));
    Files.writeString(
        file("postern.yaml"), resource("postern.yaml").replace("@DLV_PORT@", "" + dlvPort));
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = DemoFolder.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException("this build lacks " + name);
      }
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (var content = Files.list(folder)) {
      return content.findAny().isEmpty();
    }
  }

  private static void delete(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
