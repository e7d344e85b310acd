package dev.postern.client.connect;

import dev.postern.client.command.CommandFailure;
import dev.postern.proto.v1.ChallengePurpose;
import dev.postern.proto.v1.DebugGatewayGrpc;
import dev.postern.proto.v1.GetChallengeRequest;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Asks a gateway for the challenge that an attestation has to answer. */
public final class ChallengeFetch {
  private static final int PATIENCE_SECONDS = 20;

  private ChallengeFetch() {}

  /**
   * A challenge for an attestation.
   *
   * @param gateway {@code HOST:PORT}
   * @param ca certificates to trust; the system's if empty
   */
  public static String attestation(String gateway, Optional<Path> ca) throws CommandFailure {
    var tls = new GatewayChannel.Tls(ca.orElse(null), null, null, null);
    try (var channel = GatewayChannel.open(HostPort.parse(gateway, "--gateway"), tls)) {
      return DebugGatewayGrpc.newBlockingStub(channel.channel())
          .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
          .getChallenge(
              GetChallengeRequest.newBuilder()
                  .setPurpose(ChallengePurpose.CHALLENGE_PURPOSE_ATTESTATION)
                  .build())
          .getChallenge();
    } catch (StatusRuntimeException e) {
      throw CommandFailure.unreachable(
          "no challenge from `" + gateway + "`: " + e.getStatus().getCode());
    }
  }
}
