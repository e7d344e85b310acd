package dev.postern.gateway.dlv;

import static dev.postern.gateway.stream.EndReason.TARGET_PROTOCOL;

import dev.postern.gateway.stream.ClientSide;
import dev.postern.gateway.stream.EndReason;
import dev.postern.gateway.stream.SessionGrant;
import dev.postern.gateway.stream.TargetUnavailable;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One target: the upstream connection, what is known of the process, and the connections of all
 * sessions that share it. {@link Execution} says whether the process runs, {@link Exchange} sends
 * what is asked in a stop, {@link AfterLoss} restores the target when its connection breaks.
 */
final class DlvTarget {
  private static final Logger LOG = Logger.getLogger(DlvTarget.class.getName());

  static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);

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
  private final Exchange exchange;
  private final Breakpoints breakpoints;
  private final Selector selector;
  private final ProcessFacts facts;
  private final AfterLoss afterLoss;
  private final boolean multiclient;
  private final Set<DlvConnection> connections = ConcurrentHashMap.newKeySet();
  private boolean adopted;
  private volatile boolean closing;
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
    this.exchange = new Exchange(upstream, surroundings.threads());
    this.selector = new Selector(execution, exchange);
    this.facts = new ProcessFacts(endpoint);
    this.afterLoss = new AfterLoss(endpoint, surroundings);
  }

  /** Connects and takes the target over as it is. */
  static DlvTarget open(Endpoint endpoint, Surroundings surroundings, TargetAccounts accounts)
      throws TargetLost, InterruptedException {
    boolean unfinished = surroundings.watch().using(endpoint);
    Upstream upstream;
    try {
      upstream = Upstream.open(endpoint, CONNECT_LIMIT);
    } catch (TargetLost unreachable) {
      if (!unfinished || unreachable.reason() == EndReason.TARGET_GONE) {
        surroundings.watch().free(endpoint);
      }
      throw unreachable;
    }
    boolean open = false;
    try {
      var _ = Answers.result(upstream.call(DlvRequest.setApiVersion(), CONNECT_LIMIT));
      RawJson shared =
          Answers.result(
              upstream.call(
                  new DlvRequest(DlvMethod.IS_MULTICLIENT, JsonObject.EMPTY), CONNECT_LIMIT));
      boolean multiclient =
          Answers.tree(shared)
              .get("IsMulticlient")
              .filter(JsonValue.JsonBool.TRUE::equals)
              .isPresent();
      if (!multiclient) {
        LOG.log(
            Level.WARNING,
            "dlv takes a single client: its connection is kept until the gateway ends, which"
                + " detaches or kills the target; start it with --accept-multiclient endpoint={0}",
            endpoint);
      }
      Stop state =
          Stop.of(Answers.result(upstream.call(DlvRequest.stateNow(), CONNECT_LIMIT)))
              .orElseThrow(() -> new TargetLost(TARGET_PROTOCOL, "the debugger has no state"));
      var target = new DlvTarget(endpoint, surroundings, accounts, upstream, multiclient);
      target.execution.begin(state);
      var _ = upstream.lost().thenAcceptAsync(target::lost, surroundings.threads());
      if (unfinished) {
        target.clearLeftovers();
      }
      open = true;
      return target;
    } finally {
      if (!open) {
        upstream.close();
        if (!unfinished) {
          surroundings.watch().free(endpoint);
        }
      }
    }
  }

  /** An earlier use of the target ended badly: nothing of it may be met by the sessions to come. */
  private void clearLeftovers() throws TargetLost, InterruptedException {
    try {
      var _ = ownStop(() -> true);
    } catch (Refusal busy) {
      throw new TargetLost(EndReason.TARGET_UNREACHABLE, busy.text());
    }
  }

  Execution execution() {
    return execution;
  }

  Exchange exchange() {
    return exchange;
  }

  ProcessFacts facts() {
    return facts;
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

  StaticLists lists() {
    return surroundings.lists();
  }

  boolean isLost() {
    return upstream.lost().isDone();
  }

  /** Waits, for a bounded time, until a lost target was restored as far as that can be done now. */
  void awaitRestored() throws InterruptedException {
    afterLoss.superseded();
  }

  /** Nobody took the target over after all. */
  void goOnRestoring() {
    surroundings.threads().execute(() -> afterLoss.resume(breakpointsAnnounced));
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
    TargetLost already = upstream.lost().getNow(null);
    if (already != null) {
      connection.targetLost(already);
    }
    return connection;
  }

  /**
   * Takes a connection out; the last of a session takes the session's breakpoints with it. Called
   * once for each.
   */
  void leave(DlvConnection connection) {
    try {
      List<String> undone = cleanUp(connection.seat());
      if (!undone.isEmpty()) {
        connection.hasLeft(/* done= */ true, String.join(", ", undone));
      }
    } catch (TargetLost | Refusal failed) {
      connection.hasLeft(/* done= */ false, "" + failed.getMessage());
      LOG.log(
          Level.WARNING,
          "could not clean up target={0}: {1}",
          new Object[] {endpoint, failed.getMessage()});
      // Restored over another connection: see AfterLoss.
      var _ =
          upstream.giveUp(
              failed instanceof TargetLost lost
                  ? lost
                  : new TargetLost(EndReason.TARGET_UNREACHABLE, "" + failed.getMessage()));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } finally {
      connections.remove(connection);
    }
  }

  /** Undoes what the seat did to the process; what that was, in words. */
  private List<String> cleanUp(Seat seat) throws Refusal, TargetLost, InterruptedException {
    SessionAccount account = seat.account();
    var last = new boolean[1];
    execution.locked(() -> last[0] = account.disconnected(surroundings.nanos().getAsLong()));
    var undone = new ArrayList<String>();
    boolean held = execution.isHeldBy(seat);
    boolean stepping = execution.giveUp(seat);
    if (isLost()) {
      return List.of(); // AfterLoss restores it
    }
    if (seat.dumping) {
      exchange.cancelDump();
      undone.add("dump cancelled");
    }
    // A request under way is seen through first: it may be setting a breakpoint.
    List<Long> own =
        exchange.exclusively(() -> last[0] ? breakpoints.of(account) : List.<Long>of());
    if (!own.isEmpty()) {
      undone.add("breakpoints cleared: " + own.size());
    }
    if (stepping) {
      undone.add("step cancelled");
    }
    if (held) {
      undone.add("let go");
    }
    if (own.isEmpty() && !stepping) {
      execution.letGo();
      return undone;
    }
    try (Execution.Access _ = execution.enterOwn()) {
      var _ =
          exchange.exclusively(
              () -> {
                for (long id : own) {
                  var _ = upstream.call(DlvRequest.clearBreakpoint(id), Exchange.CHANGE_LIMIT);
                  breakpoints.remove(id);
                }
                if (stepping) {
                  var _ = upstream.call(DlvRequest.cancelNext(), Exchange.CHANGE_LIMIT);
                }
                return own;
              });
    }
    return undone;
  }

  /** Takes away a breakpoint that keeps the process from running, and tells its session. */
  private void removeHot(long id) {
    Optional<SessionAccount> owner = breakpoints.owner(id);
    try {
      var _ =
          ownStop(
              () -> {
                breakpoints.remove(id);
                return exchange.ask(DlvRequest.clearBreakpoint(id));
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
    close();
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
    close();
    return true;
  }

  private void close() {
    if (!isLost()) {
      boolean runs = runsOn();
      closing = runs;
      if (runs) {
        surroundings.watch().free(endpoint);
      }
    }
    upstream.close();
  }

  /** Whether the process runs, and Delve has read the request that made it run. */
  private boolean runsOn() {
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
    connections.forEach(connection -> connection.targetLost(reason));
    if (!closing) {
      afterLoss.restore(breakpointsAnnounced);
    }
  }

  // ---------------------------------------------------------------- asking

  /** Enters a stop as this seat may, and asks. */
  <T extends @Nullable Object> T inStop(Seat seat, Exchange.Asking<T> asking)
      throws Refusal, TargetLost, InterruptedException {
    return exchange.inside(
        execution.enter(seat),
        () -> {
          if (!execution.isSeated(seat)) {
            throw new InterruptedException("the connection has ended");
          }
          adopt();
          return asking.ask();
        });
  }

  /** Enters a stop that nobody is charged for, and asks. */
  <T extends @Nullable Object> T ownStop(Exchange.Asking<T> asking)
      throws Refusal, TargetLost, InterruptedException {
    return exchange.inside(
        execution.enterOwn(),
        () -> {
          adopt();
          return asking.ask();
        });
  }

  /** Clears every breakpoint of every session: before the debugger itself goes. Inside a stop. */
  void clearOwnBreakpoints() throws Refusal, TargetLost, InterruptedException {
    for (long id : breakpoints.all()) {
      var _ = exchange.ask(DlvRequest.clearBreakpoint(id));
      breakpoints.remove(id);
    }
  }

  /** Sends one request inside a stop. */
  TargetReply ask(DlvRequest request) throws Refusal, TargetLost, InterruptedException {
    return exchange.ask(request);
  }

  /** The process was replaced: nothing known of it holds. */
  void forgetProcess() {
    facts.forget();
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
  private void adopt() throws Refusal, TargetLost, InterruptedException {
    if (adopted) {
      return;
    }
    facts.learn(exchange);
    if (ask(DlvRequest.listBreakpoints()) instanceof TargetReply.Result result) {
      List<JsonValue> listed =
          Answers.treeOrEmpty(result.result())
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
    adopted = true;
  }

  /** Makes this seat's selection the server's; inside a stop. */
  void select(Seat seat) throws Refusal, TargetLost, InterruptedException {
    selector.select(seat);
  }

  /** Notes that a seat's own request moved the server's selection. */
  void selected(Seat seat, Selection selection) {
    selector.selected(seat, selection);
  }
}
