package dev.postern.wire.dlv;

import static dev.postern.wire.dlv.MessageReason.MESSAGE_ARGUMENT;
import static dev.postern.wire.dlv.MessageReason.MESSAGE_TOO_LARGE;
import static dev.postern.wire.dlv.MessageReason.MESSAGE_UNKNOWN;

import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonBool;
import dev.postern.json.JsonValue.JsonNull;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The fields one argument object may have, and their types: those of every version.
 *
 * <p>Reading gives an object in canonical names, null and absent members left out (Go reads both as
 * the zero value). A name in another case of ASCII letters is taken, as GoLand's {@code "Name"} for
 * {@code "name"}, because what is sent on is written anew; two members that name one field are
 * refused. A member that the table does not hold is dropped if its value is null, false, 0 or
 * empty, which is what Go's zero value is, and refused otherwise.
 */
final class Arguments {
  /** What a field holds. */
  sealed interface Kind {
    /** {@code true} or {@code false}. */
    record Bool() implements Kind {}

    /** An integer within bounds, written without fraction or exponent. */
    record Int(long min, long max) implements Kind {}

    /** A string of at most that many UTF-16 units. */
    record Text(int max) implements Kind {}

    /** An array of at most that many elements of one kind. */
    record Items(Kind each, int max) implements Kind {}

    /** An object. */
    record Nested(Arguments arguments) implements Kind {}

    /** An object from any names to strings. */
    record TextByName(int max) implements Kind {}

    /** Sent back by clients from an answer they got; accepted and never passed on. */
    record Dropped() implements Kind {}
  }

  private static final long ANY = Long.MAX_VALUE;
  private static final Kind BOOL = new Kind.Bool();
  private static final Kind INT = new Kind.Int(-ANY, ANY);
  private static final Kind INT32 = new Kind.Int(Integer.MIN_VALUE, Integer.MAX_VALUE);
  private static final Kind COUNT = new Kind.Int(0, ANY);
  private static final Kind TEXT = new Kind.Text(16 * 1024);
  private static final Kind EXPRESSION = new Kind.Text(4 * 1024);
  private static final Kind DROPPED = new Kind.Dropped();
  private static final Kind PATH_RULES = new Kind.Items(new Kind.Items(TEXT, 2), 256);

  private static final Kind LOAD_CONFIG =
      nested(
          of("FollowPointers", BOOL)
              .and("MaxVariableRecurse", INT)
              .and("MaxStringLen", INT)
              .and("MaxArrayValues", INT)
              .and("MaxStructFields", INT));

  private static final Kind SCOPE =
      nested(of("GoroutineID", INT).and("Frame", COUNT).and("DeferredCall", COUNT));

  private static final Kind BREAKPOINT =
      nested(
          of("id", INT)
              .and("name", new Kind.Text(64))
              .and("addr", COUNT)
              .and("addrs", new Kind.Items(COUNT, 64))
              .and("addrpid", new Kind.Items(COUNT, 64))
              .and("file", TEXT)
              .and("line", INT32)
              .and("functionName", TEXT)
              .and("ExprString", TEXT)
              .and("Cond", EXPRESSION)
              .and("HitCond", new Kind.Text(64))
              .and("HitCondPerG", BOOL)
              .and("continue", BOOL)
              .and("traceReturn", BOOL)
              .and("goroutine", BOOL)
              .and("stacktrace", INT)
              .and("variables", new Kind.Items(EXPRESSION, 64))
              .and("LoadArgs", LOAD_CONFIG)
              .and("LoadLocals", LOAD_CONFIG)
              .and("customCommands", DROPPED)
              .and("WatchExpr", EXPRESSION)
              .and("WatchType", new Kind.Int(0, 255))
              .and("VerboseDescr", DROPPED)
              .and("hitCount", DROPPED)
              .and("totalHitCount", DROPPED)
              .and("disabled", BOOL)
              .and("RootFuncName", TEXT)
              .and("TraceFollowCalls", INT));

  static final Arguments NONE = new Arguments(Map.of());
  static final Arguments SET_API_VERSION = of("APIVersion", INT);
  static final Arguments STATE = of("NonBlocking", BOOL);
  static final Arguments GET_THREAD = of("Id", INT);
  static final Arguments LIST_GOROUTINES =
      of("Start", INT)
          .and("Count", INT)
          .and(
              "Filters",
              new Kind.Items(
                  nested(of("Kind", new Kind.Int(0, 255)).and("Negated", BOOL).and("Arg", TEXT)),
                  32))
          .and("GroupBy", new Kind.Int(0, 255))
          .and("GroupByKey", TEXT)
          .and("MaxGroupMembers", INT)
          .and("MaxGroups", INT)
          .and("EvalScope", SCOPE);
  static final Arguments STACKTRACE =
      of("Id", INT)
          .and("Depth", INT)
          .and("Full", BOOL)
          .and("Defers", BOOL)
          .and("Opts", new Kind.Int(0, 65535))
          .and("Cfg", LOAD_CONFIG)
          .and("Skip", INT);
  static final Arguments ANCESTORS =
      of("GoroutineID", INT).and("NumAncestors", INT).and("Depth", INT);
  static final Arguments FILTER = of("Filter", TEXT);
  static final Arguments LIST_FUNCTIONS = of("Filter", TEXT).and("FollowCalls", INT);
  static final Arguments LIST_PACKAGES = of("IncludeFiles", BOOL).and("Filter", TEXT);
  static final Arguments FIND_LOCATION =
      of("Scope", SCOPE)
          .and("Loc", EXPRESSION)
          .and("IncludeNonExecutableLines", BOOL)
          .and("SubstitutePathRules", PATH_RULES);
  static final Arguments FN_NAME = of("FnName", TEXT);
  static final Arguments NAME = of("Name", TEXT);
  static final Arguments GUESS_SUBSTITUTE_PATH =
      of(
          "Args",
          nested(
              of("ImportPathOfMainPackage", TEXT)
                  .and("ClientGOROOT", TEXT)
                  .and("ClientModuleDirectories", new Kind.TextByName(16 * 1024))));
  static final Arguments CHECKPOINT = of("Where", TEXT);
  static final Arguments CLEAR_CHECKPOINT = of("ID", INT);
  static final Arguments LIST_BREAKPOINTS = of("All", BOOL);
  static final Arguments BREAKPOINT_KEY = of("Id", INT).and("Name", new Kind.Text(64));
  static final Arguments DUMP_WAIT = of("Wait", INT);
  static final Arguments LOAD_CFG = of("LoadCfg", LOAD_CONFIG);
  static final Arguments DOWNLOAD = of("N", INT);
  static final Arguments DEBUG_INFO_DIRECTORIES =
      of("Set", BOOL).and("List", new Kind.Items(TEXT, 256));
  static final Arguments SCOPED_LIST = of("Scope", SCOPE).and("Cfg", LOAD_CONFIG);
  static final Arguments LIST_PACKAGE_VARS = of("Filter", TEXT).and("Cfg", LOAD_CONFIG);
  static final Arguments EVAL = of("Scope", SCOPE).and("Expr", EXPRESSION).and("Cfg", LOAD_CONFIG);
  static final Arguments EXAMINE_MEMORY = of("Address", COUNT).and("Length", INT);
  static final Arguments LIST_REGISTERS =
      of("ThreadID", INT).and("IncludeFp", BOOL).and("Scope", SCOPE);
  static final Arguments DISASSEMBLE =
      of("Scope", SCOPE)
          .and("StartPC", COUNT)
          .and("EndPC", COUNT)
          .and("Flavour", new Kind.Int(0, 2));
  static final Arguments SET =
      of("Scope", SCOPE).and("Symbol", EXPRESSION).and("Value", EXPRESSION);
  static final Arguments COMMAND =
      of("name", new Kind.Text(64))
          .and("threadID", INT)
          .and("goroutineID", INT)
          .and("ReturnInfoLoadConfig", LOAD_CONFIG)
          .and("expr", EXPRESSION)
          .and("WithEvents", BOOL)
          .and("unsafeCall", BOOL);
  static final Arguments CREATE_BREAKPOINT =
      of("Breakpoint", BREAKPOINT)
          .and("LocExpr", EXPRESSION)
          .and("SubstitutePathRules", PATH_RULES)
          .and("Suspended", BOOL);
  static final Arguments AMEND_BREAKPOINT = of("Breakpoint", BREAKPOINT);
  static final Arguments CREATE_WATCHPOINT =
      of("Scope", SCOPE).and("Expr", EXPRESSION).and("Type", new Kind.Int(0, 255));
  static final Arguments FUNCTION_NAME = of("FunctionName", TEXT);
  static final Arguments DUMP_START = of("Destination", TEXT);
  static final Arguments RESTART =
      of("Position", TEXT)
          .and("ResetArgs", BOOL)
          .and("NewArgs", new Kind.Items(TEXT, 256))
          .and("Rerecord", BOOL)
          .and("Rebuild", BOOL)
          .and("NewRedirects", new Kind.Items(TEXT, 3));
  static final Arguments FOLLOW_EXEC = of("Enable", BOOL).and("Regex", TEXT);
  static final Arguments DETACH = of("Kill", BOOL);

  private final Map<String, Kind> fields;
  private final Map<String, String> canonical = new LinkedHashMap<>();

  private Arguments(Map<String, Kind> fields) {
    this.fields = fields;
    fields.keySet().forEach(name -> canonical.put(folded(name), name));
  }

  private static Arguments of(String name, Kind kind) {
    return new Arguments(Map.of(name, kind));
  }

  private Arguments and(String name, Kind kind) {
    var more = new LinkedHashMap<>(fields);
    more.put(name, kind);
    return new Arguments(more);
  }

  private static Kind nested(Arguments arguments) {
    return new Kind.Nested(arguments);
  }

  Map<String, Kind> fields() {
    return Map.copyOf(fields);
  }

  /**
   * Reads one argument object.
   *
   * @param where how messages name this object; empty at the top
   */
  JsonObject read(JsonObject object, String where) throws BadArgument {
    var found = new LinkedHashMap<String, JsonValue>();
    for (var member : object.members().entrySet()) {
      String name = canonical.get(folded(member.getKey()));
      if (name == null) {
        if (!isZero(member.getValue())) {
          throw new BadArgument(
              MESSAGE_UNKNOWN,
              "unknown argument `" + where + printable(member.getKey()) + "`; remove it");
        }
        continue;
      }
      if (found.containsKey(name)) {
        throw new BadArgument(
            MessageReason.MESSAGE_MALFORMED, "argument `" + where + name + "` stands twice");
      }
      found.put(name, member.getValue());
    }
    var out = new LinkedHashMap<String, JsonValue>();
    for (var field : fields.entrySet()) {
      JsonValue value = found.get(field.getKey());
      if (value == null || value == JsonNull.NULL) {
        continue;
      }
      Optional<JsonValue> read = value(value, field.getValue(), where + field.getKey());
      read.ifPresent(kept -> out.put(field.getKey(), kept));
    }
    return new JsonObject(out);
  }

  private static Optional<JsonValue> value(JsonValue value, Kind kind, String where)
      throws BadArgument {
    return switch (kind) {
      case Kind.Bool bool when value instanceof JsonBool -> Optional.of(value);
      case Kind.Int(long min, long max) when value instanceof JsonNumber number -> {
        long integer =
            number.integer().orElseThrow(() -> wrong(where, "an integer that fits 64 bits"));
        if (integer < min || integer > max) {
          throw wrong(where, "at least " + min + " and at most " + max);
        }
        yield Optional.of(JsonNumber.of(integer));
      }
      case Kind.Text(int max) when value instanceof JsonString(String text) -> {
        if (text.length() > max) {
          throw new BadArgument(
              MESSAGE_TOO_LARGE, "`" + where + "` is longer than " + max + " characters");
        }
        yield Optional.of(value);
      }
      case Kind.Items(Kind each, int max) when value instanceof JsonArray array -> {
        if (array.elements().size() > max) {
          throw new BadArgument(
              MESSAGE_TOO_LARGE, "`" + where + "` has more than " + max + " elements");
        }
        var items = new ArrayList<JsonValue>();
        for (JsonValue element : array.elements()) {
          items.add(value(element, each, where + "[]").orElseThrow(() -> wrong(where, "filled")));
        }
        yield Optional.of(new JsonArray(items));
      }
      case Kind.Nested(Arguments arguments) when value instanceof JsonObject object ->
          Optional.of(arguments.read(object, where + "."));
      case Kind.TextByName(int max) when value instanceof JsonObject object -> {
        for (JsonValue member : object.members().values()) {
          value(member, new Kind.Text(max), where);
        }
        yield Optional.of(value);
      }
      case Kind.Dropped dropped -> Optional.empty();
      default -> throw wrong(where, "of another type: " + kindName(kind));
    };
  }

  private static BadArgument wrong(String where, String rule) {
    return new BadArgument(MESSAGE_ARGUMENT, "`" + where + "` must be " + rule);
  }

  private static String kindName(Kind kind) {
    return switch (kind) {
      case Kind.Bool bool -> "true or false";
      case Kind.Int integer -> "an integer";
      case Kind.Text text -> "a string";
      case Kind.Items items -> "an array";
      case Kind.Nested nested -> "an object";
      case Kind.TextByName byName -> "an object of strings";
      case Kind.Dropped dropped -> "anything";
    };
  }

  private static boolean isZero(JsonValue value) {
    return switch (value) {
      case JsonNull nothing -> true;
      case JsonBool(boolean bool) -> !bool;
      case JsonNumber(String text) -> text.equals("0");
      case JsonString(String text) -> text.isEmpty();
      case JsonArray array -> array.elements().isEmpty();
      case JsonObject object -> object.members().isEmpty();
    };
  }

  /** Names are ASCII: {@link dev.postern.json.JsonLimits#CLIENT_MESSAGE} refuses others. */
  private static String folded(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  private static String printable(String name) {
    return name.length() > 40 ? name.substring(0, 40) + "…" : name;
  }
}
