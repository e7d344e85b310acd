package dev.postern.client.connect;

import dev.postern.client.command.CommandFailure;
import dev.postern.proto.v1.Challenge;
import dev.postern.proto.v1.ChallengePurpose;
import dev.postern.proto.v1.DebugGatewayGrpc;
import dev.postern.proto.v1.GetChallengeRequest;
import dev.postern.proto.v1.Renew;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Carries a session past its token's {@code exp}: asks for a new token when a fifth of the old
 * one's time is left (of a short one's: {@link #SHORTEST_LEAD}, half at most), and sends it with a
 * proof.
 */
final class Renewal implements AutoCloseable {
  private static final Duration SHORTEST_LEAD = Duration.ofSeconds(15);
  private static final Duration SHORTEST_WAIT = Duration.ofSeconds(1);
  private static final Duration RETRY = Duration.ofSeconds(5);

  private final Channel channel;
  private final LocalSession session;
  private final TokenSource tokens;
  private final Notices notices;
  private final InstantSource clock;
  private final CountDownLatch closed = new CountDownLatch(1);

  Renewal(
      Channel channel,
      LocalSession session,
      TokenSource tokens,
      Notices notices,
      InstantSource clock) {
    this.channel = channel;
    this.session = session;
    this.tokens = tokens;
    this.notices = notices;
    this.clock = clock;
  }

  void start() {
    Thread.ofVirtual().name("renewal").start(this::run);
  }

  private void run() {
    try {
      Duration wait = untilRenewal(session.token());
      while (!closed.await(wait.toMillis(), TimeUnit.MILLISECONDS)) {
        wait = renew();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Tries once; says how long to wait for the next time. */
  private Duration renew() throws InterruptedException {
    String sessionId = session.sessionId();
    if (sessionId.isEmpty()) {
      return RETRY; // the next local connection begins a new session with a token of its own
    }
    String old = session.token();
    try {
      String token = tokens.next();
      if (token.equals(old)) {
        notices.once("--token-command gives the same token again; this session ends with it");
        return RETRY;
      }
      send(sessionId, token);
      return untilRenewal(token);
    } catch (CommandFailure e) {
      notices.once("cannot renew the session yet: " + e.text());
    } catch (StatusRuntimeException e) {
      notices.once("cannot renew the session yet: " + e.getStatus().getCode());
    }
    return RETRY;
  }

  private void send(String sessionId, String token) {
    ClientCall<GetChallengeRequest, Challenge> call =
        channel.newCall(
            DebugGatewayGrpc.getGetChallengeMethod(),
            CallOptions.DEFAULT.withDeadlineAfter(Duration.ofSeconds(10)));
    Challenge challenge =
        ClientCalls.blockingUnaryCall(
            call,
            GetChallengeRequest.newBuilder()
                .setPurpose(ChallengePurpose.CHALLENGE_PURPOSE_PROOF)
                .build());
    String proof = session.prove(token, sessionId, session.granted(), challenge, call);
    Renew renew = Renew.newBuilder().setToken(token).setProof(proof).build();
    if (session.any().map(attachment -> attachment.renew(renew)).orElse(false)) {
      session.renewalSent(token);
    }
  }

  private Duration untilRenewal(String token) {
    Instant now = clock.instant();
    Duration left =
        Duration.between(now, OwnToken.expiry(token).orElse(now.plus(Duration.ofMinutes(5))));
    Duration fifth = left.dividedBy(5);
    Duration lead = fifth.compareTo(SHORTEST_LEAD) > 0 ? fifth : SHORTEST_LEAD;
    Duration half = left.dividedBy(2);
    Duration wait = left.minus(lead.compareTo(half) < 0 ? lead : half);
    return wait.compareTo(SHORTEST_WAIT) > 0 ? wait : SHORTEST_WAIT;
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
