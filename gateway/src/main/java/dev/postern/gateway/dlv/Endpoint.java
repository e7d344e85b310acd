package dev.postern.gateway.dlv;

import static dev.postern.gateway.stream.EndReason.TARGET_GONE;
import static dev.postern.gateway.stream.EndReason.TARGET_UNREACHABLE;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

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
      throw isGone(failed.getCause())
          ? new TargetLost(TARGET_GONE, "nobody listens there", failed)
          : new TargetLost(TARGET_UNREACHABLE, "no connection to the debugger", failed);
    }
  }

  /** Whether there is no debugger any more, as far as can be told from here. */
  private boolean isGone(@Nullable Throwable failure) {
    return failure instanceof ConnectException
        ? String.valueOf(failure.getMessage()).contains("refused")
        : "unix".equals(uri.getScheme()) && !Files.exists(socketPath());
  }

  private Path socketPath() {
    return Path.of(uri.getPath() == null ? uri.getSchemeSpecificPart() : uri.getPath());
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
        channel.connect(UnixDomainSocketAddress.of(socketPath()));
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
