package dev.postern.gateway.dlv;

import dev.postern.gateway.stream.ClientGone;
import dev.postern.gateway.stream.ClientSide;
import dev.postern.gateway.stream.EndReason;
import dev.postern.gateway.stream.NoticeEvent;
import dev.postern.gateway.stream.SessionGrant;
import dev.postern.gateway.stream.TargetSide;
import dev.postern.gateway.stream.ToolTargets;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A local port in front of an inspector, as {@code postern connect} has one, for real debuggers.
 */
public final class Bridge implements AutoCloseable {
  private final ServerSocket server;
  private final ToolTargets targets;
  private final SessionGrant grant;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();

  public Bridge(ToolTargets targets, SessionGrant grant) throws IOException {
    this.targets = targets;
    this.grant = grant;
    server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  public String address() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        sockets.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException closed) {
      // the test is over
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      TargetSide side = targets.open(grant, new SocketClient(socket, new Object()));
      byte[] bytes = new byte[16 * 1024];
      try {
        for (int n = socket.getInputStream().read(bytes);
            n >= 0;
            n = socket.getInputStream().read(bytes)) {
          side.onData(Arrays.copyOf(bytes, n));
        }
      } finally {
        side.close(EndReason.SESSION_ENDED);
      }
    } catch (Exception closed) {
      // the debugger left, or the session ended
    }
  }

  private record SocketClient(Socket socket, Object writing) implements ClientSide {
    @Override
    public void send(byte[] data) throws ClientGone {
      try {
        OutputStream out = socket.getOutputStream();
        synchronized (writing) {
          out.write(data);
        }
      } catch (IOException gone) {
        throw new ClientGone("the debugger left");
      }
    }

    @Override
    public void notice(NoticeEvent notice) {}

    @Override
    public void end(EndReason why, String detail) {
      try {
        socket.close();
      } catch (IOException alreadyGone) {
        // it has left by itself
      }
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
