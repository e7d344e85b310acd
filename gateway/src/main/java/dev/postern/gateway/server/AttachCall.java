package dev.postern.gateway.server;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.postern.attestation.Challenges;
import dev.postern.gateway.admission.Admission;
import dev.postern.gateway.admission.AdmissionService;
import dev.postern.gateway.admission.AttachAttempt;
import dev.postern.gateway.admission.Caller;
import dev.postern.gateway.admission.Peer;
import dev.postern.gateway.admission.RenewalService;
import dev.postern.gateway.server.AttachMessages.Incoming;
import dev.postern.gateway.server.AttachMessages.Outgoing;
import dev.postern.gateway.server.CallChannel.Gone;
import dev.postern.gateway.server.CallChannel.Received;
import dev.postern.gateway.session.SessionConnection;
import dev.postern.gateway.stream.ClientGone;
import dev.postern.gateway.stream.EndReason;
import dev.postern.gateway.stream.FlowSide;
import dev.postern.gateway.stream.LentBytes;
import dev.postern.gateway.stream.NoticeEvent;
import dev.postern.gateway.stream.StreamLimits;
import dev.postern.proto.v1.Admitted;
import dev.postern.proto.v1.AttachResponse;
import dev.postern.proto.v1.AttachStart;
import dev.postern.proto.v1.Challenge;
import dev.postern.proto.v1.Limits;
import dev.postern.proto.v1.Notice;
import dev.postern.proto.v1.Renew;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Attach stream from its first message to its end, run on one virtual thread: start, challenge,
 * proof, admitted, then bytes to the target side until either end is done.
 */
final class AttachCall implements Caller, Runnable {
  private static final Logger log = LoggerFactory.getLogger(AttachCall.class);

  /** What an Attach stream needs of the gateway. */
  record Services(
      AdmissionService admission,
      RenewalService renewals,
      String gatewayId,
      InstantSource clock,
      CallerPatience patience) {}

  private final CallChannel channel;
  private final Peer peer;
  private final Services services;
  private final InboundBound bound;
  private volatile @Nullable SessionConnection served;
  private volatile String decisionId = "";

  AttachCall(CallChannel channel, Peer peer, Services services, InboundBound bound) {
    this.bound = bound;
    this.channel = channel;
    this.peer = peer;
    this.services = services;
  }

  @Override
  public void run() {
    try {
      Optional<AttachStart> start = start();
      if (start.isEmpty()) {
        tell(services.admission().denyUnread(peer, /* tooLarge= */ false));
        return;
      }
      switch (services.admission().admit(attempt(start.get()), this)) {
        case Admission.Granted(SessionConnection connection) -> serve(connection);
        case Admission.Denied denied -> tell(denied);
        case Admission.Left left -> close(EndReason.CLIENT_GONE, "");
      }
    } catch (Gone gone) {
      close(EndReason.CLIENT_GONE, "");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close(EndReason.GATEWAY_STOPPING, "");
    } catch (RuntimeException | Error bug) {
      log.error("attach failed decision={}", decisionId, bug);
      close(EndReason.INTERNAL_ERROR, "");
    }
  }

  /** A message is larger than the bound: ends the stream while it still arrives. Never blocks. */
  void tooLarge() {
    SessionConnection connection = served;
    if (connection == null) {
      // recording waits for the disk
      Thread.ofVirtual()
          .name("attach-too-large")
          .start(() -> tell(services.admission().denyUnread(peer, /* tooLarge= */ true)));
    } else {
      connection.end(EndReason.MESSAGE_TOO_LARGE, "");
    }
  }

  private void tell(Admission.Denied denied) {
    var told = Denials.of(denied.refusal(), denied.decisionId());
    channel.close(told.status(), told.trailers());
  }

  private Optional<AttachStart> start() throws Gone, InterruptedException {
    return channel.receive(services.patience().start())
            instanceof Received.Message(Incoming.Start(AttachStart start))
        ? Optional.of(start)
        : Optional.empty();
  }

  private AttachAttempt attempt(AttachStart start) {
    return new AttachAttempt(
        peer,
        start.getToken(),
        start.getSessionId(),
        start.getTarget(),
        start.getTool(),
        start.getScopesList(),
        start.getReason(),
        java.time.Duration.ofSeconds(
            Math.clamp(start.getHold().getSeconds(), -1, 86_400), start.getHold().getNanos()));
  }

  // ---- while admission decides

  @Override
  public Optional<String> prove(Challenges.Issued challenge, String sessionId)
      throws InterruptedException, CallerLeft {
    try {
      send(
          AttachResponse.newBuilder()
              .setChallenge(
                  Challenge.newBuilder()
                      .setChallenge(challenge.challenge())
                      .setSessionId(sessionId)
                      .setExpiresAt(timestamp(challenge.expiresAt()))
                      .setGatewayId(services.gatewayId()))
              .build());
      return channel.receive(services.patience().proof())
              instanceof Received.Message(Incoming.Proof(String jws))
          ? Optional.of(jws)
          : Optional.empty();
    } catch (Gone gone) {
      throw new CallerLeft();
    }
  }

  // ---- once it is in

  private void serve(SessionConnection connection) throws InterruptedException {
    decisionId = connection.session().terms().row().decision();
    served = connection;
    bound.raise();
    // a reset must reach the target at once, also while this thread waits on it
    channel.whenGone(() -> connection.end(whyGone(), ""));
    try {
      send(AttachResponse.newBuilder().setAdmitted(admitted(connection)).build());
      connection.admitted();
      Optional<FlowSide> flowing = connection.flowing();
      if (flowing.isPresent()) {
        flow(connection, flowing.get());
      }
      relay(connection);
    } catch (Gone gone) {
      connection.session().connectionOver(connection, whyGone(), "");
    } catch (RuntimeException | Error bug) {
      log.error("connection failed session_id={}", connection.session().id(), bug);
      connection.session().connectionOver(connection, EndReason.INTERNAL_ERROR, "");
    }
  }

  private EndReason whyGone() {
    return channel.isUnread() ? EndReason.CLIENT_SLOW : EndReason.CLIENT_GONE;
  }

  /** From here on debug bytes do not come by this thread; all other messages do. */
  private void flow(SessionConnection connection, FlowSide side) throws InterruptedException {
    channel.flowTo(
        new CallChannel.Flow() {
          @Override
          public void begin() {
            side.begin();
          }

          @Override
          public void data(LentBytes bytes) {
            connection.flowFromClient(side, bytes);
          }

          @Override
          public void ready() {
            side.ready();
          }
        });
  }

  private void relay(SessionConnection connection) throws Gone, InterruptedException {
    while (true) {
      switch (channel.receive()) {
        case Received.Message(Incoming.Data(byte[] bytes)) -> connection.fromClient(bytes);
        case Received.Message(Incoming.Renewal(Renew renew)) -> renew(connection, renew);
        case Received.Message(Incoming.End end) -> connection.session().endedByClient();
        case Received.Message(Incoming.Start(var start)) -> malformed(connection);
        case Received.Message(Incoming.Proof(var proof)) -> malformed(connection);
        case Received.Message(Incoming.Unknown unknown) -> malformed(connection);
        case Received.Message(Incoming.Lent lent) ->
            throw new IllegalStateException("lent bytes are not kept");
        case Received.HalfClosed half -> {
          connection.halfClosed();
          channel.awaitGone(); // the target side ends the connection when it has answered
          return;
        }
        case Received.TimedOut timedOut -> throw new IllegalStateException("no limit was given");
      }
    }
  }

  private static void malformed(SessionConnection connection) {
    connection
        .session()
        .connectionOver(connection, EndReason.MESSAGE_MALFORMED, "not a message for a live stream");
  }

  private void renew(SessionConnection connection, Renew renew) {
    services
        .renewals()
        .renew(connection.session(), peer, renew.getToken(), renew.getProof())
        .ifPresent(
            refusal ->
                connection.notice(
                    new NoticeEvent(
                        NoticeEvent.Kind.DENIED, refusal.told(), "the renewal was refused", "")));
  }

  private static Admitted admitted(SessionConnection connection) {
    var session = connection.session();
    var row = session.terms().row();
    boolean control = row.scopes().contains(row.tool() + "/control");
    return Admitted.newBuilder()
        .setSessionId(row.id())
        .setDecisionId(row.decision())
        .addAllScopes(row.scopes())
        .setExpiresAt(timestamp(session.expiresAt()))
        .setSimulated(row.simulated())
        .setTargetRuns(row.tool().equals("dlv") && !control)
        .setTarget(row.target())
        .setTool(row.tool())
        .setSubject(row.subject())
        .setLimits(limits(session.terms().limits(), session.terms().idle()))
        .build();
  }

  private static Limits limits(StreamLimits limits, Optional<java.time.Duration> idle) {
    var told = Limits.newBuilder();
    limits.haltBudget().ifPresent(budget -> told.setHaltBudget(duration(budget)));
    limits.singleHalt().ifPresent(halt -> told.setSingleHalt(duration(halt)));
    limits.haltsPerMinute().ifPresent(told::setHaltsPerMinute);
    limits.streamBytes().ifPresent(told::setStreamBytes);
    limits.requestsPerSecond().ifPresent(told::setRequestsPerSecond);
    idle.ifPresent(time -> told.setIdle(duration(time)));
    return told.build();
  }

  // ---- the caller's line

  private void send(AttachResponse response) throws Gone, InterruptedException {
    channel.send(new Outgoing.Message(response));
  }

  @Override
  public void send(byte[] data) throws InterruptedException, ClientGone {
    try {
      channel.send(new Outgoing.Data(data));
    } catch (Gone gone) {
      SessionConnection connection = served;
      if (connection != null) {
        connection.end(whyGone(), ""); // before the target side, which only sees that it has gone
      }
      throw new ClientGone("" + gone.getMessage());
    }
  }

  @Override
  public Optional<Executor> loop() {
    return Optional.of(channel.loop());
  }

  @Override
  public boolean flow(LentBytes data) {
    return channel.flow(data);
  }

  @Override
  public void notice(NoticeEvent notice) {
    channel.offer(
        new Outgoing.Message(
            AttachResponse.newBuilder()
                .setNotice(
                    Notice.newBuilder()
                        .setKind(Notice.Kind.valueOf("KIND_" + notice.kind().name()))
                        .setReason(notice.reason())
                        .setText(notice.text())
                        .setScope(notice.scope())
                        .setTime(timestamp(services.clock().instant())))
                .build()));
  }

  @Override
  public void close(EndReason why, String detail) {
    var told = Denials.of(why, decisionId);
    channel.close(told.status(), told.trailers());
  }

  /** Sends empty data, so that proxies do not cut a quiet stream. */
  void keepAlive() {
    if (!decisionId.isEmpty()) {
      channel.offer(new Outgoing.Data(new byte[0]));
    }
  }

  static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }

  private static Duration duration(java.time.Duration duration) {
    return Duration.newBuilder()
        .setSeconds(duration.getSeconds())
        .setNanos(duration.getNano())
        .build();
  }
}
