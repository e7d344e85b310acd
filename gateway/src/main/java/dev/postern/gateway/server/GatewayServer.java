package dev.postern.gateway.server;

import dev.postern.gateway.admission.AdmissionService;
import dev.postern.gateway.admission.Credentials;
import dev.postern.gateway.admission.RenewalService;
import dev.postern.gateway.admission.TargetListing;
import dev.postern.proto.v1.DebugGatewayGrpc;
import io.grpc.BindableService;
import io.grpc.CompressorRegistry;
import io.grpc.DecompressorRegistry;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The caller-facing listener. Every bound of the connection level is set here, on purpose.
 *
 * <p>A peer that neither answers a ping nor sends anything for 10 s is pinged and given 4 s:
 * silence is noticed within 15 s.
 */
public final class GatewayServer {
  /** A message that says to be larger is not even begun; {@link InboundBound} is the real one. */
  static final int MAX_DECLARED_BYTES = 4 << 20;

  /** Largest set of headers: a forwarded certificate fits. */
  static final int MAX_HEADER_BYTES = 16 * 1024;

  /**
   * What a client may send ahead on one stream, and so what one that is not read may hold of our
   * memory. gRPC refills the window that the streams of a connection share by itself: a stream that
   * is not read takes nothing from the others.
   */
  static final int WINDOW_BYTES = 512 * 1024;

  static final int MAX_STREAMS_PER_CONNECTION = 1024;
  private static final Duration HANDSHAKE = Duration.ofSeconds(10);
  private static final Duration IDLE_CONNECTION = Duration.ofMinutes(5);
  private static final int MAX_RESETS = 200;
  private static final int RESET_WINDOW_SECONDS = 10;

  private final Server server;
  private final HealthStatusManager health;
  private final DebugGatewayService service;

  private GatewayServer(Server server, HealthStatusManager health, DebugGatewayService service) {
    this.server = server;
    this.health = health;
    this.service = service;
  }

  /** What the server serves. */
  public record Services(
      String gatewayId,
      AdmissionService admission,
      RenewalService renewals,
      TargetListing listing,
      Credentials credentials,
      InstantSource clock) {}

  /**
   * Binds and serves.
   *
   * @throws IOException if the address cannot be bound
   */
  public static GatewayServer open(
      InetSocketAddress address,
      ListenerTls tls,
      Optional<String> forwardedCertificateHeader,
      Services services,
      CallerPatience patience)
      throws IOException {
    var health = new HealthStatusManager();
    var service =
        new DebugGatewayService(
            new AttachCall.Services(
                services.admission(),
                services.renewals(),
                services.gatewayId(),
                services.clock(),
                patience),
            services.credentials(),
            services.listing(),
            new PeerReader(tls::proxies, forwardedCertificateHeader));
    Server server =
        NettyServerBuilder.forAddress(address)
            .protocolNegotiator(new CallerNegotiation(tls.context()))
            .directExecutor()
            .addService(service.definition())
            .addService(health.getHealthService())
            .addService(ProtoReflectionServiceV1.newInstance())
            .addService(olderReflection())
            .addStreamTracerFactory(new InboundBound.Factory())
            .decompressorRegistry(DecompressorRegistry.emptyInstance())
            .compressorRegistry(CompressorRegistry.newEmptyInstance())
            .maxInboundMessageSize(MAX_DECLARED_BYTES)
            .maxInboundMetadataSize(MAX_HEADER_BYTES)
            .flowControlWindow(WINDOW_BYTES)
            .maxConcurrentCallsPerConnection(MAX_STREAMS_PER_CONNECTION)
            .maxRstFramesPerWindow(MAX_RESETS, RESET_WINDOW_SECONDS)
            .handshakeTimeout(HANDSHAKE.toMillis(), TimeUnit.MILLISECONDS)
            .keepAliveTime(patience.pingAfter().toMillis(), TimeUnit.MILLISECONDS)
            .keepAliveTimeout(patience.pingTimeout().toMillis(), TimeUnit.MILLISECONDS)
            .permitKeepAliveTime(1, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .maxConnectionIdle(IDLE_CONNECTION.toMillis(), TimeUnit.MILLISECONDS)
            .build()
            .start();
    var gateway = new GatewayServer(server, health, service);
    gateway.serving(true);
    return gateway;
  }

  /** What most clients still ask for. */
  @SuppressWarnings(
      "deprecation") // v1alpha is deprecated in favour of v1, which is served beside it
  private static BindableService olderReflection() {
    return ProtoReflectionService.newInstance();
  }

  public int port() {
    return server.getPort();
  }

  /** Empty data on every admitted stream; to be called every 20 s. */
  public void keepAlive() {
    service.keepAlive();
  }

  /** What the health service says. */
  public void serving(boolean healthy) {
    ServingStatus status = healthy ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
    health.setStatus("", status);
    health.setStatus(DebugGatewayGrpc.SERVICE_NAME, status);
  }

  /** Takes no more calls; those that run go on. */
  public void drain() {
    health.enterTerminalState();
    server.shutdown();
  }

  /** Ends what is left. */
  public void close(Duration atMost) throws InterruptedException {
    server.shutdown();
    if (!server.awaitTermination(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
      server.shutdownNow();
      server.awaitTermination(1, TimeUnit.SECONDS);
    }
  }
}
