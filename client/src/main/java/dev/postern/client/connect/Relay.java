package dev.postern.client.connect;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Optional;

/**
 * Moves bytes between standard input and output and one {@link Attachment} until both are done,
 * with a thread for each direction: neither end can be waited for in another way. {@link
 * SocketRelay} is the one for sockets.
 */
final class Relay {
  private static final int CHUNK_BYTES = 32 * 1024;

  /** The local end. */
  interface LocalEnd {
    InputStream in() throws IOException;

    OutputStream out() throws IOException;

    /** Tells the local peer that nothing more comes; it may go on sending. */
    void finishOutput() throws IOException;

    /** Unblocks whoever reads or writes here. Idempotent. */
    void close();
  }

  private final Attachment attachment;
  private final LocalEnd local;

  Relay(Attachment attachment, LocalEnd local) {
    this.attachment = attachment;
    this.local = local;
  }

  /**
   * Runs until the attachment has ended and all it sent has been written, or the local end is gone.
   */
  void run() throws InterruptedException {
    Thread up = Thread.ofVirtual().name("to-gateway").start(this::pumpUp);
    try {
      pumpDown();
    } finally {
      local.close();
      up.interrupt();
    }
  }

  private void pumpUp() {
    try {
      InputStream in = local.in();
      byte[] buffer = new byte[CHUNK_BYTES];
      int count = in.read(buffer);
      while (count >= 0) {
        if (!attachment.send(Arrays.copyOf(buffer, count))) {
          return;
        }
        count = in.read(buffer);
      }
      attachment.halfClose();
    } catch (IOException e) {
      attachment.cancel("the local connection broke");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void pumpDown() throws InterruptedException {
    try {
      OutputStream out = local.out();
      Optional<byte[]> data = attachment.receive();
      while (data.isPresent()) {
        out.write(data.get());
        out.flush();
        data = attachment.receive();
      }
      local.finishOutput();
    } catch (IOException e) {
      attachment.cancel("the local connection broke");
    }
  }
}
