package dev.postern.client.tpm;

import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Bytes to a TPM and back, one command at a time: a character device, or a socket that speaks raw
 * TPM commands, as swtpm's does.
 */
final class TpmConnection implements AutoCloseable {
  static final int MAX_MESSAGE = 4096;
  private static final int HEADER = 10;
  private static final int SOCKET_TYPE = 0140000;
  private static final int TYPE_MASK = 0170000;
  private static final int CONNECT_MS = 5_000;

  private final ByteChannel channel;
  private final AutoCloseable owner;

  private TpmConnection(ByteChannel channel, AutoCloseable owner) {
    this.channel = channel;
    this.owner = owner;
  }

  /**
   * Opens what a URI names: {@code tpm:/dev/tpmrm0}, {@code tpm:/path/of/a/socket}, {@code
   * tpm:HOST:PORT}, or {@code tpm:} for the first TPM's resource manager.
   */
  static TpmConnection open(String uri) throws TpmFailure {
    String where = uri.substring("tpm:".length());
    where = where.isEmpty() ? "/dev/tpmrm0" : where;
    try {
      if (where.startsWith("/")) {
        return ofPath(Path.of(where));
      }
      int colon = where.lastIndexOf(':');
      int port = colon < 1 ? -1 : Integer.parseInt(where.substring(colon + 1));
      if (port < 1 || port > 65535) {
        throw new TpmFailure("`" + uri + "` is no TPM: tpm:/dev/tpmrm0, tpm:SOCKET, tpm:HOST:PORT");
      }
      SocketChannel socket = SocketChannel.open();
      try {
        socket.socket().connect(new InetSocketAddress(where.substring(0, colon), port), CONNECT_MS);
      } catch (IOException e) {
        socket.close();
        throw e;
      }
      return new TpmConnection(socket, socket);
    } catch (TpmFailure e) {
      throw e;
    } catch (IOException | IllegalArgumentException e) {
      throw new TpmFailure("cannot open the TPM `" + uri + "`: " + e.getMessage(), e);
    }
  }

  private static TpmConnection ofPath(Path path) throws IOException {
    int mode = (Integer) Files.getAttribute(path, "unix:mode");
    if ((mode & TYPE_MASK) == SOCKET_TYPE) {
      SocketAddress address = UnixDomainSocketAddress.of(path);
      SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        socket.connect(address);
      } catch (IOException e) {
        socket.close();
        throw e;
      }
      return new TpmConnection(socket, socket);
    }
    var file = new RandomAccessFile(path.toFile(), "rw");
    return new TpmConnection(file.getChannel(), file);
  }

  /** Sends one whole command and reads its one whole response. */
  byte[] exchange(byte[] command) throws TpmFailure {
    try {
      var out = ByteBuffer.wrap(command);
      while (out.hasRemaining()) {
        channel.write(out);
      }
      var in = ByteBuffer.allocate(MAX_MESSAGE);
      int size = HEADER;
      while (in.position() < size) {
        if (channel.read(in) < 0) {
          throw new EOFException("the TPM closed the connection");
        }
        if (in.position() >= HEADER) {
          size = in.getInt(2);
          if (size < HEADER || size > MAX_MESSAGE) {
            throw new TpmFailure("the TPM's answer has a length of " + size + " bytes");
          }
        }
      }
      if (in.position() != size) {
        throw new TpmFailure("the TPM's answer is longer than it says");
      }
      byte[] response = new byte[size];
      in.get(0, response);
      return response;
    } catch (TpmFailure e) {
      throw e;
    } catch (IOException e) {
      throw new TpmFailure("the TPM does not answer: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      owner.close();
    } catch (Exception nothingIsLost) {
      // every command was answered
    }
  }
}
