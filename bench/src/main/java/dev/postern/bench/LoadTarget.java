package dev.postern.bench;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * The target side of a relay measurement, on loopback.
 *
 * <p>A connection starts with one byte: {@code E} echoes what follows; {@code D} and a 64-bit count
 * sends that many bytes; {@code U} and a 64-bit count reads that many bytes and answers with one
 * byte.
 */
final class LoadTarget implements AutoCloseable {
  private static final int CHUNK_BYTES = 64 * 1024;

  private final ServerSocket server;

  private LoadTarget(ServerSocket server) {
    this.server = server;
  }

  static LoadTarget open() throws IOException {
    var target = new LoadTarget(new ServerSocket(0, 256, InetAddress.getLoopbackAddress()));
    Thread.ofPlatform().daemon().name("load-target").start(target::accept);
    return target;
  }

  InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort());
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        socket.setTcpNoDelay(true);
        Thread.ofPlatform().daemon().start(() -> serve(socket));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private static void serve(Socket socket) {
    try (socket) {
      var in = new DataInputStream(socket.getInputStream());
      var out = socket.getOutputStream();
      switch (in.read()) {
        case 'E' -> echo(socket);
        case 'D' -> {
          long left = in.readLong();
          byte[] chunk = new byte[CHUNK_BYTES];
          while (left > 0) {
            int n = (int) Math.min(left, chunk.length);
            out.write(chunk, 0, n);
            left -= n;
          }
        }
        case 'U' -> {
          long left = in.readLong();
          byte[] chunk = new byte[CHUNK_BYTES];
          while (left > 0) {
            int n = in.read(chunk, 0, (int) Math.min(left, chunk.length));
            if (n < 0) {
              return;
            }
            left -= n;
          }
          out.write(1);
          in.read();
        }
        default -> {
          // A probe that sends nothing or something else: closed.
        }
      }
    } catch (IOException gone) {
      // The measuring side closes when it has what it wants.
    }
  }

  private static void echo(Socket socket) throws IOException {
    byte[] chunk = new byte[CHUNK_BYTES];
    var in = socket.getInputStream();
    var out = socket.getOutputStream();
    for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
      out.write(chunk, 0, n);
    }
  }

  /**
   * Nanoseconds of each of {@code count} round trips of {@code bytes} bytes over one connection to
   * {@code entry}.
   */
  static long[] roundTrips(InetSocketAddress entry, int bytes, int count) throws IOException {
    try (var socket = new Socket(entry.getAddress(), entry.getPort())) {
      socket.setTcpNoDelay(true);
      var in = new DataInputStream(socket.getInputStream());
      var out = socket.getOutputStream();
      out.write('E');
      byte[] message = new byte[bytes];
      long[] nanos = new long[count];
      for (int i = 0; i < count; i++) {
        long start = System.nanoTime();
        out.write(message);
        in.readFully(message);
        nanos[i] = System.nanoTime() - start;
      }
      return nanos;
    }
  }

  /**
   * Seconds to bring {@code bytes} bytes from the target ({@code D}) or to it ({@code U}) over each
   * of {@code streams} connections.
   */
  static double transfer(InetSocketAddress entry, char mode, long bytes, int streams)
      throws IOException {
    var threads = new Thread[streams];
    var failures = new java.util.concurrent.ConcurrentLinkedQueue<IOException>();
    long start = System.nanoTime();
    for (int i = 0; i < streams; i++) {
      threads[i] =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      transferOne(entry, mode, bytes);
                    } catch (IOException e) {
                      failures.add(e);
                    }
                  });
    }
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    IOException failure = failures.poll();
    if (failure != null) {
      throw failure;
    }
    return (System.nanoTime() - start) / 1e9;
  }

  private static void transferOne(InetSocketAddress entry, char mode, long bytes)
      throws IOException {
    try (var socket = new Socket(entry.getAddress(), entry.getPort())) {
      socket.setTcpNoDelay(true);
      var out =
          new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), CHUNK_BYTES));
      var in = socket.getInputStream();
      out.write(mode);
      out.writeLong(bytes);
      out.flush();
      byte[] chunk = new byte[CHUNK_BYTES];
      if (mode == 'D') {
        long left = bytes;
        while (left > 0) {
          int n = in.read(chunk, 0, (int) Math.min(left, chunk.length));
          if (n < 0) {
            throw new IOException(left + " bytes missing");
          }
          left -= n;
        }
      } else {
        for (long left = bytes; left > 0; left -= Math.min(left, chunk.length)) {
          out.write(chunk, 0, (int) Math.min(left, chunk.length));
        }
        out.flush();
        if (in.read() != 1) {
          throw new IOException("the target did not say that it had everything");
        }
      }
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
