package dev.postern.gateway.server;

import static java.util.Objects.requireNonNull;

import dev.postern.attestation.Challenges;
import dev.postern.gateway.admission.Credentials;
import dev.postern.gateway.admission.Peer;
import dev.postern.gateway.admission.TargetListing;
import dev.postern.gateway.server.AttachMessages.Incoming;
import dev.postern.gateway.server.AttachMessages.Outgoing;
import dev.postern.proto.v1.Challenge;
import dev.postern.proto.v1.ChallengePurpose;
import dev.postern.proto.v1.DebugGatewayGrpc;
import dev.postern.proto.v1.GetChallengeRequest;
import dev.postern.proto.v1.ListTargetsRequest;
import dev.postern.proto.v1.ListTargetsResponse;
import dev.postern.proto.v1.Target;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/**
 * {@code postern.v1.DebugGateway}, bound to the generated descriptors (so that reflection shows
 * them) but with marshallers of our own for Attach. Callbacks run on the event loop; every call's
 * work runs on a virtual thread of its own.
 */
final class DebugGatewayService {
  private final AttachCall.Services services;
  private final Credentials credentials;
  private final TargetListing listing;
  private final PeerReader peers;
  private final Set<AttachCall> attached = ConcurrentHashMap.newKeySet();

  DebugGatewayService(
      AttachCall.Services services,
      Credentials credentials,
      TargetListing listing,
      PeerReader peers) {
    this.services = services;
    this.credentials = credentials;
    this.listing = listing;
    this.peers = peers;
  }

  ServerServiceDefinition definition() {
    MethodDescriptor<Incoming, Outgoing> attach =
        DebugGatewayGrpc.getAttachMethod().toBuilder(
                AttachMessages.INCOMING, AttachMessages.OUTGOING)
            .build();
    ServiceDescriptor descriptor =
        ServiceDescriptor.newBuilder(DebugGatewayGrpc.SERVICE_NAME)
            .setSchemaDescriptor(DebugGatewayGrpc.getServiceDescriptor().getSchemaDescriptor())
            .addMethod(DebugGatewayGrpc.getGetChallengeMethod())
            .addMethod(attach)
            .addMethod(DebugGatewayGrpc.getListTargetsMethod())
            .build();
    return ServerServiceDefinition.builder(descriptor)
        .addMethod(attach, this::attach)
        .addMethod(
            DebugGatewayGrpc.getGetChallengeMethod(),
            (call, headers) -> new UnaryCall<>(call, headers, this::challenge))
        .addMethod(
            DebugGatewayGrpc.getListTargetsMethod(),
            (call, headers) -> new UnaryCall<>(call, headers, this::list))
        .build();
  }

  /** Empty data on every admitted stream; to be called every 20 s. */
  void keepAlive() {
    attached.forEach(AttachCall::keepAlive);
  }

  private ServerCall.Listener<Incoming> attach(
      ServerCall<Incoming, Outgoing> call, Metadata headers) {
    Peer peer = peers.read(call.getAttributes(), headers);
    var channel =
        new CallChannel(
            call,
            requireNonNull(call.getAttributes().get(CallerNegotiation.LOOP)),
            services.patience().unread());
    InboundBound bound = InboundBound.ofThisCall();
    var attach = new AttachCall(channel, peer, services, bound);
    bound.onOver(attach::tooLarge);
    channel.open(new Metadata());
    attached.add(attach);
    Thread.ofVirtual()
        .name("attach")
        .start(
            () -> {
              try {
                attach.run();
              } finally {
                attached.remove(attach);
              }
            });
    channel.start();
    return channel;
  }

  private void challenge(
      Exchange<GetChallengeRequest, Challenge> exchange, GetChallengeRequest request) {
    ChallengePurpose purpose = request.getPurpose();
    if (purpose != ChallengePurpose.CHALLENGE_PURPOSE_ATTESTATION
        && purpose != ChallengePurpose.CHALLENGE_PURPOSE_PROOF) {
      exchange.fail(
          new Denials.Told(
              Status.INVALID_ARGUMENT.withDescription("a challenge needs a purpose"),
              new Metadata()));
      return;
    }
    var issued =
        credentials.unbound(
            purpose == ChallengePurpose.CHALLENGE_PURPOSE_PROOF
                ? Challenges.Purpose.PROOF
                : Challenges.Purpose.ATTESTATION);
    exchange.answer(
        Challenge.newBuilder()
            .setChallenge(issued.challenge())
            .setExpiresAt(AttachCall.timestamp(issued.expiresAt()))
            .setGatewayId(services.gatewayId())
            .build());
  }

  private void list(
      Exchange<ListTargetsRequest, ListTargetsResponse> exchange, ListTargetsRequest request) {
    Peer peer = peers.read(exchange.attributes(), exchange.headers());
    switch (listing.list(peer, request.getToken(), request.getProof())) {
      case TargetListing.Listing.Denied(var refusal, String decisionId) ->
          exchange.fail(Denials.of(refusal, decisionId));
      case TargetListing.Listing.Listed(var entries) -> {
        var response = ListTargetsResponse.newBuilder();
        for (var entry : entries) {
          response.addTargets(
              Target.newBuilder()
                  .setName(entry.name())
                  .putAllLabels(entry.labels())
                  .addAllTools(entry.tools())
                  .addAllScopes(entry.scopes()));
        }
        exchange.answer(response.build());
      }
    }
  }

  /** One answer for one request. */
  interface Exchange<Q, A> {
    io.grpc.Attributes attributes();

    Metadata headers();

    void answer(A answer);

    void fail(Denials.Told told);
  }

  /** A unary call: one request in, its work on a virtual thread, one answer out. */
  private static final class UnaryCall<Q, A> extends ServerCall.Listener<Q>
      implements Exchange<Q, A> {
    private final ServerCall<Q, A> call;
    private final Metadata headers;
    private final BiConsumer<Exchange<Q, A>, Q> work;
    private boolean seen;

    UnaryCall(ServerCall<Q, A> call, Metadata headers, BiConsumer<Exchange<Q, A>, Q> work) {
      this.call = call;
      this.headers = headers;
      this.work = work;
      call.request(2); // a second one would be a protocol error, and must be seen to be refused
    }

    @Override
    public void onMessage(Q request) {
      if (seen) {
        fail(new Denials.Told(Status.INVALID_ARGUMENT, new Metadata()));
        return;
      }
      seen = true;
      Thread.ofVirtual().start(() -> run(request));
    }

    private void run(Q request) {
      try {
        work.accept(this, request);
      } catch (RuntimeException bug) {
        org.slf4j.LoggerFactory.getLogger(UnaryCall.class).error("call failed", bug);
        fail(new Denials.Told(Status.INTERNAL, new Metadata()));
      }
    }

    @Override
    public void onHalfClose() {
      if (!seen) {
        fail(new Denials.Told(Status.INVALID_ARGUMENT, new Metadata()));
      }
    }

    @Override
    public io.grpc.Attributes attributes() {
      return call.getAttributes();
    }

    @Override
    public Metadata headers() {
      return headers;
    }

    @Override
    public synchronized void answer(A answer) {
      if (!call.isCancelled()) {
        call.sendHeaders(new Metadata());
        call.sendMessage(answer);
        call.close(Status.OK, new Metadata());
      }
    }

    @Override
    public synchronized void fail(Denials.Told told) {
      if (!call.isCancelled()) {
        call.close(told.status(), told.trailers());
      }
    }
  }
}
