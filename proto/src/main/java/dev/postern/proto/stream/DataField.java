package dev.postern.proto.stream;

import io.grpc.Detachable;
import io.grpc.Drainable;
import io.grpc.HasByteBuffer;
import io.grpc.KnownLength;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The {@code data} field of AttachRequest and AttachResponse, as generated code would read and
 * write it.
 */
public final class DataField {
  /** Field 3, length-delimited: {@code data} in both directions. */
  private static final int TAG = (3 << 3) | 2;

  private static final int MAX_HEADER_BYTES = 1 + 5;

  private DataField() {}

  /** Bytes that are written once, from wherever they lie. */
  public interface Content {
    int length();

    void writeTo(OutputStream out) throws IOException;
  }

  /** A message that has these bytes as its {@code data} and nothing else. */
  public static InputStream message(Content content) {
    return new Message(content);
  }

  /** The bytes of an array. */
  public static Content content(byte[] bytes) {
    return new Content() {
      @Override
      public int length() {
        return bytes.length;
      }

      @Override
      public void writeTo(OutputStream out) throws IOException {
        out.write(bytes);
      }
    };
  }

  /** The bytes of an array, as if they had come. */
  public static Received received(byte[] bytes) {
    return received(ByteBuffer.wrap(bytes));
  }

  private static Received received(ByteBuffer bytes) {
    return new Received(InputStream.nullInputStream(), List.of(bytes), bytes.remaining());
  }

  /** What a message was found to be. */
  public sealed interface Found {
    /** A {@code data} field and nothing else. Whoever gets it closes it. */
    record Data(Received bytes) implements Found {}

    /** Something else: the whole message. */
    @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
    record Other(byte[] message) implements Found {}
  }

  /** Bytes that still lie in the transport's buffers, which closing gives back. */
  public static final class Received implements AutoCloseable {
    private final InputStream owner;
    private final List<ByteBuffer> buffers;
    private final int length;

    private Received(InputStream owner, List<ByteBuffer> buffers, int length) {
      this.owner = owner;
      this.buffers = buffers;
      this.length = length;
    }

    public int length() {
      return length;
    }

    /** The bytes, valid until closed. */
    public List<ByteBuffer> buffers() {
      return buffers;
    }

    /** A copy of the bytes. */
    public byte[] copy() {
      var bytes = new byte[length];
      int at = 0;
      for (ByteBuffer buffer : buffers) {
        int part = buffer.remaining();
        buffer.duplicate().get(bytes, at, part);
        at += part;
      }
      return bytes;
    }

    @Override
    public void close() {
      try {
        owner.close();
      } catch (IOException e) {
        throw new IllegalStateException("closing a buffer does no I/O", e);
      }
    }
  }

  /** Reads one message as gRPC hands it to a marshaller: all of it is there, and bounded. */
  public static Found read(InputStream message) throws IOException {
    if (!(message instanceof KnownLength) || !message.markSupported()) {
      return found(message.readAllBytes());
    }
    int total = message.available();
    message.mark(total);
    byte[] head = message.readNBytes(Math.min(total, MAX_HEADER_BYTES));
    int start = contentStart(head, total);
    message.reset();
    if (start < 0) {
      return new Found.Other(message.readAllBytes());
    }
    if (message instanceof Detachable held
        && message instanceof HasByteBuffer viewed
        && viewed.byteBufferSupported()) {
      return new Found.Data(lent(held.detach(), start, total));
    }
    return found(message.readAllBytes());
  }

  private static Found found(byte[] message) {
    int start =
        contentStart(
            Arrays.copyOf(message, Math.min(message.length, MAX_HEADER_BYTES)), message.length);
    return start < 0
        ? new Found.Other(message)
        : new Found.Data(received(ByteBuffer.wrap(message, start, message.length - start)));
  }

  private static Received lent(InputStream owner, int start, int total) throws IOException {
    boolean done = false;
    try {
      var viewed = (HasByteBuffer) owner;
      owner.mark(total); // what is passed over stays until the owner is closed
      owner.skipNBytes(start);
      var buffers = new ArrayList<ByteBuffer>(4);
      int left = total - start;
      while (left > 0) {
        @Nullable ByteBuffer next = viewed.getByteBuffer();
        if (next == null || !next.hasRemaining()) {
          throw new IOException("a message ends before its length");
        }
        buffers.add(next);
        left -= next.remaining();
        owner.skipNBytes(next.remaining());
      }
      done = true;
      return new Received(owner, buffers, total - start);
    } finally {
      if (!done) {
        owner.close();
      }
    }
  }

  /** Where the bytes begin if the message is one {@code data} field and nothing else, else -1. */
  private static int contentStart(byte[] head, int total) {
    if (head.length < 2 || head[0] != TAG) {
      return -1;
    }
    int length = 0;
    for (int i = 1; i < head.length; i++) {
      length |= (head[i] & 0x7f) << (7 * (i - 1));
      if (head[i] >= 0) {
        return length == total - i - 1 ? i + 1 : -1;
      }
    }
    return -1;
  }

  /** Written in one go where gRPC drains it, as it does; readable like any stream else. */
  private static final class Message extends InputStream implements Drainable, KnownLength {
    private final byte[] header;
    private final Content content;
    private Optional<InputStream> whole = Optional.empty();
    private boolean drained;

    Message(Content content) {
      this.content = content;
      var head = new byte[MAX_HEADER_BYTES];
      int used = 0;
      head[used++] = TAG;
      int rest = content.length();
      while (rest > 0x7f) {
        head[used++] = (byte) ((rest & 0x7f) | 0x80);
        rest >>>= 7;
      }
      head[used++] = (byte) rest;
      this.header = Arrays.copyOf(head, used);
    }

    @Override
    public int drainTo(OutputStream target) throws IOException {
      if (whole.isPresent()) {
        return Math.toIntExact(whole.get().transferTo(target));
      }
      int length = available();
      drained = true;
      target.write(header);
      content.writeTo(target);
      return length;
    }

    private InputStream whole() throws IOException {
      if (whole.isEmpty()) {
        var bytes = new ByteArrayOutputStream(available());
        drainTo(bytes);
        whole = Optional.of(new ByteArrayInputStream(bytes.toByteArray()));
      }
      return whole.get();
    }

    @Override
    public int read() throws IOException {
      return whole().read();
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
      return whole().read(into, from, length);
    }

    @Override
    public int available() throws IOException {
      if (whole.isPresent()) {
        return whole.get().available();
      }
      return drained ? 0 : header.length + content.length();
    }
  }
}
