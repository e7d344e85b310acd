package dev.postern.client.connect;

import dev.postern.attestation.mint.ProofSigner;
import dev.postern.client.command.CommandFailure;
import dev.postern.client.command.ExitStatus;
import dev.postern.client.command.Surroundings;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import dev.postern.proto.v1.Challenge;
import dev.postern.proto.v1.ChallengePurpose;
import dev.postern.proto.v1.DebugGatewayGrpc;
import dev.postern.proto.v1.GetChallengeRequest;
import dev.postern.proto.v1.ListTargetsRequest;
import dev.postern.proto.v1.ListTargetsResponse;
import dev.postern.proto.v1.Target;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code postern targets}: what a token could attach to. */
@Command(
    name = "targets",
    description = "Lists the targets that the token could attach to. Does not use the token up.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class TargetsCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final Surroundings around;

  @Mixin private final GatewayOptions options = new GatewayOptions();

  @Option(names = "--json", description = "One JSON object a line.")
  private boolean json;

  public TargetsCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws CommandFailure, InterruptedException {
    GatewayOptions.Resolved resolved = options.resolve(ClientDefaults.load(around), around);
    String token = resolved.tokens().next();
    try (GatewayChannel gateway = GatewayChannel.open(resolved.gateway(), resolved.tls())) {
      ListTargetsResponse response = list(gateway.channel(), resolved, token);
      response.getTargetsList().forEach(this::print);
    } catch (StatusRuntimeException e) {
      Metadata trailers = e.getTrailers();
      Refusal refusal = Refusal.of(e.getStatus(), trailers == null ? new Metadata() : trailers);
      throw refusal.asFailure(
          refusal.exitStatus() == ExitStatus.FOUND ? "denied" : "cannot connect");
    }
    around.out().flush();
    return ExitStatus.DONE;
  }

  private static ListTargetsResponse list(
      ManagedChannel channel, GatewayOptions.Resolved resolved, String token) {
    CallOptions patience = CallOptions.DEFAULT.withDeadlineAfter(PATIENCE);
    ClientCall<GetChallengeRequest, Challenge> call =
        channel.newCall(DebugGatewayGrpc.getGetChallengeMethod(), patience);
    Challenge challenge =
        ClientCalls.blockingUnaryCall(
            call,
            GetChallengeRequest.newBuilder()
                .setPurpose(ChallengePurpose.CHALLENGE_PURPOSE_PROOF)
                .build());
    String gatewayId = resolved.gatewayId();
    String proof =
        new ProofSigner(resolved.key())
            .sign(
                new ProofSigner.Request(
                    gatewayId == null
                        ? OwnToken.audience(token, challenge.getGatewayId())
                        : gatewayId,
                    challenge.getChallenge(),
                    token,
                    "",
                    "",
                    "",
                    List.of(),
                    GatewayChannel.serverCertificate(call)));
    return ClientCalls.blockingUnaryCall(
        channel,
        DebugGatewayGrpc.getListTargetsMethod(),
        patience,
        ListTargetsRequest.newBuilder().setToken(token).setProof(proof).build());
  }

  private void print(Target target) {
    var labels = new TreeMap<>(target.getLabelsMap());
    if (json) {
      var line = new LinkedHashMap<String, JsonValue>();
      var labelValues = new LinkedHashMap<String, JsonValue>();
      labels.forEach((name, value) -> labelValues.put(name, new JsonString(value)));
      line.put("name", new JsonString(target.getName()));
      line.put("labels", new JsonObject(labelValues));
      line.put("tools", JsonArray.ofStrings(target.getToolsList()));
      line.put("scopes", JsonArray.ofStrings(target.getScopesList()));
      around.out().println(new JsonObject(line));
      return;
    }
    String labelText =
        labels.entrySet().stream()
            .map(label -> label.getKey() + "=" + label.getValue())
            .collect(Collectors.joining(","));
    around
        .out()
        .printf(
            "%s  %s  %s  %s%n",
            target.getName(),
            labelText.isEmpty() ? "-" : labelText,
            String.join(",", target.getToolsList()),
            String.join(" ", target.getScopesList()));
  }
}
