package dev.postern.client.connect;

import dev.postern.proto.stream.DataField;
import dev.postern.proto.v1.AttachRequest;
import dev.postern.proto.v1.AttachResponse;
import dev.postern.proto.v1.DebugGatewayGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The messages of an Attach stream, debug bytes apart from all others. */
final class AttachMessages {
  /** Attach, with these messages. */
  static final MethodDescriptor<Outgoing, Incoming> ATTACH =
      DebugGatewayGrpc.getAttachMethod().toBuilder(new Requests(), new Responses()).build();

  private AttachMessages() {}

  /** What goes to the gateway. */
  sealed interface Outgoing {
    record Data(DataField.Content bytes) implements Outgoing {}

    record Message(AttachRequest request) implements Outgoing {}
  }

  /** What the gateway sends. */
  sealed interface Incoming {
    /** To be closed by whoever takes it. */
    record Data(DataField.Received bytes) implements Incoming {}

    record Message(AttachResponse response) implements Incoming {}
  }

  private static final class Requests implements Marshaller<Outgoing> {
    @Override
    public InputStream stream(Outgoing value) {
      return switch (value) {
        case Outgoing.Data(var bytes) -> DataField.message(bytes);
        case Outgoing.Message(var request) -> new ByteArrayInputStream(request.toByteArray());
      };
    }

    @Override
    public Outgoing parse(InputStream stream) {
      throw new UnsupportedOperationException("a client writes requests");
    }
  }

  private static final class Responses implements Marshaller<Incoming> {
    @Override
    public InputStream stream(Incoming value) {
      throw new UnsupportedOperationException("a client reads responses");
    }

    @Override
    public Incoming parse(InputStream stream) {
      try {
        return switch (DataField.read(stream)) {
          case DataField.Found.Data(var bytes) -> new Incoming.Data(bytes);
          case DataField.Found.Other(byte[] message) -> general(AttachResponse.parseFrom(message));
        };
      } catch (IOException e) {
        throw Status.INTERNAL
            .withDescription("the gateway sent what is no AttachResponse")
            .withCause(e)
            .asRuntimeException();
      }
    }

    /** A data field written in an unusual way is one all the same. */
    private static Incoming general(AttachResponse response) throws IOException {
      return response.hasData()
              && DataField.read(new ByteArrayInputStream(response.toByteArray()))
                  instanceof DataField.Found.Data(var bytes)
          ? new Incoming.Data(bytes)
          : new Incoming.Message(response);
    }
  }
}
