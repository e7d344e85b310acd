package dev.postern.gateway.dlv;

import static dev.postern.gateway.stream.EndReason.TARGET_PROTOCOL;

import dev.postern.gateway.stream.MessageEvent.Action;
import dev.postern.json.JsonValue.JsonBool;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.wire.dlv.DlvClass;
import dev.postern.wire.dlv.DlvMethod;
import dev.postern.wire.dlv.DlvRequest;
import dev.postern.wire.dlv.GoroutineTarget;
import dev.postern.wire.dlv.LocalState;
import dev.postern.wire.dlv.RawJson;
import dev.postern.wire.dlv.TargetReply;
import dev.postern.wire.dlv.Verdict;
import java.util.Map;
import java.util.Optional;

/**
 * Serves {@code State} and {@code Command}: for real to a session with {@code dlv/control}; to
 * others as the view of a target that is always stopped while the real one runs.
 */
final class CommandServer {
  /** Judges a request; empty if it has been answered. */
  @FunctionalInterface
  interface Admission {
    Optional<Verdict.Allowed> admit(Request request) throws Refusal;
  }

  private final DlvTarget target;
  private final Execution execution;
  private final Seat seat;
  private final RequestServer.Rules rules;
  private final Admission admission;

  CommandServer(DlvTarget target, Seat seat, RequestServer.Rules rules, Admission admission) {
    this.target = target;
    this.execution = target.execution();
    this.seat = seat;
    this.rules = rules;
    this.admission = admission;
  }

  void state(Request request) throws Refusal, TargetLost, InterruptedException {
    if (admission.admit(request).isEmpty()) {
      return;
    }
    if (!seat.control()) {
      request.result(localState());
    } else {
      request.result(realState());
    }
  }

  void command(Request request) throws Refusal, TargetLost, InterruptedException {
    String name = request.args().string("name").orElse("");
    if (!seat.control() && rules.held().contains(DlvClass.LOG)) {
      switch (name) {
        case "continue" -> {
          request.decided(Action.ANSWERED, "", DlvClass.LOG.scope());
          proceed(request);
          return;
        }
        case "halt" -> {
          request.decided(Action.ANSWERED, "", DlvClass.LOG.scope());
          execution.stopWaiting(seat, new Seat.Outcome.Stopped(seat.snapshot.orElse(Stop.UNKNOWN)));
          request.result(localState());
          return;
        }
        default -> {}
      }
    }
    if (name.equals("continue") && !seat.control() && request.isLast()) {
      // `exit -c`: the client has closed already, and what it wants is so: the process runs on.
      request.decided(Action.ANSWERED, "", "");
      return;
    }
    Optional<Verdict.Allowed> admitted = admission.admit(request);
    if (admitted.isEmpty()) {
      return;
    }
    JsonObject args = admitted.get().args();
    switch (name) {
      case "switchGoroutine" ->
          switchTo(request, args, new Selection.Goroutine(args.integer("goroutineID").orElse(0L)));
      case "switchThread" ->
          switchTo(request, args, new Selection.OfThread(args.integer("threadID").orElse(0L)));
      case "halt" -> {
        requireControl();
        execution.halt(seat);
        request.result(realState());
      }
      case "continue" -> {
        requireControl();
        proceed(request);
      }
      default -> {
        requireControl();
        step(request, args);
      }
    }
  }

  /** A call or a rewind moves the process as a step does, whatever else it needs. */
  private void requireControl() throws Refusal {
    if (!seat.control()) {
      throw new Refusal(
          "MESSAGE_SCOPE",
          DlvClass.CONTROL.scope(),
          "postern: denied by policy: this needs scope "
              + DlvClass.CONTROL.scope()
              + " (session "
              + seat.account().sessionId()
              + ")");
    }
  }

  // ---------------------------------------------------------------- states

  private JsonObject localState() {
    if (execution.hasExited()) {
      return shaped(execution.lastStop().state());
    }
    return LocalState.stopped(
        seat.snapshot.map(stop -> stateOf(shaped(stop.state()))), Optional.empty());
  }

  private JsonObject realState() throws Refusal, TargetLost, InterruptedException {
    if (execution.appearsRunning()) {
      JsonObject state = stateOf(LocalState.stopped(Optional.empty(), Optional.empty()));
      return new JsonObject(Map.of("State", state.with("Running", JsonBool.TRUE)));
    }
    TargetReply reply =
        target.inStop(
            seat,
            () -> {
              try {
                target.select(seat);
              } catch (Refusal gone) {
                seat.selection = Selection.NONE;
              }
              return target.ask(DlvRequest.stateNow());
            });
    return switch (reply) {
      case TargetReply.Result(long _, RawJson result) -> shaped(stateOf(Answers.tree(result)));
      case TargetReply.Failure(long _, String error) ->
          throw new Refusal("", "", rules.shaper().shapeError(error));
      case TargetReply.Broken broken -> throw new TargetLost(TARGET_PROTOCOL, broken.detail());
    };
  }

  private JsonObject shaped(JsonObject state) {
    JsonObject shown = rules.goroutines().map(gate -> gate.only(state)).orElse(state);
    return rules.shaper().shape(DlvMethod.COMMAND, new JsonObject(Map.of("State", shown)));
  }

  private static JsonObject stateOf(JsonObject result) {
    return result.object("State").orElse(JsonObject.EMPTY);
  }

  // ---------------------------------------------------------------- moving

  private void proceed(Request request) throws Refusal, TargetLost {
    execution.continueFor(seat, outcome -> stopped(request, outcome));
  }

  private void stopped(Request request, Seat.Outcome outcome) {
    switch (outcome) {
      case Seat.Outcome.Stopped(Stop stop) -> {
        if (seat.control()) {
          seat.selection = Selection.of(stop.state());
        }
        request.result(stop.state().members().isEmpty() ? localState() : shaped(stop.state()));
      }
      case Seat.Outcome.Failed(String error) -> request.error(rules.shaper().shapeError(error));
    }
  }

  private void switchTo(Request request, JsonObject args, Selection selection)
      throws Refusal, TargetLost, InterruptedException {
    TargetReply reply =
        target.inStop(
            seat,
            () -> {
              if (rules.goroutines().isPresent()) {
                rules.goroutines().get().require(target, selection);
              }
              TargetReply switched = target.ask(new DlvRequest(DlvMethod.COMMAND, args));
              if (switched instanceof TargetReply.Result(long _, RawJson result)) {
                target.selected(seat, selection);
                seat.snapshot = Stop.of(result);
                seat.snapshotOf = execution.stops();
              }
              return switched;
            });
    switch (reply) {
      case TargetReply.Result(long _, RawJson result) -> {
        request.result(seat.control() ? shaped(stateOf(Answers.tree(result))) : localState());
      }
      case TargetReply.Failure(long _, String error) ->
          request.error(rules.shaper().shapeError(error));
      case TargetReply.Broken broken -> throw new TargetLost(TARGET_PROTOCOL, broken.detail());
    }
  }

  private void step(Request request, JsonObject args)
      throws Refusal, TargetLost, InterruptedException {
    var _ =
        execution
            .step(
                seat,
                () ->
                    target
                        .exchange()
                        .seenThrough(
                            () -> {
                              target.select(seat);
                              JsonObject pinned = args;
                              var goroutine = GoroutineTarget.of(DlvMethod.COMMAND, args);
                              if (goroutine.isPresent()
                                  && goroutine.getAsLong() == GoroutineTarget.SELECTED
                                  && seat.selection instanceof Selection.Goroutine(long id)) {
                                pinned = GoroutineTarget.pin(DlvMethod.COMMAND, args, id);
                              }
                              return new DlvRequest(DlvMethod.COMMAND, pinned);
                            }))
            .whenCompleteAsync(
                (reply, lost) -> {
                  if (reply != null) {
                    stepped(request, reply);
                  }
                },
                target.threads());
  }

  private void stepped(Request request, TargetReply reply) {
    switch (reply) {
      case TargetReply.Result(long _, RawJson result) ->
          stopped(request, new Seat.Outcome.Stopped(Stop.of(result).orElse(Stop.UNKNOWN)));
      case TargetReply.Failure(long _, String error) ->
          stopped(request, new Seat.Outcome.Failed(error));
      case TargetReply.Broken broken ->
          request.error("postern: the debugger's answer could not be read");
    }
  }
}
