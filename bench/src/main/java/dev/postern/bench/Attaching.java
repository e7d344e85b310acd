package dev.postern.bench;

import dev.postern.attestation.mint.ProofSigner;
import dev.postern.proto.v1.AttachRequest;
import dev.postern.proto.v1.AttachResponse;
import dev.postern.proto.v1.AttachStart;
import dev.postern.proto.v1.DebugGatewayGrpc;
import dev.postern.proto.v1.Proof;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The least of a caller: one Attach up to its admission, which it then keeps open. */
final class Attaching {
  private static final int PATIENCE_SECONDS = 30;

  private final ClientCall<AttachRequest, AttachResponse> call;
  private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();
  private long signingNanos;

  private Attaching(Channel channel) {
    call = channel.newCall(DebugGatewayGrpc.getAttachMethod(), CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(AttachResponse message) {
            events.add(message);
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            events.add(status);
          }
        },
        new Metadata());
    call.request(2);
  }

  static ManagedChannel channel(Installation installation, int port) throws IOException {
    return NettyChannelBuilder.forAddress("localhost", port)
        .sslContext(
            GrpcSslContexts.forClient().trustManager(installation.file("ca.crt").toFile()).build())
        .directExecutor()
        .build();
  }

  /** Attaches with a token; returns once admitted. */
  static Attaching open(Channel channel, String token, ProofSigner prover)
      throws IOException, InterruptedException {
    var attaching = new Attaching(channel);
    attaching.call.sendMessage(
        AttachRequest.newBuilder()
            .setStart(
                AttachStart.newBuilder()
                    .setToken(token)
                    .setTarget(Installation.TARGET)
                    .setTool(Installation.TOOL))
            .build());
    var challenge = attaching.next().getChallenge();
    long signing = System.nanoTime();
    String proof =
        prover.sign(
            new ProofSigner.Request(
                Installation.GATEWAY,
                challenge.getChallenge(),
                token,
                challenge.getSessionId(),
                Installation.TARGET,
                Installation.TOOL,
                List.of(),
                Optional.empty()));
    attaching.signingNanos = System.nanoTime() - signing;
    attaching.call.sendMessage(
        AttachRequest.newBuilder().setProof(Proof.newBuilder().setJws(proof)).build());
    if (!attaching.next().hasAdmitted()) {
      throw new IOException("not admitted");
    }
    return attaching;
  }

  /** What of it was the caller's own signing. */
  long signingNanos() {
    return signingNanos;
  }

  /** Ends it in order; returns when the gateway has said so. */
  void end() throws IOException, InterruptedException {
    call.halfClose();
    call.request(1);
    if (!(events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS) instanceof Status)) {
      throw new IOException("the gateway did not end the call");
    }
  }

  private AttachResponse next() throws IOException, InterruptedException {
    Object event = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (event instanceof AttachResponse response) {
      return response;
    }
    throw new IOException("expected a message, got " + event);
  }
}
