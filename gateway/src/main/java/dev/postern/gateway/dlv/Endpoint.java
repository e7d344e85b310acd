package dev.postern.gateway.dlv;

import static dev.postern.gateway.stream.EndReason.TARGET_UNREACHABLE;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Where a headless {@code dlv} listens: {@code tcp://host:port} or {@code unix:/path}.
 *
 * @param uri as configured; two equal URIs are one target
 */
public record Endpoint(URI uri) {
  /** Connects within {@code limit}. */
  SocketChannel connect(Duration limit) throws TargetLost, InterruptedException {
    var done = new CompletableFuture<SocketChannel>();
    Thread connecting = Thread.ofVirtual().name("dlv-connect").start(() -> connect(done));
    try {
      return done.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException late) {
      done.cancel(false);
      connecting.interrupt();
      throw new TargetLost(
          TARGET_UNREACHABLE, "no connection in " + limit.toMillis() + " ms", late);
    } catch (ExecutionException failed) {
      throw new TargetLost(TARGET_UNREACHABLE, "no connection to the debugger", failed);
    }
  }

  private void connect(CompletableFuture<SocketChannel> done) {
    try {
      SocketChannel channel = open();
      if (!done.complete(channel)) {
        channel.close();
      }
    } catch (IOException | RuntimeException refused) {
      done.completeExceptionally(refused);
    }
  }

  private SocketChannel open() throws IOException {
    return switch (String.valueOf(uri.getScheme())) {
      case "tcp" -> {
        SocketChannel channel =
            SocketChannel.open(new InetSocketAddress(uri.getHost(), uri.getPort()));
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        yield channel;
      }
      case "unix" -> {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(
            UnixDomainSocketAddress.of(
                Path.of(uri.getPath() == null ? uri.getSchemeSpecificPart() : uri.getPath())));
        yield channel;
      }
      default -> throw new IOException("an endpoint of dlv is tcp://host:port or unix:/path");
    };
  }

  @Override
  public String toString() {
    return uri.toString();
  }
}
