package dev.postern.gateway.dlv;

import static dev.postern.gateway.stream.EndReason.TARGET_PROTOCOL;

import dev.postern.gateway.stream.MessageEvent.Action;
import dev.postern.gateway.stream.SessionGrant;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonBool;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.wire.dlv.DlvClass;
import dev.postern.wire.dlv.DlvMethod;
import dev.postern.wire.dlv.DlvRequest;
import dev.postern.wire.dlv.DlvRules;
import dev.postern.wire.dlv.GoroutineTarget;
import dev.postern.wire.dlv.RawJson;
import dev.postern.wire.dlv.ReplyShaper;
import dev.postern.wire.dlv.Restrictions;
import dev.postern.wire.dlv.TargetReply;
import dev.postern.wire.dlv.Verdict;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Decides what becomes of each request of one connection, and sees it answered.
 *
 * <p>The rules of {@code wire} say which classes a request needs; what the session does not hold is
 * denied here and never reaches the target. {@code Command} and {@code State} go to {@link
 * CommandServer}, breakpoints to {@link BreakpointRequests}; everything else is a read in a stop.
 */
final class RequestServer {
  /**
   * What a session may do, compiled from its grant.
   *
   * @param held classes of its scopes
   * @param goroutines which goroutines it may see
   */
  record Rules(
      Set<DlvClass> held,
      Restrictions restrictions,
      ReplyShaper shaper,
      Optional<GoroutineGate> goroutines) {
    boolean control() {
      return held.contains(DlvClass.CONTROL);
    }

    static Set<DlvClass> held(Set<String> scopes) {
      Set<DlvClass> held = EnumSet.noneOf(DlvClass.class);
      for (DlvClass each : DlvClass.values()) {
        if (scopes.contains(each.scope())) {
          held.add(each);
        }
      }
      return held;
    }
  }

  /** How long a process runs between its last breakpoint and a detach. */
  private static final Duration LEAVE_BREAKPOINT = Duration.ofMillis(100);

  private final DlvTarget target;
  private final Seat seat;
  private final SessionGrant grant;
  private final Rules rules;
  private final Runnable detached;
  private final CommandServer commands;
  private final BreakpointRequests breakpoints;

  RequestServer(DlvTarget target, Seat seat, SessionGrant grant, Rules rules, Runnable detached) {
    this.target = target;
    this.seat = seat;
    this.grant = grant;
    this.rules = rules;
    this.detached = detached;
    this.commands = new CommandServer(target, seat, rules, this::admit);
    this.breakpoints = new BreakpointRequests(target, seat, rules);
  }

  void serve(Request request) throws Refusal, TargetLost, InterruptedException {
    switch (request.method()) {
      case STATE -> commands.state(request);
      case COMMAND -> commands.command(request);
      case IS_MULTICLIENT -> {
        // To its clients the gateway is one, whatever the debugger behind it is.
        request.decided(Action.ANSWERED, "", "");
        request.result(new JsonObject(Map.of("IsMulticlient", JsonBool.TRUE)));
      }
      case DETACH -> detach(request);
      default -> {
        Optional<Verdict.Allowed> allowed = admit(request);
        if (allowed.isPresent()) {
          pass(request, allowed.get());
        }
      }
    }
  }

  /**
   * Asks the rules; answers what they answer themselves.
   *
   * @return what to send, its classes held; empty if the request has been answered
   * @throws Refusal if it is denied
   */
  private Optional<Verdict.Allowed> admit(Request request) throws Refusal {
    Verdict verdict = DlvRules.judge(request.call(), rules.held(), rules.restrictions());
    return switch (verdict) {
      case Verdict.Local(JsonObject result) -> {
        request.decided(Action.ANSWERED, "", "");
        request.result(result);
        yield Optional.empty();
      }
      case Verdict.Refused refused ->
          throw new Refusal(refused.reason().name(), "", "postern: " + refused.text());
      case Verdict.Allowed allowed -> {
        requireScopes(allowed.lacking(rules.held()));
        request.decided(
            allowed.rewrites().isEmpty() ? Action.PASSED : Action.REWRITTEN,
            "",
            scopesOf(allowed.classes()));
        yield Optional.of(allowed);
      }
    };
  }

  private void requireScopes(Set<DlvClass> lacking) throws Refusal {
    if (!lacking.isEmpty()) {
      String scopes = scopesOf(lacking);
      throw new Refusal(
          "MESSAGE_SCOPE",
          scopes,
          "postern: denied by policy: this needs scope "
              + scopes
              + " (session "
              + grant.sessionId()
              + ")");
    }
  }

  private static String scopesOf(Set<DlvClass> classes) {
    return classes.stream().sorted().map(DlvClass::scope).collect(Collectors.joining(", "));
  }

  // ---------------------------------------------------------------- passing on

  private void pass(Request request, Verdict.Allowed allowed)
      throws Refusal, TargetLost, InterruptedException {
    DlvMethod method = request.method();
    var upstream = new DlvRequest(method, allowed.args());
    switch (method) {
      case PROCESS_PID, BUILD_ID, RECORDED, ATTACHED_TO_EXISTING_PROCESS, GET_VERSION ->
          perProcess(request, upstream);
      case CREATE_BREAKPOINT,
          AMEND_BREAKPOINT,
          TOGGLE_BREAKPOINT,
          CLEAR_BREAKPOINT,
          GET_BREAKPOINT,
          CREATE_WATCHPOINT ->
          breakpoints.serve(request, allowed);
      case RESTART -> restart(request, upstream);
      case DUMP_START -> {
        answer(
            request,
            target.inStop(
                seat,
                () -> {
                  seat.dumping = true;
                  return read(upstream);
                }));
      }
      case DISASSEMBLE -> disassemble(request, upstream);
      default -> {
        if (method == DlvMethod.LIST_GOROUTINES && rules.goroutines().isPresent()) {
          shownGoroutines(request, rules.goroutines().get(), upstream);
        } else if (method.timing() == DlvMethod.Timing.AT_ONCE) {
          answer(request, target.exchange().askAtOnce(upstream));
        } else if (method.perBuild()) {
          perBuild(request, upstream);
        } else {
          answer(request, target.inStop(seat, () -> read(upstream)));
        }
      }
    }
  }

  private void perProcess(Request request, DlvRequest upstream)
      throws Refusal, TargetLost, InterruptedException {
    Optional<RawJson> known = target.facts().of(request.method());
    if (known.isEmpty()) {
      known =
          target.inStop(
              seat,
              () -> {
                remember();
                return target.facts().of(request.method());
              });
    }
    if (known.isPresent()) {
      result(request, known.get());
    } else {
      answer(request, target.inStop(seat, () -> read(upstream)));
    }
  }

  /** A whole function, which is what no end means, is asked for in pieces. */
  private void disassemble(Request request, DlvRequest upstream)
      throws Refusal, TargetLost, InterruptedException {
    long start = upstream.args().integer("StartPC").orElse(0L);
    long end = upstream.args().integer("EndPC").orElse(0L);
    if (start == 0 || end != 0) {
      answer(request, target.inStop(seat, () -> read(upstream)));
      return;
    }
    JsonObject found =
        target.inStop(
            seat,
            () -> {
              remember();
              target.select(seat);
              OptionalLong entry = Disassembly.entry(target, start);
              if (entry.isEmpty()) {
                throw new Refusal("", "", "postern: no known function is at that address");
              }
              JsonObject like =
                  seat.selection instanceof Selection.Goroutine(long id)
                      ? GoroutineTarget.pin(DlvMethod.DISASSEMBLE, upstream.args(), id)
                      : upstream.args();
              return JsonObject.EMPTY.with(
                  "Disassemble",
                  new JsonArray(
                      Disassembly.ofFunction(
                          target, like, entry.getAsLong(), Disassembly.MAX_BYTES)));
            });
    request.result(rules.shaper().shape(request.method(), found));
  }

  private void shownGoroutines(Request request, GoroutineGate gate, DlvRequest upstream)
      throws Refusal, TargetLost, InterruptedException {
    JsonObject shown =
        target.inStop(
            seat,
            () ->
                switch (read(GoroutineGate.ungrouped(upstream))) {
                  case TargetReply.Result(long _, RawJson result) ->
                      gate.only(target, Answers.tree(result));
                  case TargetReply.Failure(long _, String error) ->
                      throw new Refusal("", "", rules.shaper().shapeError(error));
                  case TargetReply.Broken broken ->
                      throw new TargetLost(TARGET_PROTOCOL, broken.detail());
                });
    request.result(rules.shaper().shape(request.method(), shown));
  }

  private void perBuild(Request request, DlvRequest upstream)
      throws Refusal, TargetLost, InterruptedException {
    Optional<RawJson> kept = target.lists().get(target.facts().build(), upstream);
    if (kept.isPresent()) {
      result(request, kept.get());
      return;
    }
    TargetReply reply = target.inStop(seat, () -> read(upstream));
    if (reply instanceof TargetReply.Result result) {
      target.lists().put(target.facts().build(), upstream, result.result());
    }
    answer(request, reply);
  }

  /** Asks inside a stop: pinned to the goroutine this view has selected. */
  private TargetReply read(DlvRequest upstream) throws Refusal, TargetLost, InterruptedException {
    remember();
    DlvMethod method = upstream.method();
    JsonObject args = upstream.args();
    OptionalLong goroutine = GoroutineTarget.of(method, args);
    if (goroutine.isPresent() && goroutine.getAsLong() <= 0) {
      target.select(seat);
      if (goroutine.getAsLong() == GoroutineTarget.SELECTED
          && seat.selection instanceof Selection.Goroutine(long id)) {
        args = GoroutineTarget.pin(method, args, id);
      }
    }
    if (rules.goroutines().isEmpty()) {
      return target.ask(new DlvRequest(method, args));
    }
    return rules.goroutines().get().ask(target, new DlvRequest(method, args));
  }

  /** Sees to it that a view has a snapshot to show as its state. */
  private void remember() throws Refusal, TargetLost, InterruptedException {
    if (!seat.control() && seat.snapshot.isEmpty() && !target.execution().hasExited()) {
      try {
        target.select(seat);
      } catch (Refusal nothingSelected) {
        if (!nothingSelected.reason().equals("TARGET_GOROUTINE_GONE")) {
          throw nothingSelected;
        }
        seat.selection = Selection.NONE;
      }
    }
  }

  // ---------------------------------------------------------------- the end of a process

  private void restart(Request request, DlvRequest upstream)
      throws Refusal, TargetLost, InterruptedException {
    TargetReply reply =
        target.inStop(
            seat,
            () -> {
              TargetReply restarted = target.ask(upstream);
              if (restarted instanceof TargetReply.Result) {
                target.forgetProcess();
                TargetReply state = target.ask(DlvRequest.stateNow());
                if (state instanceof TargetReply.Result(long _, RawJson result)) {
                  target.execution().restarted(seat, Stop.of(result).orElse(Stop.UNKNOWN));
                }
              }
              return restarted;
            });
    answer(request, reply);
  }

  /**
   * Ends the debugger for everyone where the session holds {@code dlv/lifecycle}; without it,
   * leaving the process alone is what the end of a session does anyway.
   */
  private void detach(Request request) throws Refusal, TargetLost, InterruptedException {
    boolean kill = request.args().get("Kill").filter(JsonBool.TRUE::equals).isPresent();
    if (!kill && !rules.held().contains(DlvClass.LIFECYCLE)) {
      request.decided(Action.ANSWERED, "", "");
      request.result(JsonObject.EMPTY);
      detached.run();
      return;
    }
    Optional<Verdict.Allowed> allowed = admit(request);
    if (allowed.isEmpty()) {
      return;
    }
    var _ =
        target.ownStop(
            () -> {
              target.clearOwnBreakpoints();
              return target.ask(DlvRequest.cancelNext());
            });
    if (!kill) {
      // A thread that stands where a breakpoint was has to leave it before Delve lets go of it.
      target.execution().releaseAll();
      TimeUnit.NANOSECONDS.sleep(LEAVE_BREAKPOINT.toNanos());
    }
    TargetReply reply =
        target.ownStop(() -> target.ask(new DlvRequest(DlvMethod.DETACH, allowed.get().args())));
    answer(request, reply);
    detached.run();
  }

  // ---------------------------------------------------------------- answering

  private void answer(Request request, TargetReply reply) throws TargetLost {
    switch (reply) {
      case TargetReply.Result(long _, RawJson result) -> result(request, result);
      case TargetReply.Failure(long _, String error) ->
          request.error(rules.shaper().shapeError(error));
      case TargetReply.Broken broken -> throw new TargetLost(TARGET_PROTOCOL, broken.detail());
    }
  }

  private void result(Request request, RawJson result) throws TargetLost {
    if (rules.shaper().changes(request.method())) {
      request.result(rules.shaper().shape(request.method(), Answers.tree(result)));
    } else {
      request.result(result);
    }
  }
}
