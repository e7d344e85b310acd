package dev.postern.client.connect;

import dev.postern.client.command.CommandFailure;
import io.grpc.ClientCall;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * A TLS 1.3 channel to one gateway, on an event loop of its own that others may use too. Its calls'
 * callbacks run on that loop and must not block.
 */
public final class GatewayChannel implements AutoCloseable {
  private static final int FLOW_CONTROL_WINDOW_BYTES = 1024 * 1024;
  private static final int MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

  /**
   * What TLS needs.
   *
   * @param ca certificates to trust; null for the system's
   * @param certificate this caller's certificate chain; null for none
   * @param certificateKey its key; null exactly if there is no certificate
   * @param serverName the name the gateway's certificate must carry, where it is not the address's
   *     host
   */
  public record Tls(
      @Nullable Path ca,
      @Nullable Path certificate,
      @Nullable Path certificateKey,
      @Nullable String serverName) {}

  private final ManagedChannel channel;
  private final EventLoopGroup loop;

  private GatewayChannel(ManagedChannel channel, EventLoopGroup loop) {
    this.channel = channel;
    this.loop = loop;
  }

  /** Prepares a channel; connects when it is first used. */
  public static GatewayChannel open(HostPort gateway, Tls tls) throws CommandFailure {
    var loop =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("postern-io", true), NioIoHandler.newFactory());
    try {
      SslContextBuilder context = GrpcSslContexts.forClient().protocols("TLSv1.3");
      if (tls.ca() != null) {
        context.trustManager(readable(tls.ca(), "--ca").toFile());
      }
      if (tls.certificate() != null && tls.certificateKey() != null) {
        context.keyManager(
            readable(tls.certificate(), "--cert").toFile(),
            readable(tls.certificateKey(), "--cert-key").toFile());
      }
      NettyChannelBuilder builder =
          NettyChannelBuilder.forAddress(gateway.host(), gateway.port())
              .sslContext(context.build())
              .eventLoopGroup(loop)
              .channelType(NioSocketChannel.class)
              .directExecutor()
              .flowControlWindow(FLOW_CONTROL_WINDOW_BYTES)
              .maxInboundMessageSize(MAX_MESSAGE_BYTES)
              .disableRetry();
      if (tls.serverName() != null) {
        builder.overrideAuthority(tls.serverName());
      }
      return new GatewayChannel(builder.build(), loop);
    } catch (SSLException | IllegalArgumentException e) {
      shutdown(loop);
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw CommandFailure.usage(
          "the files of --ca or --cert cannot be used: " + cause.getMessage());
    }
  }

  public ManagedChannel channel() {
    return channel;
  }

  /** The loop, of one thread, that the channel is on. */
  EventLoopGroup loop() {
    return loop;
  }

  /**
   * The server's leaf certificate as this call's connection saw it; empty before its first answer.
   */
  static Optional<X509Certificate> serverCertificate(ClientCall<?, ?> call) {
    SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    if (session == null) {
      return Optional.empty();
    }
    try {
      return session.getPeerCertificates()[0] instanceof X509Certificate leaf
          ? Optional.of(leaf)
          : Optional.empty();
    } catch (SSLPeerUnverifiedException unseen) {
      return Optional.empty();
    }
  }

  private static Path readable(Path file, String option) throws CommandFailure {
    if (!Files.isReadable(file)) {
      throw CommandFailure.usage(
          option + ": there is no file `" + file + "`, or you may not read it");
    }
    return file;
  }

  /** Lets calls that are ending end, for a moment, and then closes. */
  @Override
  public void close() {
    channel.shutdown();
    try {
      if (!channel.awaitTermination(1, TimeUnit.SECONDS)) {
        channel.shutdownNow();
        channel.awaitTermination(1, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      channel.shutdownNow();
      Thread.currentThread().interrupt();
    }
    shutdown(loop);
  }

  private static void shutdown(EventLoopGroup loop) {
    var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
