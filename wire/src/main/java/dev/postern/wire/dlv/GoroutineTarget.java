package dev.postern.wire.dlv;

import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import java.util.OptionalLong;

/** Which goroutine a call asks about, and how to pin it to one. */
public final class GoroutineTarget {
  /** What clients send for "the selected one". */
  public static final long SELECTED = -1;

  private GoroutineTarget() {}

  /**
   * The goroutine id in the arguments as sent, {@link #SELECTED} included; where the method has
   * such an argument and it is absent, 0, as Delve reads it. Empty for a method that names no
   * goroutine.
   */
  public static OptionalLong of(DlvMethod method, JsonObject args) {
    return switch (method) {
      case STACKTRACE -> id(args, "Id");
      case ANCESTORS -> id(args, "GoroutineID");
      case EVAL,
          SET,
          LIST_LOCAL_VARS,
          LIST_FUNCTION_ARGS,
          FIND_LOCATION,
          DISASSEMBLE,
          CREATE_WATCHPOINT ->
          id(args.object("Scope").orElse(JsonObject.EMPTY), "GoroutineID");
      case LIST_REGISTERS ->
          args.object("Scope").isPresent()
              ? id(args.object("Scope").orElseThrow(), "GoroutineID")
              : OptionalLong.empty();
      case LIST_GOROUTINES ->
          args.object("EvalScope").isPresent()
              ? id(args.object("EvalScope").orElseThrow(), "GoroutineID")
              : OptionalLong.empty();
      case COMMAND ->
          switch (args.string("name").orElse("")) {
            case "call", "switchGoroutine" -> id(args, "goroutineID");
            default -> OptionalLong.empty();
          };
      default -> OptionalLong.empty();
    };
  }

  /** The arguments with the goroutine replaced; as they are for a method that names none. */
  public static JsonObject pin(DlvMethod method, JsonObject args, long goroutine) {
    if (of(method, args).isEmpty()) {
      return args;
    }
    JsonNumber id = JsonNumber.of(goroutine);
    return switch (method) {
      case STACKTRACE -> args.with("Id", id);
      case ANCESTORS -> args.with("GoroutineID", id);
      case COMMAND -> args.with("goroutineID", id);
      case LIST_GOROUTINES ->
          args.with("EvalScope", args.object("EvalScope").orElseThrow().with("GoroutineID", id));
      default ->
          args.with("Scope", args.object("Scope").orElse(JsonObject.EMPTY).with("GoroutineID", id));
    };
  }

  private static OptionalLong id(JsonObject object, String name) {
    return OptionalLong.of(object.integer(name).orElse(0L));
  }
}
