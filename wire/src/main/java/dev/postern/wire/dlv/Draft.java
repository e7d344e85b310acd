package dev.postern.wire.dlv;

import static dev.postern.wire.dlv.MessageReason.MESSAGE_ARGUMENT;
import static dev.postern.wire.dlv.MessageReason.MESSAGE_EXPRESSION;
import static dev.postern.wire.dlv.MessageReason.MESSAGE_REFUSED;

import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonBool;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** A verdict in the making: the arguments as they will be sent, and what they need. */
final class Draft {
  /** Deepest call stack asked for: Delve allocates for the depth asked before it looks. */
  static final int MAX_DEPTH = 512;

  private static final int MAX_RECURSE = 3;
  private static final int MAX_STRING = 4 * 1024;
  private static final int MAX_FIELDS = 256;

  /** Most array elements by depth of recursion: what can be answered is their power. */
  private static final int[] MAX_ELEMENTS = {256, 256, 64, 32};

  /** What Delve takes where a request for variables has no load configuration. */
  private static final JsonObject DEFAULT_LOAD =
      JsonObject.EMPTY
          .with("FollowPointers", JsonBool.TRUE)
          .with("MaxVariableRecurse", JsonNumber.of(1))
          .with("MaxStringLen", JsonNumber.of(64))
          .with("MaxArrayValues", JsonNumber.of(64))
          .with("MaxStructFields", JsonNumber.of(MAX_FIELDS));

  private final Set<DlvClass> held;
  private final Restrictions restrictions;
  private final Set<DlvClass> classes = EnumSet.noneOf(DlvClass.class);
  private final List<String> rewrites = new ArrayList<>();
  private JsonObject args;
  private AddressCheck addresses = AddressCheck.NONE;

  Draft(JsonObject args, Set<DlvClass> held, Restrictions restrictions) {
    this.args = args;
    this.held = held;
    this.restrictions = restrictions;
  }

  Verdict.Allowed allowed() {
    return new Verdict.Allowed(classes, args, rewrites, addresses);
  }

  JsonObject args() {
    return args;
  }

  Restrictions restrictions() {
    return restrictions;
  }

  Set<DlvClass> held() {
    return held;
  }

  boolean holds(DlvClass wanted) {
    return held.contains(wanted);
  }

  void need(DlvClass... more) {
    classes.addAll(List.of(more));
  }

  /** A tracepoint's business: {@code LOG} is enough, {@code CONTROL} covers it too. */
  void needLogOrControl() {
    need(holds(DlvClass.LOG) && !holds(DlvClass.CONTROL) ? DlvClass.LOG : DlvClass.CONTROL);
  }

  void addresses(AddressCheck check) {
    addresses = check;
  }

  void note(String rewrite) {
    rewrites.add(rewrite);
  }

  boolean flag(String name) {
    return args.get(name).filter(JsonBool.TRUE::equals).isPresent();
  }

  long integer(String name) {
    return args.integer(name).orElse(0L);
  }

  String text(String name) {
    return args.string(name).orElse("");
  }

  void set(String name, JsonValue value) {
    args = args.with(name, value);
  }

  void drop(String name) {
    args = args.without(name);
  }

  void replace(JsonObject all) {
    args = all;
  }

  /** Brings an integer down to {@code max}; a negative one is refused. */
  void atMost(String name, long max) throws BadArgument {
    if (integer(name) < 0) {
      throw new BadArgument(MESSAGE_ARGUMENT, "`" + name + "` must not be negative");
    }
    if (integer(name) > max) {
      note(name + " " + integer(name) + " → " + max);
      set(name, JsonNumber.of(max));
    }
  }

  /** Refuses an integer that cannot be brought down without changing what is meant. */
  void within(String name, long min, long max) throws BadArgument {
    if (integer(name) < min || integer(name) > max) {
      throw new BadArgument(MESSAGE_ARGUMENT, "`" + name + "` must be from " + min + " to " + max);
    }
  }

  /** An evaluation scope: a frame number makes Delve allocate like a depth does. */
  void scope(String name) throws BadArgument {
    JsonObject scope = args.object(name).orElse(JsonObject.EMPTY);
    if (scope.integer("Frame").orElse(0L) > MAX_DEPTH
        || scope.integer("DeferredCall").orElse(0L) > MAX_DEPTH) {
      throw new BadArgument(
          MESSAGE_ARGUMENT, "`Frame` and `DeferredCall` must be at most " + MAX_DEPTH);
    }
  }

  /** An expression the target evaluates. */
  void expression(String name, String expression) throws BadArgument {
    if (restrictions.narrow() && !Expressions.isPlain(expression)) {
      throw new BadArgument(
          MESSAGE_EXPRESSION,
          "`"
              + name
              + "` may only hold names, fields, constant indexes, len and cap in this session");
    }
    if (Expressions.mayCall(expression)) {
      need(DlvClass.MUTATE);
    }
  }

  /** Raw data cannot be redacted, nor told apart by goroutine. */
  void refuseIf(boolean restricted, String what) throws BadArgument {
    if (restricted) {
      throw new BadArgument(
          MESSAGE_REFUSED,
          what + " is not served in a session with redaction or a goroutine filter");
    }
  }

  /** A load configuration that is always sent: Delve's own default where the caller gave none. */
  void load(String name) {
    set(name, loadConfig(args.object(name).orElse(DEFAULT_LOAD), name));
  }

  /** A load configuration whose absence means something. */
  void loadIfPresent(String name) {
    args.object(name).ifPresent(config -> set(name, loadConfig(config, name)));
  }

  private JsonObject loadConfig(JsonObject config, String where) {
    int recurse = (int) bounded(config, "MaxVariableRecurse", MAX_RECURSE, where);
    if (restrictions.redact()) { // a secret cut short would pass the redactor
      config =
          config
              .with("MaxStringLen", JsonNumber.of(MAX_STRING))
              .with("MaxArrayValues", JsonNumber.of(MAX_ELEMENTS[recurse]));
    }
    long strings = bounded(config, "MaxStringLen", MAX_STRING, where);
    long elements = bounded(config, "MaxArrayValues", MAX_ELEMENTS[recurse], where);
    long fields = config.integer("MaxStructFields").orElse(0L);
    return config
        .with("MaxVariableRecurse", JsonNumber.of(recurse))
        .with("MaxStringLen", JsonNumber.of(strings))
        .with("MaxArrayValues", JsonNumber.of(elements))
        .with(
            "MaxStructFields",
            JsonNumber.of(fields < 0 || fields > MAX_FIELDS ? MAX_FIELDS : fields));
  }

  private long bounded(JsonObject config, String name, long max, String where) {
    long asked = config.integer(name).orElse(0L);
    if (asked > max) {
      note(where + "." + name + " " + asked + " → " + max);
      return max;
    }
    return Math.max(asked, 0);
  }
}
