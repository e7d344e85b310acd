package dev.postern.gateway.server;

import io.grpc.Attributes;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiationEvent;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.grpc.netty.ProtocolNegotiationEvent;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import io.netty.util.AsciiString;

/**
 * gRPC's negotiation of TLS and HTTP/2, which also tells every call its {@link CallerConnection}.
 */
final class CallerNegotiation implements InternalProtocolNegotiator.ProtocolNegotiator {
  /** The event loop that a call's connection is on. */
  static final Attributes.Key<EventLoop> LOOP = Attributes.Key.create("postern-event-loop");

  private final InternalProtocolNegotiator.ProtocolNegotiator tls;

  CallerNegotiation(SslContext context) {
    this.tls = InternalProtocolNegotiators.serverTls(context);
  }

  @Override
  public AsciiString scheme() {
    return tls.scheme();
  }

  @Override
  public ChannelHandler newHandler(GrpcHttp2ConnectionHandler http2) {
    return new Introduction(tls.newHandler(http2));
  }

  @Override
  public void close() {
    tls.close();
  }

  /** Stands where gRPC's handler will, until the negotiation begins. */
  private static final class Introduction extends ChannelInboundHandlerAdapter {
    private final ChannelHandler next;

    Introduction(ChannelHandler next) {
      this.next = next;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (!(event instanceof ProtocolNegotiationEvent begin)) {
        context.fireUserEventTriggered(event);
        return;
      }
      var attributes =
          InternalProtocolNegotiationEvent.getAttributes(begin).toBuilder()
              .set(LOOP, context.channel().eventLoop())
              .build();
      context.pipeline().replace(this, null, next);
      context.fireUserEventTriggered(
          InternalProtocolNegotiationEvent.withAttributes(begin, attributes));
    }
  }
}
