package dev.postern.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ClientCalls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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

  private static void assertHealth(TestGateway gateway, ServingStatus status) throws Exception {
    var health = HealthGrpc.newBlockingStub(gateway.channel(true));
    for (String service : List.of("", "postern.v1.DebugGateway")) {
      var request = HealthCheckRequest.newBuilder().setService(service).build();
      AdmissionTest.await(() -> health.check(request).getStatus() == status);
    }
  }

  private interface Fault {
    void set(TestGateway gateway, boolean on) throws Exception;
  }

  private void assertNotServingDuring(TestGateway gateway, Fault fault) throws Exception {
    assertHealth(gateway, ServingStatus.SERVING);
    fault.set(gateway, true);
    assertHealth(gateway, ServingStatus.NOT_SERVING);
    fault.set(gateway, false);
    assertHealth(gateway, ServingStatus.SERVING);
  }

  @Test
  void health_withoutWhatAdmissionNeeds_isNotServing() throws Exception {
    try (TestGateway gateway = TestGateway.start(folder)) {
      assertNotServingDuring(gateway, (it, on) -> it.store.fail(on));
      assertNotServingDuring(gateway, (it, on) -> it.audit.fail(on));
      byte[] keys = Files.readAllBytes(folder.resolve("verifier.jwks.json"));
      assertNotServingDuring(
          gateway,
          (it, on) -> {
            if (on) {
              Files.delete(folder.resolve("verifier.jwks.json"));
              it.clock.pass(Duration.ofHours(25));
            } else {
              Files.write(folder.resolve("verifier.jwks.json"), keys);
              it.clock.pass(Duration.ofMinutes(5));
            }
          });
    }
  }

  @Test
  void health_ofAnUnknownService_isNotFound() {
    try (TestGateway gateway = TestGateway.start(folder)) {
      var health = HealthGrpc.newBlockingStub(gateway.channel(true));
      var request = HealthCheckRequest.newBuilder().setService("postern.v1.None").build();

      assertThatThrownBy(() -> health.check(request)).hasMessageContaining("NOT_FOUND");
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
