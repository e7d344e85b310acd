package dev.postern.gateway.server;

import dev.postern.gateway.stream.LentBytes;
import dev.postern.proto.stream.DataField;
import dev.postern.proto.v1.AttachRequest;
import dev.postern.proto.v1.AttachResponse;
import dev.postern.proto.v1.AttachStart;
import dev.postern.proto.v1.Renew;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The messages of an Attach stream and how they are read and written.
 *
 * <p>Debug bytes are most of the traffic, so {@code data} messages skip protobuf's objects, see
 * {@link DataField}. Everything else is generated code. The bytes on the wire are the same.
 */
final class AttachMessages {
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
            case Outgoing.Data(byte[] bytes) -> DataField.message(DataField.content(bytes));
            case Outgoing.Flow(LentBytes bytes) -> DataField.message(new LentContent(bytes));
            case Outgoing.Reset reset -> throw new ResetRequested();
          };
        }

        @Override
        public Outgoing parse(InputStream stream) {
          throw new UnsupportedOperationException("a server writes responses");
        }
      };

  private AttachMessages() {}

  /** What a client sent. Whoever takes lent bytes closes them. */
  sealed interface Incoming {
    record Start(AttachStart start) implements Incoming {}

    record Proof(String jws) implements Incoming {}

    /** Debug bytes as they came. */
    record Lent(LentBytes bytes) implements Incoming {}

    /** The same, kept. */
    @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
    record Data(byte[] bytes) implements Incoming {}

    record Renewal(Renew renew) implements Incoming {}

    record End() implements Incoming {}

    /** None of the messages this gateway knows. */
    record Unknown() implements Incoming {}

    /** Reads one message; the stream's bytes are all of it, and already bounded. */
    static Incoming parse(InputStream stream) throws IOException {
      return switch (DataField.read(stream)) {
        case DataField.Found.Data(var bytes) -> new Lent(new Received(bytes));
        case DataField.Found.Other(byte[] message) -> general(message);
      };
    }

    private static Incoming general(byte[] wire) throws IOException {
      AttachRequest request = AttachRequest.parseFrom(wire);
      return switch (request.getMessageCase()) {
        case START -> new Start(request.getStart());
        case PROOF -> new Proof(request.getProof().getJws());
        case DATA -> new Data(request.getData().toByteArray());
        case RENEW -> new Renewal(request.getRenew());
        case END -> new End();
        case MESSAGE_NOT_SET -> new Unknown();
      };
    }
  }

  /** What goes to a client. */
  sealed interface Outgoing {
    record Message(AttachResponse response) implements Outgoing {}

    @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
    record Data(byte[] bytes) implements Outgoing {}

    /** Bytes that are copied while the message is sent, and not later. */
    record Flow(LentBytes bytes) implements Outgoing {}

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

  /** What gRPC read, in its own buffers. */
  private record Received(DataField.Received bytes) implements LentBytes {
    @Override
    public int length() {
      return bytes.length();
    }

    @Override
    public List<ByteBuffer> buffers() {
      return bytes.buffers();
    }

    @Override
    public void close() {
      bytes.close();
    }
  }

  /** Copied in steps that stay in the processor's cache. */
  private record LentContent(LentBytes bytes) implements DataField.Content {
    private static final int STEP_BYTES = 8 * 1024;

    @Override
    public int length() {
      return bytes.length();
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
      var step = new byte[Math.min(STEP_BYTES, bytes.length())];
      for (ByteBuffer buffer : bytes.buffers()) {
        ByteBuffer rest = buffer.duplicate();
        while (rest.hasRemaining()) {
          int part = Math.min(step.length, rest.remaining());
          rest.get(step, 0, part);
          out.write(step, 0, part);
        }
      }
    }
  }
}
