package dev.postern.gateway;

import dev.postern.proto.v1.AttachRequest;
import dev.postern.proto.v1.AttachStart;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.ReferenceCountUtil;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Speaks gRPC's HTTP/2 by hand, so that it can say what no gRPC library would. */
final class RawHttp2Client implements AutoCloseable {
  private static final int SECONDS = 20;

  private final MultiThreadIoEventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Channel connection;

  /**
   * What came of a call.
   *
   * @param status the name of its gRPC status; empty if a message came before any
   * @param data bytes of messages that came
   */
  record Answer(Optional<String> status, int data) {}

  RawHttp2Client(TestGateway gateway) throws Exception {
    var tls = GrpcSslContexts.forClient().trustManager(gateway.server.certificate()).build();
    int port = gateway.gateway().address().getPort();
    connection =
        new Bootstrap()
            .group(loop)
            .channel(NioSocketChannel.class)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel
                        .pipeline()
                        .addLast(
                            tls.newHandler(channel.alloc(), "localhost", port),
                            Http2FrameCodecBuilder.forClient().build(),
                            new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()));
                  }
                })
            .connect("127.0.0.1", port)
            .sync()
            .channel();
  }

  /** Sends one message to a path, and waits for the first message or the end. */
  Answer call(String path, AttachStart start) throws Exception {
    var answer = new CompletableFuture<Answer>();
    Http2StreamChannel stream =
        new Http2StreamChannelBootstrap(connection).handler(reader(answer)).open().sync().getNow();
    var headers =
        new DefaultHttp2Headers(/* validate= */ false)
            .method("POST")
            .scheme("https")
            .authority("localhost")
            .path(path)
            .set("content-type", "application/grpc")
            .set("te", "trailers");
    byte[] message = AttachRequest.newBuilder().setStart(start).build().toByteArray();
    var framed = Unpooled.buffer().writeByte(0).writeInt(message.length).writeBytes(message);
    var _ = stream.write(new DefaultHttp2HeadersFrame(headers));
    var _ = stream.writeAndFlush(new DefaultHttp2DataFrame(framed));
    try {
      return answer.get(SECONDS, TimeUnit.SECONDS);
    } finally {
      stream.close().sync();
    }
  }

  private static ChannelInboundHandlerAdapter reader(CompletableFuture<Answer> answer) {
    return new ChannelInboundHandlerAdapter() {
      @Override
      public void channelRead(ChannelHandlerContext context, Object frame) {
        try {
          switch (frame) {
            case Http2HeadersFrame headers when headers.headers().contains("grpc-status") ->
                answer.complete(
                    new Answer(Optional.of(name("" + headers.headers().get("grpc-status"))), 0));
            case Http2HeadersFrame headers
                when headers.isEndStream() || !"200".contentEquals(headers.headers().status()) ->
                answer.complete(new Answer(Optional.of("" + headers.headers().status()), 0));
            case Http2DataFrame data ->
                answer.complete(new Answer(Optional.empty(), data.content().readableBytes()));
            case Http2ResetFrame reset -> answer.complete(new Answer(Optional.of("RESET"), 0));
            default -> {}
          }
        } finally {
          ReferenceCountUtil.release(frame);
        }
      }
    };
  }

  private static String name(CharSequence status) {
    return Status.fromCodeValue(Integer.parseInt(status.toString())).getCode().name();
  }

  @Override
  public void close() {
    connection.close().syncUninterruptibly();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
