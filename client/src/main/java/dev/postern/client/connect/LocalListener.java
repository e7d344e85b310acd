package dev.postern.client.connect;

import dev.postern.client.command.CommandFailure;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * The local port that debuggers connect to. Each connection gets an attachment of its own, admitted
 * on a thread of its own; from then on it is the event loop's.
 */
final class LocalListener implements AutoCloseable {
  private static final int BACKLOG = 64;
  private static final int MAX_CONNECTIONS = 256;

  private final Channel server;
  private final Semaphore free = new Semaphore(MAX_CONNECTIONS);
  private final Accepting accepting;

  private LocalListener(Channel server, Accepting accepting) {
    this.server = server;
    this.accepting = accepting;
  }

  /** Gets the connections; nobody is there for them before {@link #serve}. */
  private static final class Accepting extends ChannelInitializer<SocketChannel> {
    private volatile Consumer<SocketChannel> taker = LocalListener::drop;

    @Override
    protected void initChannel(SocketChannel socket) {
      taker.accept(socket);
    }
  }

  /**
   * Takes the port; nothing is served yet.
   *
   * @param allowRemote whether an address that is not this machine's own is meant
   * @param loop where the connections are relayed, that of the channel to the gateway
   */
  static LocalListener open(HostPort address, boolean allowRemote, EventLoopGroup loop)
      throws CommandFailure {
    InetSocketAddress resolved = address.resolve();
    InetAddress ip = resolved.getAddress();
    if (!ip.isLoopbackAddress() && !allowRemote) {
      throw CommandFailure.usage(
          "--listen "
              + address
              + " can be reached from other machines, and whoever reaches it is in the session; use"
              + " a loopback address, or add --allow-remote if that is meant");
    }
    var accepting = new Accepting();
    var bound =
        new ServerBootstrap()
            .group(loop)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(accepting)
            .bind(resolved)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw CommandFailure.unreachable(
          "cannot listen on " + address + ": " + bound.cause().getMessage());
    }
    return new LocalListener(bound.channel(), accepting);
  }

  HostPort address() {
    var local = (InetSocketAddress) server.localAddress();
    return new HostPort(local.getAddress().getHostAddress(), local.getPort());
  }

  /** Serves connections until {@code session} is over or this is closed. */
  void serve(LocalSession session, Notices notices) throws InterruptedException {
    var _ = session.over().thenRun(this::close);
    accepting.taker =
        socket -> {
          if (free.tryAcquire()) {
            Thread.ofVirtual().name("connection").start(() -> relay(socket, session, notices));
          } else {
            drop(socket);
            Thread.ofVirtual()
                .start(
                    () ->
                        notices.once(
                            "more than "
                                + MAX_CONNECTIONS
                                + " connections at once; the rest is turned away"));
          }
        };
    server.config().setAutoRead(true);
    server.closeFuture().await();
  }

  private void relay(SocketChannel socket, LocalSession session, Notices notices) {
    try {
      Attachment attachment = session.take();
      try {
        SocketRelay.start(attachment, socket).await();
      } finally {
        session.release(attachment);
      }
    } catch (Refused e) {
      notices.once("a connection was turned away: " + e.refusal().sentence());
    } catch (CommandFailure e) {
      notices.once("a connection was turned away: " + e.text());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      drop(socket);
      free.release();
    }
  }

  private static void drop(SocketChannel socket) {
    var _ = socket.close();
  }

  @Override
  public void close() {
    var _ = server.close();
  }
}
