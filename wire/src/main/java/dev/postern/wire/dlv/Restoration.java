package dev.postern.wire.dlv;

import dev.postern.json.JsonException;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonBool;
import dev.postern.json.JsonValue.JsonObject;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * The steps that leave a target running and free of one owner's breakpoints.
 *
 * <p>A pure state machine: {@link #start} gives the first step, {@link #next} takes the answer to
 * the last one sent. State; if it runs with breakpoints of ours, halt; clear them; look that they
 * are gone; cancel a step that was interrupted; continue. Never detaches: that kills a target that
 * stands on a hot breakpoint. Never says it is done while a breakpoint of ours may be inserted: a
 * debugger that goes away then takes the target with it. Not safe for use by more than one thread.
 */
public final class Restoration {
  /** What to do next. */
  public sealed interface Step {
    /** Send it, give its answer to {@link Restoration#next}. */
    record Send(DlvRequest request) implements Step {}

    /**
     * Send it, see its bytes delivered, and be done: it is answered only when the target stops
     * again.
     */
    record SendLast(DlvRequest request, Outcome outcome) implements Step {}

    /** Nothing is left to do. */
    record Done(Outcome outcome) implements Step {}
  }

  /** How the target is left. */
  public enum Outcome {
    /** It ran and had nothing of ours. */
    WAS_RUNNING,
    /** It was continued. */
    RESUMED,
    /** Nothing of ours is in it; another holds it stopped. */
    LEFT_STOPPED_FOR_OTHERS,
    /** The process is gone. */
    EXITED,
    /** Delve's answers do not lead there; the connection must stay open and be tried again. */
    GAVE_UP
  }

  private enum Phase {
    STATE,
    HALT,
    STATE_AFTER_HALT,
    LIST,
    CLEAR,
    CANCEL_NEXT
  }

  private static final int MAX_HALTS = 5;
  private static final int MAX_LISTS = 3;

  private final Predicate<JsonObject> ours;
  private final boolean mayHaveBreakpoints;
  private final BooleanSupplier heldByOthers;

  private final Deque<Long> toClear = new ArrayDeque<>();
  private Phase phase = Phase.STATE;
  private boolean nextInProgress;
  private boolean wasRunning;
  private int halts;
  private int lists;

  /**
   * A restoration that has not begun.
   *
   * @param ours which of {@code ListBreakpoints}' breakpoints to clear
   * @param mayHaveBreakpoints false only if it is known that none of ours is set: a running target
   *     is then left alone
   * @param heldByOthers asked when the last step is due; a target that was found running is
   *     continued all the same
   */
  public Restoration(
      Predicate<JsonObject> ours, boolean mayHaveBreakpoints, BooleanSupplier heldByOthers) {
    this.ours = ours;
    this.mayHaveBreakpoints = mayHaveBreakpoints;
    this.heldByOthers = heldByOthers;
  }

  /** The first step. */
  public Step start() {
    phase = Phase.STATE;
    return new Step.Send(DlvRequest.stateNow());
  }

  /** The step after the answer to the one before. */
  public Step next(TargetReply reply) {
    return switch (reply) {
      case TargetReply.Broken broken -> new Step.Done(Outcome.GAVE_UP);
      case TargetReply.Failure(long id, String error) -> afterFailure(error);
      case TargetReply.Result(long id, RawJson raw) -> {
        try {
          yield raw.tree() instanceof JsonObject result
              ? afterResult(result)
              : new Step.Done(Outcome.GAVE_UP);
        } catch (JsonException lies) {
          yield new Step.Done(Outcome.GAVE_UP);
        }
      }
    };
  }

  private Step afterFailure(String error) {
    if (error.contains("has exited")) {
      return new Step.Done(Outcome.EXITED);
    }
    return switch (phase) {
      case STATE, LIST -> new Step.Done(Outcome.GAVE_UP);
      // somebody else halted it, or it stopped by itself: the state tells
      case HALT, STATE_AFTER_HALT -> stateAfterHalt();
      case CLEAR -> {
        toClear.remove();
        yield clearNext();
      }
      case CANCEL_NEXT -> resume();
    };
  }

  private Step afterResult(JsonObject result) {
    return switch (phase) {
      case STATE, HALT, STATE_AFTER_HALT -> afterState(result);
      case LIST -> afterList(result);
      case CLEAR -> {
        toClear.remove();
        yield clearNext();
      }
      case CANCEL_NEXT -> resume();
    };
  }

  private Step afterState(JsonObject result) {
    Optional<JsonObject> state = result.object("State");
    if (state.isEmpty()) {
      return new Step.Done(Outcome.GAVE_UP);
    }
    if (isTrue(state.get(), "exited")) {
      return new Step.Done(Outcome.EXITED);
    }
    if (isTrue(state.get(), "Running")) {
      if (!mayHaveBreakpoints) {
        return new Step.Done(Outcome.WAS_RUNNING);
      }
      wasRunning |= phase == Phase.STATE;
      return halt();
    }
    nextInProgress = isTrue(state.get(), "NextInProgress");
    return mayHaveBreakpoints ? list() : afterBreakpoints();
  }

  private Step halt() {
    if (halts++ == MAX_HALTS) {
      return new Step.Done(Outcome.GAVE_UP);
    }
    phase = Phase.HALT;
    return new Step.Send(DlvRequest.command("halt"));
  }

  private Step stateAfterHalt() {
    if (halts++ >= MAX_HALTS) {
      return new Step.Done(Outcome.GAVE_UP);
    }
    phase = Phase.STATE_AFTER_HALT;
    return new Step.Send(DlvRequest.stateNow());
  }

  private Step list() {
    if (lists++ == MAX_LISTS) {
      return new Step.Done(Outcome.GAVE_UP);
    }
    phase = Phase.LIST;
    return new Step.Send(DlvRequest.listBreakpoints());
  }

  private Step afterList(JsonObject result) {
    // Delve writes an empty list as null
    for (JsonValue element : result.array("Breakpoints").orElse(JsonArray.EMPTY).elements()) {
      if (element instanceof JsonObject breakpoint && ours.test(breakpoint)) {
        breakpoint
            .integer("id")
            .filter(id -> id > 0 && !toClear.contains(id))
            .ifPresent(toClear::add);
      }
    }
    return toClear.isEmpty() ? afterBreakpoints() : clearNext();
  }

  private Step clearNext() {
    Long id = toClear.peek();
    if (id == null) {
      return list(); // INVARIANT: only a list without ours leads on
    }
    phase = Phase.CLEAR;
    return new Step.Send(DlvRequest.clearBreakpoint(id));
  }

  private Step afterBreakpoints() {
    if (nextInProgress && !heldByOthers.getAsBoolean()) {
      phase = Phase.CANCEL_NEXT;
      return new Step.Send(DlvRequest.cancelNext());
    }
    return resume();
  }

  private Step resume() {
    if (!wasRunning && heldByOthers.getAsBoolean()) {
      return new Step.Done(Outcome.LEFT_STOPPED_FOR_OTHERS);
    }
    return new Step.SendLast(DlvRequest.command("continue"), Outcome.RESUMED);
  }

  private static boolean isTrue(JsonObject object, String name) {
    return object.get(name).filter(JsonBool.TRUE::equals).isPresent();
  }
}
