package dev.postern.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ClientCalls;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gRPC client without our {@code .proto} files finds out what is served, and that it is well. */
class DescribedServicesTest {
  @TempDir Path folder;

  @Test
  void reflection_bothVersions_listTheServices() throws Exception {
    try (TestGateway gateway = TestGateway.start(folder)) {
      ManagedChannel channel = gateway.channel(false);
      try {
        assertThat(newServices(channel))
            .contains("postern.v1.DebugGateway", "grpc.health.v1.Health");
        assertThat(olderServices(channel)).isEqualTo(newServices(channel));
      } finally {
        channel.shutdownNow();
      }
    }
  }

  @Test
  void health_ofTheRunningGateway_isServing() throws Exception {
    try (TestGateway gateway = TestGateway.start(folder)) {
      ManagedChannel channel = gateway.channel(false);
      try {
        assertThat(
                HealthGrpc.newBlockingStub(channel)
                    .check(HealthCheckRequest.getDefaultInstance())
                    .getStatus())
            .isEqualTo(ServingStatus.SERVING);
      } finally {
        channel.shutdownNow();
      }
    }
  }

  private static List<String> newServices(Channel channel) {
    var answers =
        ClientCalls.blockingServerStreamingCall(
            channel,
            io.grpc.reflection.v1.ServerReflectionGrpc.getServerReflectionInfoMethod().toBuilder()
                .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
                .build(),
            CallOptions.DEFAULT,
            io.grpc.reflection.v1.ServerReflectionRequest.newBuilder().setListServices("").build());
    return answers.next().getListServicesResponse().getServiceList().stream()
        .map(service -> service.getName())
        .sorted()
        .toList();
  }

  private static List<String> olderServices(Channel channel) {
    var answers =
        ClientCalls.blockingServerStreamingCall(
            channel,
            io.grpc.reflection.v1alpha.ServerReflectionGrpc.getServerReflectionInfoMethod()
                .toBuilder()
                .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
                .build(),
            CallOptions.DEFAULT,
            io.grpc.reflection.v1alpha.ServerReflectionRequest.newBuilder()
                .setListServices("")
                .build());
    return answers.next().getListServicesResponse().getServiceList().stream()
        .map(service -> service.getName())
        .sorted()
        .toList();
  }
}
