package dev.postern.gateway.dlv;

import static dev.postern.gateway.stream.EndReason.TARGET_PROTOCOL;

import dev.postern.gateway.stream.ClientSide;
import dev.postern.gateway.stream.EndReason;
import dev.postern.gateway.stream.SessionGrant;
import dev.postern.gateway.stream.TargetUnavailable;
import dev.postern.json.JsonException;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.wire.dlv.DlvClass;
import dev.postern.wire.dlv.DlvMethod;
import dev.postern.wire.dlv.DlvRequest;
import dev.postern.wire.dlv.RawJson;
import dev.postern.wire.dlv.ReplyShaper;
import dev.postern.wire.dlv.Restrictions;
import dev.postern.wire.dlv.StringRedactor;
import dev.postern.wire.dlv.TargetReply;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One target: the upstream connection, what is known of the process, and the connections of all
 * sessions that share it.
 *
 * <p>Requests that are answered in a stop go through {@link #ask} one at a time, under the {@code
 * exchange} lock, so that a selection and the request that relies on it are never parted.
 */
final class DlvTarget {
  private static final Logger LOG = Logger.getLogger(DlvTarget.class.getName());

  static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
  static final Duration ANSWER_LIMIT = Duration.ofSeconds(20);

  /** A dump holds Delve's own lock until it is written. */
  static final Duration DUMPING_ANSWER_LIMIT = Duration.ofMinutes(10);

  private static final Set<DlvMethod> PER_PROCESS =
      Set.of(
          DlvMethod.PROCESS_PID,
          DlvMethod.BUILD_ID,
          DlvMethod.RECORDED,
          DlvMethod.ATTACHED_TO_EXISTING_PROCESS,
          DlvMethod.GET_VERSION);

  /** What a target needs of its surroundings. */
  record Surroundings(
      GatewayInstance tag,
      TargetWatch watch,
      StaticLists lists,
      ScheduledExecutorService timers,
      Executor threads,
      LongSupplier nanos) {}

  private final Endpoint endpoint;
  private final Surroundings surroundings;
  private final TargetAccounts accounts;
  private final Upstream upstream;
  private final Execution execution;
  private final Breakpoints breakpoints;
  private final Selector selector;
  private final boolean multiclient;
  private final ReentrantLock exchange = new ReentrantLock();
  private final Map<DlvMethod, RawJson> perProcess = new EnumMap<>(DlvMethod.class);
  private final Set<DlvConnection> connections = ConcurrentHashMap.newKeySet();
  private boolean adopted;
  private volatile boolean dumping;
  private volatile boolean breakpointsAnnounced;

  private DlvTarget(
      Endpoint endpoint,
      Surroundings surroundings,
      TargetAccounts accounts,
      Upstream upstream,
      boolean multiclient) {
    this.endpoint = endpoint;
    this.surroundings = surroundings;
    this.accounts = accounts;
    this.upstream = upstream;
    this.multiclient = multiclient;
    this.breakpoints = new Breakpoints(surroundings.tag(), this::removeHot);
    this.execution =
        new Execution(
            upstream,
            breakpoints,
            accounts.target(),
            surroundings.timers(),
            surroundings.threads(),
            surroundings.nanos());
    this.selector = new Selector(execution, this::ask);
  }

  /** Connects and takes the target over as it is. */
  static DlvTarget open(Endpoint endpoint, Surroundings surroundings, TargetAccounts accounts)
      throws TargetLost, InterruptedException {
    surroundings.watch().using(endpoint);
    Upstream upstream;
    try {
      upstream = Upstream.open(endpoint, CONNECT_LIMIT);
    } catch (TargetLost unreachable) {
      surroundings.watch().free(endpoint);
      throw unreachable;
    }
    try {
      var _ = result(upstream.call(DlvRequest.setApiVersion(), CONNECT_LIMIT));
      RawJson shared =
          result(
              upstream.call(
                  new DlvRequest(DlvMethod.IS_MULTICLIENT, JsonObject.EMPTY), CONNECT_LIMIT));
      boolean multiclient =
          tree(shared).get("IsMulticlient").filter(JsonValue.JsonBool.TRUE::equals).isPresent();
      if (!multiclient) {
        LOG.log(
            Level.WARNING,
            "dlv takes a single client: its connection is kept until the gateway ends, which"
                + " detaches or kills the target; start it with --accept-multiclient endpoint={0}",
            endpoint);
      }
      Stop state =
          Stop.of(result(upstream.call(DlvRequest.stateNow(), CONNECT_LIMIT)))
              .orElseThrow(() -> new TargetLost(TARGET_PROTOCOL, "the debugger has no state"));
      var target = new DlvTarget(endpoint, surroundings, accounts, upstream, multiclient);
      target.execution.begin(state);
      var _ = upstream.lost().thenAcceptAsync(target::lost, surroundings.threads());
      return target;
    } catch (TargetLost notADebugger) {
      upstream.close();
      surroundings.watch().free(endpoint);
      throw notADebugger;
    }
  }

  Execution execution() {
    return execution;
  }

  Breakpoints breakpoints() {
    return breakpoints;
  }

  Executor threads() {
    return surroundings.threads();
  }

  LongSupplier nanos() {
    return surroundings.nanos();
  }

  Upstream upstream() {
    return upstream;
  }

  boolean isLost() {
    return upstream.lost().isDone();
  }

  // ---------------------------------------------------------------- connections

  /**
   * Gives a connection its place.
   *
   * @param left called once it has gone again and the process is as it should be
   */
  DlvConnection join(SessionGrant grant, ClientSide client, Runnable left)
      throws TargetUnavailable {
    Set<DlvClass> held = RequestServer.Rules.held(grant.scopes());
    SessionAccount account =
        accounts.of(grant, held.contains(DlvClass.CONTROL), surroundings.nanos().getAsLong());
    Optional<StringRedactor> redactor = Redactor.of(grant.obligations().redact());
    Optional<GoroutineGate> gate = GoroutineGate.of(grant.obligations().goroutines());
    var rules =
        new RequestServer.Rules(
            held,
            new Restrictions(redactor.isPresent(), gate.isPresent()),
            new ReplyShaper(held, breakpoints.view(account), redactor),
            gate);
    var connection = new DlvConnection(this, grant, account, rules, client, left);
    execution.locked(account::connected);
    connections.add(connection);
    execution.seat(connection.seat());
    connection.start();
    return connection;
  }

  /** Takes a connection out; the last of a session takes the session's breakpoints with it. */
  void leave(DlvConnection connection) {
    if (!connections.remove(connection)) {
      return;
    }
    Seat seat = connection.seat();
    SessionAccount account = seat.account();
    var last = new boolean[1];
    execution.locked(() -> last[0] = account.disconnected(surroundings.nanos().getAsLong()));
    List<Long> own = last[0] ? breakpoints.of(account) : List.of();
    boolean stepping = execution.giveUp(seat, !own.isEmpty());
    if (isLost() || (own.isEmpty() && !stepping)) {
      return;
    }
    try (Execution.Access _ = execution.enterOwn()) {
      exchange.lockInterruptibly();
      try {
        for (long id : own) {
          var _ = upstream.call(DlvRequest.clearBreakpoint(id), ANSWER_LIMIT);
          breakpoints.remove(id);
        }
        if (stepping) {
          var _ = upstream.call(DlvRequest.cancelNext(), ANSWER_LIMIT);
        }
      } finally {
        exchange.unlock();
      }
    } catch (TargetLost lost) {
      LOG.log(
          Level.WARNING,
          "could not clean up target={0}: {1}",
          new Object[] {endpoint, lost.text()});
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Takes away a breakpoint that keeps the process from running, and tells its session. */
  private void removeHot(long id) {
    Optional<SessionAccount> owner = breakpoints.owner(id);
    try {
      ownStop(
          () -> {
            breakpoints.remove(id);
            return ask(DlvRequest.clearBreakpoint(id));
          });
    } catch (Refusal | TargetLost notNow) {
      return;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return;
    }
    for (DlvConnection connection : connections) {
      if (owner.filter(connection.seat().account()::equals).isPresent()) {
        connection.tell(
            "breakpoint " + id + " was removed: it is hit so often that the target hardly runs");
      }
    }
  }

  /** Ends every connection and leaves the process running; for the end of the gateway. */
  void shutDown() {
    for (DlvConnection connection : connections) {
      connection.close(EndReason.GATEWAY_STOPPING);
    }
    if (!isLost() && left()) {
      surroundings.watch().free(endpoint);
    }
    upstream.close();
  }

  boolean hasConnections() {
    return !connections.isEmpty();
  }

  /**
   * Closes the upstream once nobody is left, unless that would end the target.
   *
   * @return whether it is closed
   */
  boolean closeIfUnused() {
    if (hasConnections()) {
      return false;
    }
    if (!multiclient && !isLost()) {
      return false;
    }
    if (!isLost() && left()) {
      surroundings.watch().free(endpoint);
    }
    upstream.close();
    return true;
  }

  /** Whether the process runs, and Delve has read the request that made it run. */
  private boolean left() {
    execution.awaitRunning();
    try {
      var _ = upstream.call(DlvRequest.stateNow(), CONNECT_LIMIT);
      return true;
    } catch (TargetLost gone) {
      return false;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void lost(TargetLost reason) {
    for (DlvConnection connection : connections) {
      connection.targetLost(reason);
    }
    if (reason.reason() == EndReason.TARGET_GONE && connections.isEmpty()) {
      return;
    }
    // The process may be fine and only the connection at fault: leave it running and free of ours.
    if (TargetRestorer.restore(endpoint, surroundings.tag(), breakpointsAnnounced)) {
      surroundings.watch().free(endpoint);
    }
  }

  // ---------------------------------------------------------------- asking

  /** What is asked inside a stop, the exchange being ours. */
  @FunctionalInterface
  interface Asking<T extends @Nullable Object> {
    T ask() throws Refusal, TargetLost, InterruptedException;
  }

  /** Enters a stop as this seat may, and asks. */
  <T extends @Nullable Object> T inStop(Seat seat, Asking<T> asking)
      throws Refusal, TargetLost, InterruptedException {
    try (Execution.Access _ = execution.enter(seat)) {
      return exclusively(asking);
    }
  }

  /** Enters a stop that nobody is charged for, and asks. */
  <T extends @Nullable Object> T ownStop(Asking<T> asking)
      throws Refusal, TargetLost, InterruptedException {
    try (Execution.Access _ = execution.enterOwn()) {
      return exclusively(asking);
    }
  }

  /** Clears every breakpoint of every session: before the debugger itself goes. Inside a stop. */
  void clearOwnBreakpoints() throws TargetLost, InterruptedException {
    for (long id : breakpoints.all()) {
      var _ = ask(DlvRequest.clearBreakpoint(id));
      breakpoints.remove(id);
    }
  }

  <T extends @Nullable Object> T exclusively(Asking<T> asking)
      throws Refusal, TargetLost, InterruptedException {
    exchange.lockInterruptibly();
    try {
      adopt();
      return asking.ask();
    } finally {
      exchange.unlock();
    }
  }

  /** Sends one request inside a stop. */
  TargetReply ask(DlvRequest request) throws TargetLost, InterruptedException {
    TargetReply reply = upstream.call(request, dumping ? DUMPING_ANSWER_LIMIT : ANSWER_LIMIT);
    if (request.method() == DlvMethod.DUMP_START) {
      dumping = true;
    }
    return reply;
  }

  void dumpOver() {
    dumping = false;
  }

  /** A request that is answered whatever the process does. */
  TargetReply askAtOnce(DlvRequest request) throws TargetLost, InterruptedException {
    return upstream.call(request, ANSWER_LIMIT);
  }

  /**
   * An answer that stays the same for the life of the process, from memory or asked inside a stop.
   */
  Optional<RawJson> perProcess(DlvMethod method) {
    synchronized (perProcess) {
      return Optional.ofNullable(perProcess.get(method));
    }
  }

  StaticLists lists() {
    return surroundings.lists();
  }

  /** The build id with the endpoint, or empty while it is not known. */
  String build() {
    return perProcess(DlvMethod.BUILD_ID)
        .map(DlvTarget::treeOrEmpty)
        .flatMap(result -> result.string("BuildID"))
        .filter(id -> !id.isEmpty())
        .map(id -> endpoint + " " + id)
        .orElse("");
  }

  /** {@code TargetGoVersion}, or empty while it is not known. */
  String goVersion() {
    return perProcess(DlvMethod.GET_VERSION)
        .map(DlvTarget::treeOrEmpty)
        .flatMap(result -> result.string("TargetGoVersion"))
        .orElse("");
  }

  /** The process was replaced: nothing known of it holds. */
  void forgetProcess() {
    synchronized (perProcess) {
      perProcess.clear();
    }
    adopted = false;
  }

  /** Says that breakpoints are about to be set; returns once that would survive the gateway. */
  void announceBreakpoints() {
    if (!breakpointsAnnounced) {
      surroundings.watch().breakpoints(endpoint);
      breakpointsAnnounced = true;
    }
  }

  /** First thing in the first stop: learn the process, clear what an earlier life of ours left. */
  private void adopt() throws TargetLost, InterruptedException {
    if (adopted) {
      return;
    }
    adopted = true;
    for (DlvMethod method : PER_PROCESS) {
      if (ask(new DlvRequest(method, JsonObject.EMPTY)) instanceof TargetReply.Result result) {
        synchronized (perProcess) {
          perProcess.put(method, result.result());
        }
      }
    }
    if (ask(DlvRequest.listBreakpoints()) instanceof TargetReply.Result result) {
      List<JsonValue> listed =
          treeOrEmpty(result.result())
              .array("Breakpoints")
              .map(JsonValue.JsonArray::elements)
              .orElse(List.of());
      for (JsonValue breakpoint : listed) {
        if (breakpoint instanceof JsonObject object && surroundings.tag().isOurs(object)) {
          long id = object.integer("id").orElse(0L);
          if (breakpoints.owner(id).isEmpty()) {
            var _ = ask(DlvRequest.clearBreakpoint(id));
          }
        }
      }
    }
  }

  /** Makes this seat's selection the server's; inside a stop. */
  void select(Seat seat) throws Refusal, TargetLost, InterruptedException {
    selector.select(seat);
  }

  /** Notes that a seat's own request moved the server's selection. */
  void selected(Seat seat, Selection selection) {
    selector.selected(seat, selection);
  }

  // ---------------------------------------------------------------- reading answers

  private static RawJson result(TargetReply reply) throws TargetLost {
    return switch (reply) {
      case TargetReply.Result(long _, RawJson result) -> result;
      case TargetReply.Failure(long _, String error) ->
          throw new TargetLost(TARGET_PROTOCOL, "the debugger refuses to be asked: " + error);
      case TargetReply.Broken broken -> throw new TargetLost(TARGET_PROTOCOL, broken.detail());
    };
  }

  static JsonObject tree(RawJson result) throws TargetLost {
    try {
      if (result.tree() instanceof JsonObject object) {
        return object;
      }
      throw new TargetLost(TARGET_PROTOCOL, "an answer of the debugger is not an object");
    } catch (JsonException malformed) {
      throw new TargetLost(
          TARGET_PROTOCOL, "an answer of the debugger is not strict JSON", malformed);
    }
  }

  private static JsonObject treeOrEmpty(RawJson result) {
    try {
      return result.tree() instanceof JsonObject object ? object : JsonObject.EMPTY;
    } catch (JsonException malformed) {
      return JsonObject.EMPTY;
    }
  }
}
