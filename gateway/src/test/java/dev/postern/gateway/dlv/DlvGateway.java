package dev.postern.gateway.dlv;

import dev.postern.gateway.stream.EndReason;
import dev.postern.gateway.stream.MessageEvent;
import dev.postern.gateway.stream.MessageSink;
import dev.postern.gateway.stream.SessionGrant;
import dev.postern.gateway.stream.StreamLimits;
import dev.postern.gateway.stream.StreamObligations;
import dev.postern.gateway.stream.TargetUnavailable;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** The inspector alone, without admission: opens sessions on one endpoint and closes them all. */
final class DlvGateway implements AutoCloseable {
  static final Set<String> VIEW = Set.of("dlv/observe", "dlv/inspect");
  static final Set<String> CONTROL = Set.of("dlv/observe", "dlv/inspect", "dlv/control");

  private final DlvTargets targets;
  private final URI endpoint;
  private final List<DebugClient> clients = new CopyOnWriteArrayList<>();
  private final List<MessageEvent> record = new CopyOnWriteArrayList<>();
  private final List<String> left = new CopyOnWriteArrayList<>();

  DlvGateway(URI endpoint) {
    this(endpoint, TargetWatch.NONE);
  }

  DlvGateway(URI endpoint, TargetWatch watch) {
    this.targets = new DlvTargets(new GatewayInstance("0badcafe"), watch, System::nanoTime);
    this.endpoint = endpoint;
  }

  DlvTargets targets() {
    return targets;
  }

  List<MessageEvent> record() {
    return record;
  }

  /** What connections undid when they left. */
  List<String> left() {
    return left;
  }

  DebugClient session(String id, Set<String> scopes) {
    return session(id, scopes, StreamLimits.NONE_NAMED, StreamObligations.NONE);
  }

  DebugClient session(
      String id, Set<String> scopes, StreamLimits limits, StreamObligations obligations) {
    var client = new DebugClient();
    try {
      client.on(targets.open(grant(id, scopes, limits, obligations), client));
    } catch (TargetUnavailable | InterruptedException failed) {
      throw new AssertionError(failed);
    }
    clients.add(client);
    return client;
  }

  SessionGrant grant(
      String id, Set<String> scopes, StreamLimits limits, StreamObligations obligations) {
    return new SessionGrant(
        id,
        "D-" + id,
        "alice",
        "test",
        "shop/app",
        endpoint,
        "dlv",
        scopes,
        limits,
        obligations,
        true,
        new MessageSink() {
          @Override
          public void message(MessageEvent event) {
            record.add(event);
          }

          @Override
          public void leftTarget(boolean done, String what) {
            left.add((done ? "" : "not yet: ") + what);
          }
        });
  }

  Endpoint endpoint() {
    return new Endpoint(endpoint);
  }

  static StreamLimits targetBudget(Duration budget) {
    return new StreamLimits(
        Optional.empty(),
        Optional.empty(),
        OptionalInt.of(1000),
        OptionalLong.empty(),
        OptionalInt.empty(),
        Optional.of(budget));
  }

  static StreamLimits halts(Duration budget, Duration single, int perMinute) {
    return new StreamLimits(
        Optional.of(budget),
        Optional.of(single),
        OptionalInt.of(perMinute),
        OptionalLong.empty(),
        OptionalInt.empty(),
        Optional.empty());
  }

  @Override
  public void close() {
    clients.forEach(client -> client.side().close(EndReason.SESSION_ENDED));
    targets.close();
  }
}
