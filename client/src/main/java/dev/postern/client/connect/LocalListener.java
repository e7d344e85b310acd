package dev.postern.client.connect;

import dev.postern.client.command.CommandFailure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.Semaphore;

/** The local port that debuggers connect to. Each connection gets an attachment of its own. */
final class LocalListener implements AutoCloseable {
  private static final int BACKLOG = 64;
  private static final int MAX_CONNECTIONS = 256;

  private final ServerSocket server;
  private final Semaphore free = new Semaphore(MAX_CONNECTIONS);

  private LocalListener(ServerSocket server) {
    this.server = server;
  }

  /**
   * Takes the port; nothing is served yet.
   *
   * @param allowRemote whether an address that is not this machine's own is meant
   */
  static LocalListener open(HostPort address, boolean allowRemote) throws CommandFailure {
    InetSocketAddress resolved = address.resolve();
    InetAddress ip = resolved.getAddress();
    if (!ip.isLoopbackAddress() && !allowRemote) {
      throw CommandFailure.usage(
          "--listen "
              + address
              + " can be reached from other machines, and whoever reaches it is in the session; use"
              + " a loopback address, or add --allow-remote if that is meant");
    }
    try {
      var server = new ServerSocket();
      server.setReuseAddress(true);
      server.bind(resolved, BACKLOG);
      return new LocalListener(server);
    } catch (IOException e) {
      throw CommandFailure.unreachable("cannot listen on " + address + ": " + e.getMessage());
    }
  }

  HostPort address() {
    return new HostPort(server.getInetAddress().getHostAddress(), server.getLocalPort());
  }

  /** Serves connections until {@code session} is over or this is closed. */
  void serve(LocalSession session, Notices notices) {
    var _ = session.over().thenRun(this::close);
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        if (free.tryAcquire()) {
          Thread.ofVirtual().name("connection").start(() -> relay(socket, session, notices));
        } else {
          notices.once(
              "more than " + MAX_CONNECTIONS + " connections at once; the rest is turned away");
          new SocketEnd(socket).close();
        }
      } catch (IOException e) {
        if (!server.isClosed()) {
          notices.once("cannot take a connection: " + e.getMessage());
        }
      }
    }
  }

  private void relay(Socket socket, LocalSession session, Notices notices) {
    var local = new SocketEnd(socket);
    try {
      socket.setTcpNoDelay(true);
      Attachment attachment = session.take();
      try {
        new Relay(attachment, local).run();
      } finally {
        session.release(attachment);
      }
    } catch (Refused e) {
      notices.once("a connection was turned away: " + e.refusal().sentence());
    } catch (CommandFailure e) {
      notices.once("a connection was turned away: " + e.text());
    } catch (IOException e) {
      notices.once("a connection broke: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      local.close();
      free.release();
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      // a listener that cannot be closed is closed with the process
    }
  }

  private record SocketEnd(Socket socket) implements Relay.LocalEnd {
    @Override
    public InputStream in() throws IOException {
      return socket.getInputStream();
    }

    @Override
    public OutputStream out() throws IOException {
      return socket.getOutputStream();
    }

    @Override
    public void finishOutput() throws IOException {
      socket.shutdownOutput();
    }

    @Override
    public void close() {
      try {
        socket.close();
      } catch (IOException e) {
        // it is gone already
      }
    }
  }
}
