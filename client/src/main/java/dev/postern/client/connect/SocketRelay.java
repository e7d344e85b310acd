package dev.postern.client.connect;

import dev.postern.proto.stream.DataField;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;

/**
 * Moves bytes between one local socket and one {@link Attachment}, both on the channel's event
 * loop: a message goes from one to the other without another thread waking up. Nothing here blocks;
 * the socket is not read while the gateway does not take more, and no more is asked for while the
 * socket does not take what came.
 */
final class SocketRelay extends ChannelInboundHandlerAdapter implements Attachment.Flow {
  private final Attachment attachment;
  private final SocketChannel socket;
  private final CountDownLatch done = new CountDownLatch(1);
  private boolean flushing;

  private SocketRelay(Attachment attachment, SocketChannel socket) {
    this.attachment = attachment;
    this.socket = socket;
  }

  /** Begins; the socket is on the loop of the attachment's channel and has not been read. */
  static SocketRelay start(Attachment attachment, SocketChannel socket) {
    var relay = new SocketRelay(attachment, socket);
    socket.eventLoop().execute(relay::begin);
    return relay;
  }

  /** Until the attachment has ended and all it sent is written, or the socket is gone. */
  void await() throws InterruptedException {
    done.await();
  }

  private void begin() {
    socket.pipeline().addLast(this);
    var _ = socket.closeFuture().addListener(closed -> socketGone());
    attachment.flowTo(this);
    socket.config().setAutoRead(true);
  }

  // ---- to the gateway

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    var bytes = (ByteBuf) message;
    try {
      if (attachment.offer(new BufferContent(bytes)) && !attachment.isReady()) {
        socket.config().setAutoRead(false);
      }
    } finally {
      bytes.release();
    }
  }

  @Override
  public void ready() {
    socket.config().setAutoRead(true);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      attachment.halfClose();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    var _ = context.close();
  }

  private void socketGone() {
    if (!attachment.isOver()) {
      attachment.cancel("the local connection broke");
    }
    done.countDown();
  }

  // ---- from the gateway

  @Override
  public void data(DataField.Received bytes) {
    ByteBuf view = Unpooled.wrappedBuffer(bytes.buffers().toArray(ByteBuffer[]::new));
    var _ =
        socket
            .write(view)
            .addListener(
                written -> {
                  bytes.close();
                  attachment.taken();
                  if (!written.isSuccess()) {
                    close();
                  }
                });
    if (!flushing) {
      flushing = true;
      socket.eventLoop().execute(this::flush); // behind what else has come in with this
    }
  }

  private void flush() {
    flushing = false;
    socket.flush();
  }

  @Override
  public void end() {
    socket.eventLoop().execute(this::finish);
  }

  /** Behind the last bytes. */
  private void finish() {
    var _ =
        socket
            .writeAndFlush(Unpooled.EMPTY_BUFFER)
            .addListener(written -> socket.shutdownOutput().addListener(shut -> close()));
  }

  private void close() {
    var _ = socket.close();
  }

  /** What was read from the socket; valid while it is being sent. */
  private record BufferContent(ByteBuf bytes) implements DataField.Content {
    @Override
    public int length() {
      return bytes.readableBytes();
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
      bytes.readBytes(out, bytes.readableBytes());
    }
  }
}
