package dev.postern.gateway.dlv;

import static dev.postern.gateway.stream.EndReason.TARGET_PROTOCOL;

import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import dev.postern.wire.dlv.DlvMethod;
import dev.postern.wire.dlv.DlvRequest;
import dev.postern.wire.dlv.GoroutineTarget;
import dev.postern.wire.dlv.RawJson;
import dev.postern.wire.dlv.ReplyShaper;
import dev.postern.wire.dlv.TargetReply;
import dev.postern.wire.dlv.Verdict;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Serves the requests about breakpoints: each session sees and touches its own, under the names it
 * chose, while at the target they carry Postern's tag.
 */
final class BreakpointRequests {
  private final DlvTarget target;
  private final Breakpoints breakpoints;
  private final Seat seat;
  private final ReplyShaper shaper;
  private final Optional<GoroutineGate> goroutines;

  BreakpointRequests(DlvTarget target, Seat seat, RequestServer.Rules rules) {
    this.target = target;
    this.breakpoints = target.breakpoints();
    this.seat = seat;
    this.shaper = rules.shaper();
    this.goroutines = rules.goroutines();
  }

  void serve(Request request, Verdict.Allowed allowed)
      throws Refusal, TargetLost, InterruptedException {
    DlvMethod method = request.method();
    JsonObject answer =
        target.inStop(
            seat,
            () ->
                switch (method) {
                  case CREATE_BREAKPOINT -> shaper.shape(method, create(allowed));
                  case CREATE_WATCHPOINT -> shaper.shape(method, watch(allowed));
                  case AMEND_BREAKPOINT -> shaper.shape(method, amend(allowed.args()));
                  case TOGGLE_BREAKPOINT ->
                      shaper.shape(method, byKey(method, touching(allowed.args())));
                  case CLEAR_BREAKPOINT -> clear(touching(allowed.args()));
                  default -> shaper.shape(method, byKey(method, allowed.args()));
                });
    request.result(answer);
  }

  private JsonObject create(Verdict.Allowed allowed)
      throws Refusal, TargetLost, InterruptedException {
    breakpoints.requireRoom(seat.account());
    JsonObject args = allowed.args();
    JsonObject wanted = args.object("Breakpoint").orElse(JsonObject.EMPTY);
    String shownName = wanted.string("name").orElse("");
    if (!shownName.isEmpty() && breakpoints.named(seat.account(), shownName).isPresent()) {
      throw failed("breakpoint name \"" + shownName + "\" already exists");
    }
    target.select(seat);
    CodeAddresses.require(target, allowed.addresses());
    target.announceBreakpoints();
    String name = breakpoints.nextName(seat.account());
    JsonObject tagged = wanted.with("name", new JsonString(name));
    JsonObject result =
        tree(
            target.ask(
                new DlvRequest(DlvMethod.CREATE_BREAKPOINT, args.with("Breakpoint", tagged))));
    breakpoints.add(idOf(result), seat.account(), shownName);
    return result;
  }

  /** Delve gives a watchpoint no name: it gets its tag by an amendment, or is taken back. */
  private JsonObject watch(Verdict.Allowed allowed)
      throws Refusal, TargetLost, InterruptedException {
    breakpoints.requireRoom(seat.account());
    target.select(seat);
    JsonObject args = allowed.args();
    OptionalLong goroutine = GoroutineTarget.of(DlvMethod.CREATE_WATCHPOINT, args);
    if (goroutine.getAsLong() == GoroutineTarget.SELECTED
        && seat.selection instanceof Selection.Goroutine(long selected)) {
      args = GoroutineTarget.pin(DlvMethod.CREATE_WATCHPOINT, args, selected);
    }
    target.announceBreakpoints();
    var create = new DlvRequest(DlvMethod.CREATE_WATCHPOINT, args);
    JsonObject result =
        tree(goroutines.isPresent() ? goroutines.get().ask(target, create) : target.ask(create));
    long id = idOf(result); // the breakpoint stands in the result itself
    String name = breakpoints.nextName(seat.account());
    JsonObject tagged = result.with("name", new JsonString(name));
    TargetReply amended =
        target.ask(
            new DlvRequest(
                DlvMethod.AMEND_BREAKPOINT, new JsonObject(Map.of("Breakpoint", tagged))));
    if (amended instanceof TargetReply.Failure) {
      var _ = target.ask(DlvRequest.clearBreakpoint(id));
      throw failed("postern: this Delve cannot name a watchpoint, so it could not be cleaned up");
    }
    breakpoints.add(id, seat.account(), "");
    return result;
  }

  private JsonObject amend(JsonObject args) throws Refusal, TargetLost, InterruptedException {
    JsonObject wanted = args.object("Breakpoint").orElse(JsonObject.EMPTY);
    long id = wanted.integer("id").orElse(0L);
    requireOwn(id);
    JsonObject known = tree(target.ask(new DlvRequest(DlvMethod.GET_BREAKPOINT, key(id))));
    JsonObject at = known.object("Breakpoint").orElse(JsonObject.EMPTY);
    String tag = at.string("name").orElse("");
    String shownName = wanted.string("name").orElse("");
    JsonObject result =
        tree(
            target.ask(
                new DlvRequest(
                    DlvMethod.AMEND_BREAKPOINT,
                    args.with("Breakpoint", wanted.with("name", new JsonString(tag))))));
    breakpoints.add(id, seat.account(), shownName);
    return result;
  }

  private JsonObject byKey(DlvMethod method, JsonObject args)
      throws Refusal, TargetLost, InterruptedException {
    long id = resolve(args);
    if (id >= 0) { // Delve's own have negative ones
      requireOwn(id);
    }
    return tree(target.ask(new DlvRequest(method, key(id))));
  }

  private JsonObject clear(JsonObject args) throws Refusal, TargetLost, InterruptedException {
    long id = resolve(args);
    JsonObject result = byKey(DlvMethod.CLEAR_BREAKPOINT, args);
    // Shaped while it is still known to be this session's: to others it would be hidden.
    JsonObject shaped = shaper.shape(DlvMethod.CLEAR_BREAKPOINT, result);
    breakpoints.remove(id);
    return shaped;
  }

  private JsonObject touching(JsonObject args) throws Refusal {
    long id = resolve(args);
    if (id < 0) {
      throw new Refusal(
          "MESSAGE_REFUSED",
          "",
          "postern: breakpoint " + id + " is Delve's own and serves every session; it stays");
    }
    return args;
  }

  private long resolve(JsonObject args) throws Refusal {
    String name = args.string("Name").orElse("");
    long id = args.integer("Id").orElse(0L);
    if (name.isEmpty()) {
      return id;
    }
    return breakpoints
        .named(seat.account(), name)
        .orElseThrow(() -> failed("no breakpoint with name " + name));
  }

  private void requireOwn(long id) throws Refusal {
    if (!breakpoints.isOwn(seat.account(), id)) {
      throw failed("no breakpoint with id " + id);
    }
  }

  private static JsonObject key(long id) {
    return new JsonObject(Map.of("Id", JsonNumber.of(id)));
  }

  private static long idOf(JsonObject result) throws TargetLost {
    return result
        .object("Breakpoint")
        .orElse(result)
        .integer("id")
        .orElseThrow(() -> new TargetLost(TARGET_PROTOCOL, "a breakpoint without an id"));
  }

  private JsonObject tree(TargetReply reply) throws Refusal, TargetLost {
    return switch (reply) {
      case TargetReply.Result(long _, RawJson result) -> Answers.tree(result);
      case TargetReply.Failure(long _, String error) -> throw failed(shaper.shapeError(error));
      case TargetReply.Broken broken -> throw new TargetLost(TARGET_PROTOCOL, broken.detail());
    };
  }

  private static Refusal failed(String text) {
    return new Refusal("", "", text);
  }
}
