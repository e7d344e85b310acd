package dev.postern.bench;

import dev.postern.gateway.stream.ClientGone;
import dev.postern.gateway.stream.ClientSide;
import dev.postern.gateway.stream.EndReason;
import dev.postern.gateway.stream.SessionGrant;
import dev.postern.gateway.stream.TargetSide;
import dev.postern.gateway.stream.TargetUnavailable;
import dev.postern.gateway.stream.ToolTargets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A tool without an inspector: bytes go to the target's port and come back as they are. What is
 * measured through it is the gateway's relay and nothing of a debug protocol. Read by a virtual
 * thread per connection, as the product's inspectors read.
 */
final class SocketTargets implements ToolTargets {
  private static final int CHUNK_BYTES = 32 * 1024;
  private static final int FIRST_CHUNK_BYTES = 512;

  @Override
  public TargetSide open(SessionGrant grant, ClientSide client) throws TargetUnavailable {
    try {
      var socket = new Socket(InetAddress.getLoopbackAddress(), grant.endpoint().getPort());
      socket.setTcpNoDelay(true);
      var side = new SocketSide(socket, client);
      Thread.ofVirtual().name("target").start(side::answers);
      return side;
    } catch (IOException e) {
      throw new TargetUnavailable(TargetUnavailable.Code.TARGET_UNREACHABLE, "" + e, e);
    }
  }

  private static final class SocketSide implements TargetSide {
    private final Socket socket;
    private final ClientSide client;
    private final AtomicBoolean closed = new AtomicBoolean();

    SocketSide(Socket socket, ClientSide client) {
      this.socket = socket;
      this.client = client;
    }

    void answers() {
      try {
        var in = socket.getInputStream();
        // small until there is traffic, so that an idle session holds no large buffer
        byte[] chunk = new byte[FIRST_CHUNK_BYTES];
        for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
          client.send(Arrays.copyOf(chunk, n));
          if (n == chunk.length && n < CHUNK_BYTES) {
            chunk = new byte[CHUNK_BYTES];
          }
        }
        client.end(EndReason.SESSION_ENDED, "");
      } catch (IOException | ClientGone gone) {
        client.end(EndReason.TARGET_GONE, "" + gone.getMessage());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void onData(byte[] data) {
      try {
        socket.getOutputStream().write(data);
      } catch (IOException gone) {
        client.end(EndReason.TARGET_GONE, "" + gone.getMessage());
      }
    }

    @Override
    public void onHalfClose() {
      try {
        socket.shutdownOutput();
      } catch (IOException gone) {
        client.end(EndReason.TARGET_GONE, "" + gone.getMessage());
      }
    }

    @Override
    public void close(EndReason why) {
      if (closed.compareAndSet(false, true)) {
        try {
          socket.close();
        } catch (IOException gone) {
          // it is gone already
        }
      }
    }
  }
}
