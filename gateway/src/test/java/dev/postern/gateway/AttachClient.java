package dev.postern.gateway;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import dev.postern.attestation.mint.ProofSigner;
import dev.postern.attestation.mint.SigningKey;
import dev.postern.proto.v1.Admitted;
import dev.postern.proto.v1.AttachRequest;
import dev.postern.proto.v1.AttachResponse;
import dev.postern.proto.v1.AttachStart;
import dev.postern.proto.v1.Challenge;
import dev.postern.proto.v1.DebugGatewayGrpc;
import dev.postern.proto.v1.Notice;
import dev.postern.proto.v1.Proof;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The caller's side of one Attach, one step at a time. */
final class AttachClient {
  private static final int SECONDS = 10;

  private final ClientCall<AttachRequest, AttachResponse> call;
  private final LinkedBlockingQueue<Object> events = new LinkedBlockingQueue<>();

  /** How a call ended. */
  record Ended(Status status, String reason, String decisionId) {}

  AttachClient(Channel channel) {
    call = channel.newCall(DebugGatewayGrpc.getAttachMethod(), CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(AttachResponse message) {
            events.add(message);
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            events.add(ended(status, trailers));
          }
        },
        new Metadata());
    call.request(1);
  }

  private static Ended ended(Status status, Metadata trailers) {
    var details = StatusProto.fromStatusAndTrailers(status, trailers).getDetailsList();
    for (var detail : details) {
      if (detail.is(ErrorInfo.class)) {
        try {
          ErrorInfo info = detail.unpack(ErrorInfo.class);
          return new Ended(status, info.getReason(), info.getMetadataOrDefault("decision_id", ""));
        } catch (InvalidProtocolBufferException e) {
          throw new IllegalStateException(e);
        }
      }
    }
    return new Ended(status, "", "");
  }

  static AttachStart.Builder startOf(String token) {
    return AttachStart.newBuilder().setToken(token).setTarget("shop/app").setTool("dlv");
  }

  AttachClient start(AttachStart start) {
    call.sendMessage(AttachRequest.newBuilder().setStart(start).build());
    return this;
  }

  AttachClient prove(String token, SigningKey key, AttachStart start) throws InterruptedException {
    Challenge challenge = response().getChallenge();
    return proof(
        new ProofSigner(key)
            .sign(
                new ProofSigner.Request(
                    TestGateway.ID,
                    challenge.getChallenge(),
                    token,
                    challenge.getSessionId(),
                    start.getTarget(),
                    start.getTool(),
                    List.copyOf(start.getScopesList()),
                    Optional.empty())));
  }

  AttachClient proof(String jws) {
    call.sendMessage(AttachRequest.newBuilder().setProof(Proof.newBuilder().setJws(jws)).build());
    return this;
  }

  /** Start, proof, and what came of it. */
  AttachClient attempt(String token, SigningKey key, AttachStart start)
      throws InterruptedException {
    return start(start).prove(token, key, start);
  }

  Admitted admitted(TestGateway gateway) throws InterruptedException {
    String token = gateway.token();
    return attempt(token, gateway.holder, startOf(token).build()).response().getAdmitted();
  }

  AttachClient data(String text) {
    call.sendMessage(AttachRequest.newBuilder().setData(ByteString.copyFromUtf8(text)).build());
    return this;
  }

  void message(AttachRequest request) {
    call.sendMessage(request);
  }

  void halfClose() {
    call.halfClose();
  }

  void reset() {
    call.cancel("reset", null);
  }

  boolean isReady() {
    return call.isReady();
  }

  /** The next message; fails if the call ends instead. */
  AttachResponse response() throws InterruptedException {
    Object event = next();
    call.request(1);
    if (event instanceof AttachResponse response) {
      return response;
    }
    throw new AssertionError("expected a message, the call ended: " + event);
  }

  /** The next debug bytes, notices left out. */
  String text() throws InterruptedException {
    while (true) {
      AttachResponse response = response();
      if (response.hasData() && !response.getData().isEmpty()) {
        return response.getData().toStringUtf8();
      }
    }
  }

  /** What the person at the client is told next. */
  Notice notice() throws InterruptedException {
    while (true) {
      AttachResponse response = response();
      if (response.hasNotice()) {
        return response.getNotice();
      }
    }
  }

  /** How the call ends; messages before that are dropped. */
  Ended end() throws InterruptedException {
    return end(SECONDS);
  }

  /** The same, with more patience. */
  Ended end(int seconds) throws InterruptedException {
    while (true) {
      Object event = next(seconds);
      if (event instanceof Ended ended) {
        return ended;
      }
      call.request(1);
    }
  }

  private Object next() throws InterruptedException {
    return next(SECONDS);
  }

  private Object next(int seconds) throws InterruptedException {
    Object event = events.poll(seconds, TimeUnit.SECONDS);
    if (event == null) {
      throw new AssertionError("nothing came within " + seconds + " s");
    }
    return event;
  }
}
