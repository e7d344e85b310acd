package dev.postern.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.attestation.mint.SigningKey;
import dev.postern.attestation.mint.SimulatedVerifier;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import dev.postern.proto.v1.AttachStart;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a proxy forwards counts from pinned proxies, and from nobody else. */
class ForwardedPeerTest {
  private static final Metadata.Key<String> CERTIFICATE =
      Metadata.Key.of("x-ssl-cert", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> FORWARDED_FOR =
      Metadata.Key.of("x-forwarded-for", Metadata.ASCII_STRING_MARSHALLER);

  @TempDir Path folder;
  private TestGateway gateway;
  private TestCertificates proxy;
  private TestCertificates caller;
  private SigningKey callerKey;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    proxy =
        TestCertificates.make("proxy")
            .writeTo(folder.resolve("proxy.crt"), folder.resolve("proxy-TEST.key"));
    caller =
        TestCertificates.make("caller")
            .writeTo(folder.resolve("caller.crt"), folder.resolve("caller-TEST.key"));
    callerKey = SigningKey.read(Files.readAllBytes(folder.resolve("caller-TEST.key")));
    gateway =
        TestGateway.start(
            folder,
            text ->
                text.replace(
                    "key: tls-TEST.key}",
                    "key: tls-TEST.key, trustedProxies: [proxy.crt],"
                        + " forwardedCertificateHeader: x-ssl-cert}"),
            TestGateway.POLICY);
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", gateway.gateway().address().getPort())
            .sslContext(
                GrpcSslContexts.forClient()
                    .trustManager(gateway.server.certificate())
                    .keyManager(proxy.keys().getPrivate(), proxy.certificate())
                    .build())
            .overrideAuthority("localhost")
            .build();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    gateway.close();
  }

  private static Channel with(Channel channel, Metadata.Key<String> key, String value) {
    var headers = new Metadata();
    headers.put(key, value);
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private String forwarded() throws Exception {
    return Base64.getEncoder().encodeToString(caller.certificate().getEncoded());
  }

  /** A token bound to the caller's certificate. */
  private String boundToken() throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(caller.certificate().getEncoded());
    var claims =
        new dev.postern.attestation.mint.DebugTokenMint.Claims(
            "alice@test",
            TestGateway.ID,
            "test-debugger",
            List.of("dlv/observe", "dlv/inspect"),
            List.of("oncall"),
            UUID.randomUUID().toString(),
            gateway.clock.instant(),
            Duration.ofMinutes(10),
            gateway.verifier.simulated(
                SimulatedVerifier.Result.good(
                    callerKey.thumbprint(), gateway.clock.instant(), TestGateway.ID)));
    var cnf =
        new JsonObject(
            Map.of(
                "x5t#S256",
                new JsonString(Base64.getUrlEncoder().withoutPadding().encodeToString(digest))));
    return gateway.mint.sign(gateway.mint.toJson(claims, cnf));
  }

  private AttachClient attach(Channel through) throws Exception {
    String token = boundToken();
    AttachStart start = AttachClient.startOf(token).build();
    return new AttachClient(through).start(start);
  }

  @Test
  void certificate_forwardedByAPinnedProxy_counts() throws Exception {
    String token = boundToken();
    AttachStart start = AttachClient.startOf(token).build();

    var client = new AttachClient(with(channel, CERTIFICATE, forwarded()));

    assertThat(client.attempt(token, callerKey, start).response().hasAdmitted()).isTrue();
  }

  @Test
  void certificate_forwardedByAnyoneElse_isNotSeen() throws Exception {
    var client = attach(with(gateway.channel(true), CERTIFICATE, forwarded()));

    assertThat(client.end().reason()).startsWith("BINDING_");
  }

  @Test
  void proxyWithoutForwardedCertificate_isNotTheCaller() throws Exception {
    assertThat(attach(channel).end().reason()).startsWith("BINDING_");
  }

  @Test
  void forwardedAddress_fromAPinnedProxy_isTheLastOne() throws Exception {
    new AttachClient(with(channel, FORWARDED_FOR, "198.51.100.1, 203.0.113.9"))
        .start(AttachClient.startOf("a.b.c").build())
        .end();

    assertThat(gateway.events("admission.denied").getFirst().string("peer"))
        .contains("203.0.113.9");
  }

  @Test
  void forwardedAddress_fromAnyoneElse_isNotSeen() throws Exception {
    new AttachClient(with(gateway.channel(true), FORWARDED_FOR, "203.0.113.9"))
        .start(AttachClient.startOf("a.b.c").build())
        .end();

    assertThat(gateway.events("admission.denied").getFirst().string("peer")).contains("127.0.0.1");
  }
}
