package dev.postern.client;

import dev.postern.client.keys.DevelopmentCertificates;
import dev.postern.config.ConfigLoader;
import dev.postern.config.LoadedConfig;
import dev.postern.config.PosternConfig;
import dev.postern.gateway.ConfigFile;
import dev.postern.gateway.Gateway;
import dev.postern.gateway.RealParts;
import dev.postern.gateway.StartFailed;
import dev.postern.gateway.state.StateStore;
import dev.postern.gateway.stream.ClientGone;
import dev.postern.gateway.stream.ClientSide;
import dev.postern.gateway.stream.EndReason;
import dev.postern.gateway.stream.SessionGrant;
import dev.postern.gateway.stream.TargetSide;
import dev.postern.gateway.stream.ToolTargets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** A real gateway over TLS, but for its targets, which send back what they get. */
final class EchoGateway implements AutoCloseable {
  private final Gateway gateway;
  private final Path ca;
  private final Path config;

  private EchoGateway(Gateway gateway, Path ca, Path config) {
    this.gateway = gateway;
    this.ca = ca;
    this.config = config;
  }

  /**
   * Starts one.
   *
   * @param trust lines of its {@code trust} section, indented by two
   */
  static EchoGateway start(Path folder, String trust, String policy)
      throws IOException, StartFailed {
    var made =
        DevelopmentCertificates.create(
            List.of("127.0.0.1", "localhost"),
            InstantSource.system().instant(),
            Duration.ofDays(1));
    Files.createDirectories(folder.resolve("policies"));
    Path ca = Files.writeString(folder.resolve("ca.crt"), made.ca());
    Files.writeString(folder.resolve("tls.crt"), made.certificate());
    Files.writeString(folder.resolve("tls-TEST.key"), made.key());
    Files.writeString(folder.resolve("policies/policy.yaml"), policy);
    Path config =
        Files.writeString(
            folder.resolve("postern.yaml"),
            """
            gateway: {id: postern.test, replica: a, listen: "127.0.0.1:0", dataDir: data}
            tls: {certificate: tls.crt, key: tls-TEST.key}
            trust:
            %spolicies: [policies/]
            targets:
              - {name: shop/app, labels: {env: prod}, endpoints: {dlv: "tcp://127.0.0.1:2345"}}
            audit: {origin: postern.test/audit, key: audit-TEST.key}
            """
                .formatted(trust));
    if (!(ConfigLoader.load(config)
        instanceof LoadedConfig.Usable<PosternConfig>(var read, var _))) {
      throw new IllegalStateException("the test's configuration is wrong");
    }
    return new EchoGateway(
        Gateway.start(read, new ConfigFile(config), new EchoParts()), ca, config);
  }

  String address() {
    return "127.0.0.1:" + gateway.address().getPort();
  }

  String ca() {
    return ca.toString();
  }

  Path config() {
    return config;
  }

  @Override
  public void close() {
    gateway.close();
  }

  private static final class EchoParts extends RealParts {
    EchoParts() {
      super(InstantSource.system());
    }

    @Override
    public Tools openTools(PosternConfig config, StateStore state) {
      return new Tools() {
        @Override
        public Map<String, ToolTargets> byName() {
          return Map.of("dlv", EchoParts::echo);
        }

        @Override
        public void close() {}
      };
    }

    private static TargetSide echo(SessionGrant grant, ClientSide client) {
      return new TargetSide() {
        @Override
        public void onData(byte[] data) throws InterruptedException {
          try {
            client.send(data);
          } catch (ClientGone gone) {
            client.end(EndReason.CLIENT_GONE, "");
          }
        }

        @Override
        public void onHalfClose() {
          client.end(EndReason.SESSION_ENDED, "");
        }

        @Override
        public void close(EndReason why) {}
      };
    }
  }
}
