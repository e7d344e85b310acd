package dev.postern.bench;

import dev.postern.gateway.stream.ClientSide;
import dev.postern.gateway.stream.EndReason;
import dev.postern.gateway.stream.FlowClient;
import dev.postern.gateway.stream.FlowSide;
import dev.postern.gateway.stream.LentBytes;
import dev.postern.gateway.stream.SessionGrant;
import dev.postern.gateway.stream.TargetSide;
import dev.postern.gateway.stream.TargetUnavailable;
import dev.postern.gateway.stream.ToolTargets;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * A tool without an inspector: bytes go to the target's port and come back as they are, on the
 * event loop of the caller's connection. What is measured through it is the gateway's relay and
 * nothing of a debug protocol.
 */
final class SocketTargets implements ToolTargets {
  @Override
  public TargetSide open(SessionGrant grant, ClientSide client)
      throws TargetUnavailable, InterruptedException {
    if (!(client instanceof FlowClient flowing)
        || !(flowing.loop().orElse(null) instanceof EventLoop loop)) {
      throw new IllegalStateException("a caller that is not on an event loop");
    }
    var side = new SocketSide(flowing, loop);
    var connected =
        new Bootstrap()
            .group(loop)
            .channelFactory(() -> side.socket)
            .option(ChannelOption.AUTO_READ, false)
            .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .option(ChannelOption.TCP_NODELAY, true)
            .handler(side)
            .connect(InetAddress.getLoopbackAddress(), grant.endpoint().getPort())
            .await();
    if (!connected.isSuccess()) {
      throw new TargetUnavailable(
          TargetUnavailable.Code.TARGET_UNREACHABLE, "" + connected.cause(), connected.cause());
    }
    return side;
  }

  private static final class SocketSide extends ChannelInboundHandlerAdapter implements FlowSide {
    private final FlowClient client;
    private final Executor loop;
    private final SocketChannel socket = new NioSocketChannel();
    private boolean flushing;

    SocketSide(FlowClient client, Executor loop) {
      this.client = client;
      this.loop = loop;
    }

    @Override
    public void begin() {
      socket.config().setAutoRead(true);
    }

    @Override
    public void flow(LentBytes data) {
      var _ =
          socket
              .write(Unpooled.wrappedBuffer(data.buffers().toArray(ByteBuffer[]::new)))
              .addListener(
                  written -> {
                    data.close();
                    if (!written.isSuccess()) {
                      client.end(EndReason.TARGET_GONE, "" + written.cause());
                    }
                  });
      if (!flushing) {
        flushing = true;
        loop.execute(this::flush);
      }
    }

    private void flush() {
      flushing = false;
      socket.flush();
    }

    @Override
    public void ready() {
      socket.config().setAutoRead(true);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      try (var bytes = new Read((ByteBuf) message)) {
        if (!client.flow(bytes)) {
          socket.config().setAutoRead(false);
        }
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof ChannelInputShutdownEvent) {
        client.end(EndReason.SESSION_ENDED, "");
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      client.end(EndReason.TARGET_GONE, "" + cause);
    }

    @Override
    public void onHalfClose() {
      loop.execute(
          () -> {
            var _ =
                socket
                    .writeAndFlush(Unpooled.EMPTY_BUFFER)
                    .addListener(written -> shutdownOutput());
          });
    }

    private void shutdownOutput() {
      var _ = socket.shutdownOutput();
    }

    @Override
    public void close(EndReason why) {
      var _ = socket.close();
    }
  }

  /** What was read from the target. */
  private record Read(ByteBuf bytes) implements LentBytes {
    @Override
    public int length() {
      return bytes.readableBytes();
    }

    @Override
    public List<ByteBuffer> buffers() {
      return List.of(bytes.nioBuffers());
    }

    @Override
    public void close() {
      bytes.release();
    }
  }
}
