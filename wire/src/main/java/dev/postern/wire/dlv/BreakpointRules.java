package dev.postern.wire.dlv;

import static dev.postern.wire.dlv.DlvClass.CONTROL;
import static dev.postern.wire.dlv.DlvClass.INSPECT;
import static dev.postern.wire.dlv.MessageReason.MESSAGE_ARGUMENT;
import static dev.postern.wire.dlv.MessageReason.MESSAGE_REFUSED;

import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The rules for the fields of a breakpoint. */
final class BreakpointRules {
  private static final int MAX_STACK = 64;
  private static final Pattern HIT_CONDITION =
      Pattern.compile(" {0,4}(==|!=|<=|>=|<|>|%|) {0,4}([0-9]{1,18}) {0,4}");

  private BreakpointRules() {}

  static void create(Draft draft) throws BadArgument {
    var breakpoint = new Draft(given(draft), draft.held(), draft.restrictions());
    breakpoint.drop("id"); // a chosen id would move the server's counter
    attributes(breakpoint);
    place(breakpoint, draft);
    finish(breakpoint, draft);
  }

  /** Changes every attribute of a breakpoint but its place, which Delve does not read here. */
  static void amend(Draft draft) throws BadArgument {
    var breakpoint = new Draft(given(draft), draft.held(), draft.restrictions());
    notDelvesOwn(breakpoint.integer("id"), breakpoint.text("name"));
    if (breakpoint.integer("id") == 0) {
      throw new BadArgument(MESSAGE_ARGUMENT, "`Breakpoint.id` must be that of a breakpoint");
    }
    attributes(breakpoint);
    for (String place : List.of("addr", "addrs", "addrpid", "file", "line", "functionName")) {
      breakpoint.drop(place);
    }
    finish(breakpoint, draft);
  }

  static void notDelvesOwn(long id, String name) throws BadArgument {
    if (id < 0 || name.contains("-")) {
      throw new BadArgument(
          MESSAGE_REFUSED, "Delve's own stops at panics and fatal errors belong to every session");
    }
  }

  private static JsonObject given(Draft draft) {
    return draft.args().object("Breakpoint").orElse(JsonObject.EMPTY);
  }

  private static void finish(Draft breakpoint, Draft draft) {
    Verdict.Allowed inner = breakpoint.allowed();
    inner.rewrites().forEach(draft::note);
    draft.need(inner.classes().toArray(DlvClass[]::new));
    draft.set("Breakpoint", inner.args());
  }

  private static void attributes(Draft breakpoint) throws BadArgument {
    if (breakpoint.flag("continue") || breakpoint.flag("traceReturn")) {
      breakpoint.needLogOrControl();
    } else {
      breakpoint.need(CONTROL);
    }
    if (breakpoint.integer("TraceFollowCalls") != 0 || !breakpoint.text("RootFuncName").isEmpty()) {
      throw new BadArgument(
          MESSAGE_REFUSED, "tracing of called functions sets breakpoints nobody asked for");
    }
    breakpoint.drop("ExprString");
    breakpoint.drop("WatchExpr"); // Delve reads them in CreateWatchpoint only
    breakpoint.drop("WatchType");
    name(breakpoint.text("name"));
    hitCondition(breakpoint.text("HitCond"));
    if (!breakpoint.text("Cond").isEmpty()) {
      breakpoint.need(INSPECT);
      breakpoint.expression("Cond", breakpoint.text("Cond"));
    }
    data(breakpoint);
  }

  /** What a hit brings back of the program's data. */
  private static void data(Draft breakpoint) throws BadArgument {
    for (JsonValue variable :
        breakpoint.args().array("variables").orElse(JsonArray.EMPTY).elements()) {
      breakpoint.need(INSPECT);
      breakpoint.expression("variables", ((JsonValue.JsonString) variable).value());
    }
    breakpoint.atMost("stacktrace", MAX_STACK);
    if (breakpoint.integer("stacktrace") > 0 || breakpoint.args().has("LoadLocals")) {
      breakpoint.need(INSPECT);
      breakpoint.loadIfPresent("LoadLocals");
    }
    if (breakpoint.args().has("LoadArgs")) {
      if (breakpoint.holds(INSPECT)) {
        breakpoint.need(INSPECT);
        breakpoint.loadIfPresent("LoadArgs");
      } else { // `trace` always asks for them
        breakpoint.note("LoadArgs left out: arguments need dlv/inspect");
        breakpoint.drop("LoadArgs");
      }
    }
  }

  private static void name(String name) throws BadArgument {
    if (BreakpointTag.isReserved(name)) {
      throw new BadArgument(
          MESSAGE_ARGUMENT, "a name must not start with `" + BreakpointTag.PREFIX + "`");
    }
    if (!name.chars().allMatch(Character::isLetterOrDigit)) {
      throw new BadArgument(MESSAGE_ARGUMENT, "a name must be of letters and digits");
    }
  }

  private static void hitCondition(String condition) throws BadArgument {
    if (condition.isEmpty()) {
      return;
    }
    Matcher matched = HIT_CONDITION.matcher(condition);
    if (!matched.matches()) {
      throw new BadArgument(
          MESSAGE_ARGUMENT, "`HitCond` must be a number, or a comparison or modulo with one");
    }
    if (matched.group(1).equals("%") && Long.parseLong(matched.group(2)) == 0) {
      throw new BadArgument(
          MESSAGE_ARGUMENT, "`HitCond` must not divide by zero: it would hold the target stopped");
    }
  }

  /**
   * Keeps the one form of place that Delve will use, in its order, and lists what must be proven.
   */
  private static void place(Draft breakpoint, Draft draft) throws BadArgument {
    DlvRules.location("LocExpr", draft);
    String location = draft.text("LocExpr").strip();
    boolean onReturn = breakpoint.flag("traceReturn");
    boolean onFile = !onReturn && !breakpoint.text("file").isEmpty();
    boolean onFunction = !onReturn && !onFile && !breakpoint.text("functionName").isEmpty();
    var addresses = new ArrayList<Long>();
    if (onFile || onFunction) {
      breakpoint.drop("addr");
      breakpoint.drop("addrs");
      breakpoint.drop("addrpid");
      breakpoint.drop(onFile ? "functionName" : "file");
    } else {
      breakpoint.drop("file");
      breakpoint.drop("functionName");
      breakpoint.drop("line");
      if (!onReturn) {
        breakpoint
            .args()
            .array("addrs")
            .orElse(JsonArray.EMPTY)
            .elements()
            .forEach(addr -> addresses.add(((JsonNumber) addr).integer().orElse(0L)));
      } else {
        breakpoint.drop("addrs");
        breakpoint.drop("addrpid");
      }
      if (addresses.isEmpty() && breakpoint.integer("addr") != 0) {
        addresses.add(breakpoint.integer("addr"));
      } else if (!onReturn) {
        breakpoint.drop("addr");
      }
    }
    if (onFile && breakpoint.integer("line") < 1) {
      throw new BadArgument(MESSAGE_ARGUMENT, "`line` must be at least 1");
    }
    if (addresses.isEmpty() && !onFile && !onFunction && (location.isEmpty() || onReturn)) {
      throw new BadArgument(MESSAGE_ARGUMENT, "a breakpoint needs a place");
    }
    if (location.startsWith("*")) {
      // Delve evaluates it anew, to whatever address, each time the breakpoint is enabled
      if (addresses.isEmpty()) {
        throw new BadArgument(
            MESSAGE_REFUSED, "give the address itself (`addr`), not an expression for it alone");
      }
      draft.note("LocExpr left out: it may come to mean another address");
      draft.drop("LocExpr");
    }
    if (!addresses.isEmpty()) {
      draft.addresses(new AddressCheck(addresses, draft.text("LocExpr")));
    }
  }
}
