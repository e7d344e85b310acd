package dev.postern.gateway.dlv;

import static dev.postern.gateway.stream.EndReason.TARGET_PROTOCOL;

import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import dev.postern.wire.dlv.DlvMethod;
import dev.postern.wire.dlv.DlvRequest;
import dev.postern.wire.dlv.RawJson;
import dev.postern.wire.dlv.TargetReply;
import java.util.Map;

/**
 * Keeps each connection's selection apart from the server's one, which all share: before a request
 * that relies on it, the connection's is selected anew. Guarded by the exchange of its {@link
 * DlvTarget}.
 */
final class Selector {
  private final Execution execution;
  private final Exchange exchange;
  private Selection serverSelection = Selection.NONE;
  private long selectedInStop = -1;

  Selector(Execution execution, Exchange exchange) {
    this.execution = execution;
    this.exchange = exchange;
  }

  /**
   * Makes this seat's selection the server's; the first time, chooses one. Inside a stop.
   *
   * @throws Refusal if the selected goroutine is gone: no other ever answers in its place
   */
  void select(Seat seat) throws Refusal, TargetLost, InterruptedException {
    long stop = execution.stops();
    if (selectedInStop != stop) {
      selectedInStop = stop;
      serverSelection = Selection.of(execution.lastStop().state());
    }
    if (seat.selection.equals(Selection.NONE)) {
      choose(seat);
    }
    if (serverSelection.equals(seat.selection) && seat.snapshotOf == stop) {
      return;
    }
    DlvRequest request =
        switch (seat.selection) {
          case Selection.Goroutine(long id) -> DlvRequest.switchGoroutine(id);
          case Selection.OfThread(long id) -> switchThread(id);
          case Selection.None none -> DlvRequest.stateNow();
        };
    serverSelection = Selection.NONE; // unknown, should the answer not come
    switch (exchange.ask(request)) {
      case TargetReply.Result(long _, RawJson result) -> {
        serverSelection = seat.selection;
        seat.snapshot = Stop.of(result);
        seat.snapshotOf = stop;
      }
      case TargetReply.Failure(long _, String error) -> throw gone(seat.selection, error);
      case TargetReply.Broken broken -> throw new TargetLost(TARGET_PROTOCOL, broken.detail());
    }
  }

  /**
   * A session without a selection of its own starts at the stop's goroutine, else at the main one.
   */
  private void choose(Seat seat) throws Refusal, TargetLost, InterruptedException {
    seat.selection = serverSelection;
    if (!(serverSelection instanceof Selection.Goroutine)
        && !seat.control()
        && exchange.ask(DlvRequest.switchGoroutine(1)) instanceof TargetReply.Result result) {
      seat.selection = new Selection.Goroutine(1);
      serverSelection = seat.selection;
      seat.snapshot = Stop.of(result.result());
      seat.snapshotOf = execution.stops();
    }
  }

  /** Notes that a seat's own request moved the server's selection. */
  void selected(Seat seat, Selection selection) {
    seat.selection = selection;
    serverSelection = selection;
    selectedInStop = execution.stops();
  }

  private static DlvRequest switchThread(long id) {
    return new DlvRequest(
        DlvMethod.COMMAND,
        new JsonObject(
            Map.of("name", new JsonString("switchThread"), "threadID", JsonNumber.of(id))));
  }

  private static Refusal gone(Selection selection, String error) {
    return switch (selection) {
      case Selection.Goroutine(long id) ->
          new Refusal("TARGET_GOROUTINE_GONE", "", "postern: goroutine " + id + " has exited");
      case Selection.OfThread(long id) ->
          new Refusal("TARGET_GOROUTINE_GONE", "", "postern: thread " + id + " has exited");
      case Selection.None none -> new Refusal("TARGET_GOROUTINE_GONE", "", error);
    };
  }
}
