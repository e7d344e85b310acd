package dev.postern.wire.dlv;

import static dev.postern.wire.dlv.DlvClass.CONTROL;
import static dev.postern.wire.dlv.DlvClass.HOST;
import static dev.postern.wire.dlv.DlvClass.INSPECT;
import static dev.postern.wire.dlv.DlvClass.LIFECYCLE;
import static dev.postern.wire.dlv.DlvClass.MUTATE;
import static dev.postern.wire.dlv.DlvClass.OBSERVE;
import static dev.postern.wire.dlv.MessageReason.MESSAGE_ARGUMENT;
import static dev.postern.wire.dlv.MessageReason.MESSAGE_REFUSED;
import static dev.postern.wire.dlv.MessageReason.MESSAGE_UNKNOWN;

import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonBool;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Says of each call which classes it needs, and brings its arguments within bounds.
 *
 * <p>The measurements behind every bound and every class stand in the project's protocol reference;
 * {@code docs/delve.md} is the table for administrators.
 */
public final class DlvRules {
  private static final int MAX_GOROUTINES = 5_000;
  private static final int MAX_MEMORY = 64 * 1024;
  private static final int MAX_CODE = 32 * 1024;
  private static final int MAX_ANCESTORS = 64;
  private static final int MAX_GROUPS = 1_000;
  private static final int MAX_WAIT_MS = 1_000;
  private static final int STACKTRACE_OPTIONS = 7;
  private static final int FILTER_KINDS = 7;
  private static final int FILTER_ON_CHANNEL = 8;

  /** {@code EventStopped}: the one event a client waits for beside each of its commands. */
  private static final JsonObject STOPPED_EVENT =
      new JsonObject(
          Map.of(
              "Events", new JsonArray(List.of(new JsonObject(Map.of("Kind", JsonNumber.of(1)))))));

  private DlvRules() {}

  /**
   * Judges one call.
   *
   * @param held the classes the session holds: where the same call can be served with less (return
   *     values left out for a caller without {@code INSPECT}; a tracepoint under {@code LOG}), it
   *     is rewritten rather than refused
   */
  public static Verdict judge(
      ClientMessage.Call call, Set<DlvClass> held, Restrictions restrictions) {
    var draft = new Draft(call.args(), held, restrictions);
    try {
      return switch (call.method()) {
        case SET_API_VERSION -> {
          if (draft.integer("APIVersion") != 2) {
            throw new BadArgument(MESSAGE_REFUSED, "Postern serves API version 2 only");
          }
          yield new Verdict.Local(JsonObject.EMPTY);
        }
        // the server has one queue of events for all clients: taking from it takes others' events
        case GET_EVENTS -> new Verdict.Local(STOPPED_EVENT);
        default -> {
          rule(call.method(), draft);
          yield draft.allowed();
        }
      };
    } catch (BadArgument bad) {
      return new Verdict.Refused(bad.reason(), call.method().goName() + ": " + bad.text());
    }
  }

  private static void rule(DlvMethod method, Draft draft) throws BadArgument {
    switch (method) {
      case SET_API_VERSION, GET_EVENTS -> throw new IllegalArgumentException("answered locally");
      case GET_VERSION,
          PROCESS_PID,
          LAST_MODIFIED,
          BUILD_ID,
          ATTACHED_TO_EXISTING_PROCESS,
          IS_MULTICLIENT,
          RECORDED,
          LIST_TARGETS,
          LIST_SOURCES,
          LIST_TYPES,
          LIST_PACKAGES_BUILD_INFO,
          LIST_DYNAMIC_LIBRARIES,
          FUNCTION_RETURN_LOCATIONS,
          TYPE_INFO,
          FOLLOW_EXEC_ENABLED,
          GUESS_SUBSTITUTE_PATH,
          LIST_CHECKPOINTS,
          GET_BREAKPOINT ->
          draft.need(OBSERVE);
      case STATE -> {
        draft.need(OBSERVE);
        draft.set("NonBlocking", JsonBool.TRUE); // whoever wants to wait is held by the gateway
      }
      case LIST_THREADS, GET_THREAD -> {
        draft.refuseIf(draft.restrictions().goroutines(), "the list of threads");
        draft.need(OBSERVE);
      }
      case LIST_GOROUTINES -> listGoroutines(draft);
      case STACKTRACE -> stacktrace(draft);
      case ANCESTORS -> {
        draft.need(OBSERVE);
        draft.atMost("NumAncestors", MAX_ANCESTORS);
        draft.atMost("Depth", Draft.MAX_DEPTH);
      }
      case LIST_FUNCTIONS -> {
        draft.need(OBSERVE);
        if (draft.integer("FollowCalls") != 0) {
          draft.note("FollowCalls → 0: it would plant breakpoints");
          draft.drop("FollowCalls");
        }
      }
      case FIND_LOCATION -> {
        draft.need(OBSERVE);
        draft.scope("Scope");
        location("Loc", draft);
      }
      case LIST_BREAKPOINTS -> {
        draft.need(OBSERVE);
        if (draft.flag("All")) {
          draft.note("All → false");
          draft.drop("All");
        }
      }
      case DUMP_WAIT -> {
        draft.need(OBSERVE);
        draft.atMost("Wait", MAX_WAIT_MS);
      }
      case CHECKPOINT, CLEAR_CHECKPOINT, DUMP_CANCEL, CANCEL_DOWNLOADS, CANCEL_NEXT ->
          draft.need(CONTROL);
      case GET_BUFFERED_TRACEPOINTS -> {
        draft.refuseIf(draft.restrictions().goroutines(), "what all goroutines were traced doing");
        draft.need(INSPECT);
        draft.loadIfPresent("LoadCfg");
      }
      case DOWNLOAD_LIBRARY_DEBUG_INFO ->
          throw new BadArgument(
              MESSAGE_REFUSED,
              "never passed on: it reaches out to the network and ends the server");
      case DEBUG_INFO_DIRECTORIES -> {
        if (draft.flag("Set")) {
          draft.need(MUTATE, HOST);
        } else {
          draft.need(OBSERVE);
          draft.drop("List");
        }
      }
      case LIST_LOCAL_VARS, LIST_FUNCTION_ARGS -> {
        draft.need(INSPECT);
        draft.scope("Scope");
        draft.loadIfPresent("Cfg");
      }
      case LIST_PACKAGE_VARS -> {
        draft.refuseIf(draft.restrictions().goroutines(), "the list of package variables");
        draft.need(INSPECT);
        draft.loadIfPresent("Cfg");
      }
      case EVAL -> {
        draft.need(INSPECT);
        draft.scope("Scope");
        draft.expression("Expr", draft.text("Expr"));
        draft.load("Cfg");
      }
      case EXAMINE_MEMORY -> {
        draft.refuseIf(draft.restrictions().narrow(), "raw memory");
        draft.need(INSPECT);
        draft.within("Length", 0, MAX_MEMORY);
      }
      case LIST_REGISTERS -> {
        draft.refuseIf(draft.restrictions().narrow(), "the list of registers");
        draft.need(INSPECT);
        draft.scope("Scope");
      }
      case DISASSEMBLE -> disassemble(draft);
      case SET -> {
        draft.need(MUTATE);
        draft.scope("Scope");
        draft.expression("Symbol", draft.text("Symbol"));
        draft.expression("Value", draft.text("Value"));
      }
      case COMMAND -> CommandRules.judge(draft);
      case CREATE_BREAKPOINT -> BreakpointRules.create(draft);
      case AMEND_BREAKPOINT -> BreakpointRules.amend(draft);
      case TOGGLE_BREAKPOINT, CLEAR_BREAKPOINT -> {
        draft.needLogOrControl();
        BreakpointRules.notDelvesOwn(draft.integer("Id"), draft.text("Name"));
      }
      case CREATE_WATCHPOINT -> {
        draft.need(CONTROL, INSPECT);
        draft.scope("Scope");
        draft.within("Type", 1, 3);
        draft.expression("Expr", draft.text("Expr"));
      }
      case CREATE_EBPF_TRACEPOINT -> draft.need(CONTROL, HOST);
      case STOP_RECORDING, FOLLOW_EXEC, DETACH -> draft.need(LIFECYCLE);
      case DUMP_START -> {
        draft.refuseIf(draft.restrictions().narrow(), "a dump of the whole memory");
        draft.need(INSPECT, CONTROL, HOST);
      }
      case RESTART -> draft.need(LIFECYCLE, MUTATE, HOST);
    }
  }

  private static void listGoroutines(Draft draft) throws BadArgument {
    draft.need(OBSERVE);
    draft.atMost("Start", Integer.MAX_VALUE);
    draft.atMost("MaxGroupMembers", MAX_GROUPS);
    draft.atMost("MaxGroups", MAX_GROUPS);
    if (draft.integer("Count") == 0) {
      draft.set("Count", JsonNumber.of(MAX_GOROUTINES));
    } else {
      draft.atMost("Count", MAX_GOROUTINES);
    }
    if (draft.integer("GroupBy") > FILTER_KINDS) {
      throw new BadArgument(
          MESSAGE_UNKNOWN, "`GroupBy` " + draft.integer("GroupBy") + " is unknown");
    }
    if (draft.restrictions().goroutines() && draft.integer("GroupBy") != 0) {
      draft.note("GroupBy → 0: groups count goroutines that are not shown");
      draft.drop("GroupBy");
    }
    boolean evaluates = false;
    for (JsonValue element : draft.args().array("Filters").orElse(JsonArray.EMPTY).elements()) {
      JsonObject filter = (JsonObject) element; // the argument table has seen to it
      long kind = filter.integer("Kind").orElse(0L);
      if (kind == FILTER_ON_CHANNEL) {
        evaluates = true;
        draft.expression("Arg", filter.string("Arg").orElse(""));
      } else if (kind < 1 || kind > FILTER_KINDS) {
        throw new BadArgument(
            MESSAGE_UNKNOWN, "filter kind " + kind + " is unknown; Delve would match everything");
      }
    }
    if (evaluates) {
      draft.need(INSPECT);
      draft.scope("EvalScope");
    } else {
      draft.drop("EvalScope");
    }
  }

  private static void stacktrace(Draft draft) throws BadArgument {
    draft.need(OBSERVE);
    draft.atMost("Depth", Draft.MAX_DEPTH);
    draft.atMost("Skip", Draft.MAX_DEPTH);
    draft.set("Opts", JsonNumber.of(draft.integer("Opts") & STACKTRACE_OPTIONS));
    if (draft.flag("Full")) {
      draft.need(INSPECT);
      draft.load("Cfg");
    } else if (draft.args().has("Cfg")) {
      draft.need(INSPECT);
      draft.load("Cfg");
    }
  }

  private static void disassemble(Draft draft) throws BadArgument {
    draft.refuseIf(draft.restrictions().narrow(), "disassembly");
    draft.need(INSPECT);
    draft.scope("Scope");
    long start = draft.integer("StartPC");
    long end = draft.integer("EndPC");
    if (end != 0 && end < start) {
      throw new BadArgument(MESSAGE_ARGUMENT, "`EndPC` must not be below `StartPC`");
    }
    if (end - start > MAX_CODE && end != 0) {
      draft.note("EndPC → StartPC + " + MAX_CODE);
      draft.set("EndPC", JsonNumber.of(start + MAX_CODE));
    }
  }

  /** A location expression; the form {@code *expression} evaluates. */
  static void location(String name, Draft draft) throws BadArgument {
    String location = draft.text(name).strip();
    if (location.startsWith("*") && !Expressions.isNumber(location.substring(1))) {
      draft.need(INSPECT);
      draft.expression(name, location.substring(1));
    }
  }
}
