package dev.postern.client;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.rpc.ErrorInfo;
import dev.postern.client.keys.DevelopmentCertificates;
import dev.postern.proto.v1.Admitted;
import dev.postern.proto.v1.AttachRequest;
import dev.postern.proto.v1.AttachResponse;
import dev.postern.proto.v1.AttachStart;
import dev.postern.proto.v1.Challenge;
import dev.postern.proto.v1.DebugGatewayGrpc;
import dev.postern.proto.v1.GetChallengeRequest;
import dev.postern.proto.v1.ListTargetsRequest;
import dev.postern.proto.v1.ListTargetsResponse;
import dev.postern.proto.v1.Notice;
import dev.postern.proto.v1.Renew;
import dev.postern.proto.v1.Target;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A gateway that admits everyone, or nobody, and echoes what it is sent. It speaks real TLS on a
 * real port; what callers said is there to be looked at.
 */
final class FakeGateway implements AutoCloseable {
  static final String ID = "postern.test";
  private static final String SESSION = "s-1";

  private final Server server;
  private final int port;
  private final DevelopmentCertificates certificates;
  private final Path ca;
  private final Set<StreamObserver<AttachResponse>> open = ConcurrentHashMap.newKeySet();
  final List<AttachStart> starts = new CopyOnWriteArrayList<>();
  final List<String> proofs = new CopyOnWriteArrayList<>();
  final BlockingQueue<Renew> renewals = new LinkedBlockingQueue<>();
  final AtomicInteger ends = new AtomicInteger();
  final AtomicInteger keepAlives = new AtomicInteger();
  volatile @Nullable StatusRuntimeException denial;
  volatile @Nullable StatusRuntimeException denialOfFurther;
  volatile boolean targetRuns;
  volatile boolean simulated;

  FakeGateway(Path folder) throws IOException {
    // the tests' own clock is the machine's: TLS looks at it too
    Instant now =
        Instant.ofEpochMilli(
            Files.getLastModifiedTime(Files.createTempFile(folder, "now", "")).toMillis());
    certificates = DevelopmentCertificates.create(List.of("127.0.0.1"), now, Duration.ofHours(1));
    ca = Files.writeString(folder.resolve("ca.crt"), certificates.ca());
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .sslContext(
                GrpcSslContexts.forServer(
                        stream(certificates.certificate()), stream(certificates.key()))
                    .build())
            .addService(new Service())
            .build()
            .start();
    port = server.getPort();
  }

  private static ByteArrayInputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
  }

  String address() {
    return "127.0.0.1:" + port;
  }

  Path ca() {
    return ca;
  }

  DevelopmentCertificates certificates() {
    return certificates;
  }

  int openConnections() {
    return open.size();
  }

  /** Refuses whoever attaches with a token from now on. */
  void deny(io.grpc.Status.Code status, String reason, String message) {
    denial = error(status, reason, message);
  }

  /** Ends every connection as a gateway would, and refuses further ones in the session. */
  void endSession(String reason) {
    StatusRuntimeException end =
        error(io.grpc.Status.Code.PERMISSION_DENIED, reason, "the session is over");
    denialOfFurther = end;
    open.forEach(call -> end(call, end));
  }

  void notice(Notice notice) {
    open.forEach(
        call -> {
          synchronized (call) {
            call.onNext(AttachResponse.newBuilder().setNotice(notice).build());
          }
        });
  }

  private void end(StreamObserver<AttachResponse> call, StatusRuntimeException how) {
    if (open.remove(call)) {
      synchronized (call) {
        call.onError(how);
      }
    }
  }

  private static StatusRuntimeException error(
      io.grpc.Status.Code status, String reason, String message) {
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(status.value())
            .setMessage(message)
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder()
                        .setDomain("postern.dev")
                        .setReason(reason)
                        .putMetadata("decision_id", "d-77")
                        .build()))
            .build());
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Challenge challenge(String session) {
    return Challenge.newBuilder()
        .setChallenge("c-1")
        .setSessionId(session)
        .setGatewayId(ID)
        .build();
  }

  private final class Service extends DebugGatewayGrpc.DebugGatewayImplBase {
    @Override
    public void getChallenge(GetChallengeRequest request, StreamObserver<Challenge> answer) {
      answer.onNext(challenge(""));
      answer.onCompleted();
    }

    @Override
    public void listTargets(
        ListTargetsRequest request, StreamObserver<ListTargetsResponse> answer) {
      proofs.add(request.getProof());
      answer.onNext(
          ListTargetsResponse.newBuilder()
              .addTargets(
                  Target.newBuilder()
                      .setName("shop/app")
                      .putLabels("env", "demo")
                      .addTools("dlv")
                      .addScopes("dlv/observe"))
              .build());
      answer.onCompleted();
    }

    @Override
    public StreamObserver<AttachRequest> attach(StreamObserver<AttachResponse> answer) {
      return new Connection((ServerCallStreamObserver<AttachResponse>) answer);
    }
  }

  private final class Connection implements StreamObserver<AttachRequest> {
    private final ServerCallStreamObserver<AttachResponse> answer;

    Connection(ServerCallStreamObserver<AttachResponse> answer) {
      this.answer = answer;
      answer.disableAutoInboundFlowControl();
      answer.setOnReadyHandler(() -> {});
      answer.setOnCancelHandler(() -> open.remove(answer));
      answer.request(1);
    }

    @Override
    public void onNext(AttachRequest request) {
      switch (request.getMessageCase()) {
        case START -> start(request.getStart());
        case PROOF -> admit(request.getProof().getJws());
        case RENEW -> {
          renewals.add(request.getRenew());
          send(
              AttachResponse.newBuilder()
                  .setNotice(
                      Notice.newBuilder().setKind(Notice.Kind.KIND_RENEWED).setText("for a while"))
                  .build());
        }
        case END -> {
          ends.incrementAndGet();
          onCompleted();
        }
        case DATA -> echo(request.getData());
        case MESSAGE_NOT_SET -> throw new AssertionError("an empty message");
      }
      answer.request(1);
    }

    private void start(AttachStart start) {
      starts.add(start);
      StatusRuntimeException refused = start.getSessionId().isEmpty() ? denial : denialOfFurther;
      if (refused != null) {
        synchronized (answer) {
          answer.onError(refused);
        }
        return;
      }
      send(AttachResponse.newBuilder().setChallenge(challenge(SESSION)).build());
    }

    private void admit(String proof) {
      proofs.add(proof);
      open.add(answer);
      AttachStart start = starts.getLast();
      send(
          AttachResponse.newBuilder()
              .setAdmitted(
                  Admitted.newBuilder()
                      .setSessionId(SESSION)
                      .setDecisionId("d-1")
                      .addScopes("dlv/observe")
                      .setTarget(start.getTarget())
                      .setTool(start.getTool())
                      .setSubject("alice@example.com")
                      .setSimulated(simulated)
                      .setTargetRuns(targetRuns)
                      .setExpiresAt(Timestamp.newBuilder().setSeconds(4_000_000_000L)))
              .build());
    }

    private void echo(ByteString data) {
      if (data.isEmpty()) {
        keepAlives.incrementAndGet();
      } else {
        send(AttachResponse.newBuilder().setData(data).build());
      }
    }

    private void send(AttachResponse response) {
      synchronized (answer) {
        if (!answer.isCancelled()) {
          answer.onNext(response);
        }
      }
    }

    @Override
    public void onError(Throwable gone) {
      open.remove(answer);
    }

    @Override
    public void onCompleted() {
      if (open.remove(answer)) {
        synchronized (answer) {
          answer.onCompleted();
        }
      }
    }
  }
}
