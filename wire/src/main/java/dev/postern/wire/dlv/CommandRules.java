package dev.postern.wire.dlv;

import static dev.postern.wire.dlv.DlvClass.CONTROL;
import static dev.postern.wire.dlv.DlvClass.INSPECT;
import static dev.postern.wire.dlv.DlvClass.MUTATE;
import static dev.postern.wire.dlv.DlvClass.OBSERVE;
import static dev.postern.wire.dlv.MessageReason.MESSAGE_UNKNOWN;

/** The rules for {@code Command}, by its {@code name}. Delve ignores a name it does not know. */
final class CommandRules {
  private CommandRules() {}

  static void judge(Draft draft) throws BadArgument {
    switch (draft.text("name")) {
      case "switchThread" -> {
        draft.refuseIf(draft.restrictions().goroutines(), "selecting a thread");
        draft.need(OBSERVE);
      }
      case "switchGoroutine" -> draft.need(OBSERVE);
      case "halt",
          "continue",
          "directionCongruentContinue",
          "next",
          "step",
          "stepOut",
          "stepInstruction",
          "nextInstruction" ->
          draft.need(CONTROL);
      case "rewind",
          "reverseNext",
          "reverseStep",
          "reverseStepOut",
          "reverseStepInstruction",
          "reverseNextInstruction" ->
          draft.need(MUTATE);
      case "call" -> {
        draft.refuseIf(draft.restrictions().narrow(), "calling functions");
        draft.need(MUTATE);
        // Delve insists on it; what it brings back is stripped for a caller without INSPECT
        draft.load("ReturnInfoLoadConfig");
      }
      default ->
          throw new BadArgument(
              MESSAGE_UNKNOWN, "not a command that Postern knows; Delve would ignore it");
    }
    draft.drop("WithEvents"); // events go to whoever asks first, see GetEvents
    if (!draft.text("name").equals("call")) {
      draft.drop("expr");
      draft.drop("unsafeCall");
      if (draft.holds(INSPECT)) {
        draft.loadIfPresent("ReturnInfoLoadConfig");
      } else if (draft.args().has("ReturnInfoLoadConfig")) {
        draft.note("ReturnInfoLoadConfig left out: return values need dlv/inspect");
        draft.drop("ReturnInfoLoadConfig");
      }
    }
  }
}
