package dev.postern.wire.dlv;

import dev.postern.json.JsonValue.JsonObject;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * The steps that leave a target running and free of one owner's breakpoints.
 *
 * <p>A pure state machine: {@link #start} gives the first step, {@link #next} takes the answer to
 * the last one sent. Never detaches. Not safe for use by more than one thread.
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

  /**
   * A restoration that has not begun.
   *
   * @param ours which of {@code ListBreakpoints}' breakpoints to clear
   * @param mayHaveBreakpoints false only if it is known that none of ours is set: a running target
   *     is then left alone
   * @param heldByOthers asked when the last step is due
   */
  public Restoration(
      Predicate<JsonObject> ours, boolean mayHaveBreakpoints, BooleanSupplier heldByOthers) {}

  public Step start() {
    return new Step.Done(Outcome.GAVE_UP);
  }

  public Step next(TargetReply reply) {
    return new Step.Done(Outcome.GAVE_UP);
  }
}
