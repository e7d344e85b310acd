package dev.postern.gateway.server;

import dev.postern.proto.v1.AttachRequest;
import dev.postern.proto.v1.AttachResponse;
import dev.postern.proto.v1.AttachStart;
import dev.postern.proto.v1.Renew;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * The messages of an Attach stream and how they are read and written.
 *
 * <p>Debug bytes are most of the traffic, so {@code data} messages skip protobuf's objects: their
 * field is read straight into the array that the target side gets, and written straight from the
 * array that came from it. Everything else is generated code. The bytes on the wire are the same.
 */
final class AttachMessages {
  /** Field 3, length-delimited: {@code data} in both directions. */
  private static final int DATA_TAG = (3 << 3) | 2;

  private static final int MAX_VARINT32_BYTES = 5;

  static final Marshaller<Incoming> INCOMING =
      new Marshaller<>() {
        @Override
        public InputStream stream(Incoming value) {
          throw new UnsupportedOperationException("a server reads requests");
        }

        @Override
        public Incoming parse(InputStream stream) {
          try {
            return Incoming.parse(stream);
          } catch (IOException e) {
            throw Status.INVALID_ARGUMENT
                .withDescription("not an AttachRequest")
                .asRuntimeException();
          }
        }
      };

  static final Marshaller<Outgoing> OUTGOING =
      new Marshaller<>() {
        @Override
        public InputStream stream(Outgoing value) {
          return switch (value) {
            case Outgoing.Message(AttachResponse response) ->
                new ByteArrayInputStream(response.toByteArray());
            case Outgoing.Data(byte[] bytes) -> new DataStream(bytes);
            case Outgoing.Reset reset -> throw new ResetRequested();
          };
        }

        @Override
        public Outgoing parse(InputStream stream) {
          throw new UnsupportedOperationException("a server writes responses");
        }
      };

  private AttachMessages() {}

  /** What a client sent. Arrays are owned by whoever takes the message. */
  sealed interface Incoming {
    record Start(AttachStart start) implements Incoming {}

    record Proof(String jws) implements Incoming {}

    @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
    record Data(byte[] bytes) implements Incoming {}

    record Renewal(Renew renew) implements Incoming {}

    /** None of the messages this gateway knows. */
    record Unknown() implements Incoming {}

    /** Reads one message; the stream's bytes are all of it, and already bounded. */
    static Incoming parse(InputStream stream) throws IOException {
      int total = stream instanceof KnownLength ? stream.available() : -1;
      if (total < 2) {
        return general(stream.readAllBytes());
      }
      byte[] head = stream.readNBytes(Math.min(total, 1 + MAX_VARINT32_BYTES));
      int body = dataStart(head, total);
      if (body < 0) {
        byte[] wire = Arrays.copyOf(head, total);
        stream.readNBytes(wire, head.length, total - head.length);
        return general(wire);
      }
      var bytes = new byte[total - body];
      int already = head.length - body;
      System.arraycopy(head, body, bytes, 0, already);
      stream.readNBytes(bytes, already, bytes.length - already);
      return new Data(bytes);
    }

    private static Incoming general(byte[] wire) throws IOException {
      AttachRequest request = AttachRequest.parseFrom(wire);
      return switch (request.getMessageCase()) {
        case START -> new Start(request.getStart());
        case PROOF -> new Proof(request.getProof().getJws());
        case DATA -> new Data(request.getData().toByteArray());
        case RENEW -> new Renewal(request.getRenew());
        case MESSAGE_NOT_SET -> new Unknown();
      };
    }

    /** Where the bytes begin if the message is one {@code data} field and nothing else, else -1. */
    private static int dataStart(byte[] head, int total) {
      if (head[0] != DATA_TAG) {
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
  }

  /** What goes to a client. */
  sealed interface Outgoing {
    record Message(AttachResponse response) implements Outgoing {}

    @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
    record Data(byte[] bytes) implements Outgoing {}

    /** Not a message: makes gRPC reset the stream, past whatever is queued on it. */
    record Reset() implements Outgoing {}
  }

  /** Thrown where a message would be written, the one place where gRPC resets a stream for it. */
  static final class ResetRequested extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ResetRequested() {
      super("the client does not read: stream reset", null, false, false);
    }
  }

  /** One {@code data} field around an array, copied once: into the transport's buffer. */
  private static final class DataStream extends InputStream implements Drainable, KnownLength {
    private final byte[] header;
    private final byte[] bytes;
    private int at;

    DataStream(byte[] bytes) {
      this.bytes = bytes;
      var head = new byte[1 + MAX_VARINT32_BYTES];
      int used = 0;
      head[used++] = DATA_TAG;
      int rest = bytes.length;
      while (rest > 0x7f) {
        head[used++] = (byte) ((rest & 0x7f) | 0x80);
        rest >>>= 7;
      }
      head[used++] = (byte) rest;
      this.header = Arrays.copyOf(head, used);
    }

    @Override
    public int drainTo(OutputStream target) throws IOException {
      int left = available();
      if (at < header.length) {
        target.write(header, at, header.length - at);
        at = header.length;
      }
      int done = at - header.length;
      target.write(bytes, done, bytes.length - done);
      at = header.length + bytes.length;
      return left;
    }

    @Override
    public int read() {
      if (available() == 0) {
        return -1;
      }
      byte next = at < header.length ? header[at] : bytes[at - header.length];
      at++;
      return next & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) {
      if (length == 0) {
        return 0;
      }
      int count = 0;
      while (count < length && available() > 0) {
        into[from + count++] = (byte) read();
      }
      return count == 0 ? -1 : count;
    }

    @Override
    public int available() {
      return header.length + bytes.length - at;
    }
  }
}
