package dev.postern.wire.dlv;

import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonNull;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Makes of a target's answer what one session may see. Immutable.
 *
 * <ul>
 *   <li>Breakpoints of others are left out, also where a thread stands on one; ours bear the name
 *       the caller gave. {@code customCommands} (which the terminal of whoever hits it would run)
 *       never pass.
 *   <li>Without {@code INSPECT}: no data of a breakpoint hit, no return values, no command lines,
 *       no addresses in error texts.
 *   <li>With a redactor: see {@link ValueRedaction}.
 * </ul>
 */
public final class ReplyShaper {
  private static final Pattern ADDRESS = Pattern.compile("0x[0-9a-fA-F]+");
  private static final int MAX_ERROR = 512;

  private final boolean inspects;
  private final BreakpointView breakpoints;
  private final Optional<StringRedactor> redactor;

  /**
   * A shaper for one session.
   *
   * @param held the classes of the session
   * @param breakpoints which breakpoints it sees, and under which name
   * @param redactor applied to every string that may hold the program's data; empty for none
   */
  public ReplyShaper(
      Set<DlvClass> held, BreakpointView breakpoints, Optional<StringRedactor> redactor) {
    this.inspects = held.contains(DlvClass.INSPECT);
    this.breakpoints = breakpoints;
    this.redactor = redactor;
  }

  /** Whether answers to this method can be other than they came; if not, forward the bytes. */
  public boolean changes(DlvMethod method) {
    return switch (method) {
      case STATE,
          COMMAND,
          LIST_THREADS,
          GET_THREAD,
          LIST_TARGETS,
          LIST_BREAKPOINTS,
          GET_BREAKPOINT,
          CREATE_BREAKPOINT,
          CREATE_EBPF_TRACEPOINT,
          CREATE_WATCHPOINT,
          CLEAR_BREAKPOINT,
          TOGGLE_BREAKPOINT,
          RESTART,
          GET_EVENTS ->
          true;
      default -> redactor.isPresent() && !method.perBuild();
    };
  }

  /** The answer as this session may see it. A single breakpoint that is hidden becomes null. */
  public JsonObject shape(DlvMethod method, JsonObject result) {
    if (!changes(method)) {
      return result;
    }
    JsonObject shaped = result;
    if (method == DlvMethod.CREATE_WATCHPOINT) { // its result is a breakpoint, not in a member
      shaped = breakpoint(result).orElse(JsonObject.EMPTY);
    }
    shaped = object(shaped);
    return redactor.isPresent() ? ValueRedaction.redact(shaped, redactor.get()) : shaped;
  }

  /** An error text as this session may see it. */
  public String shapeError(String error) {
    String text = error;
    if (!inspects) { // an internal error comes with Delve's own stack
      int line = text.indexOf('\n');
      text = ADDRESS.matcher(line < 0 ? text : text.substring(0, line)).replaceAll("0x…");
    }
    if (redactor.isPresent()) {
      text = redactor.get().redact(text);
    }
    return text.length() > MAX_ERROR ? text.substring(0, MAX_ERROR) + "…" : text;
  }

  private JsonObject object(JsonObject object) {
    var out = new LinkedHashMap<String, JsonValue>();
    boolean hiddenHit =
        object.object("breakPoint").isPresent()
            && breakpoint(object.object("breakPoint").get()).isEmpty();
    for (var member : object.members().entrySet()) {
      JsonValue value = member.getValue();
      switch (member.getKey()) {
        case "TargetCommandLine", "CmdLine", "Cmdline" ->
            out.put(member.getKey(), inspects ? value : new JsonString(""));
        case "ReturnValues" -> out.put(member.getKey(), inspects ? value : JsonNull.NULL);
        case "breakPointInfo" -> {
          if (inspects && !hiddenHit) {
            out.put(member.getKey(), value);
          }
        }
        case "breakPoint", "Breakpoint" -> {
          if (!(value instanceof JsonObject inner)) { // an instruction's flag, or null
            out.put(member.getKey(), value);
          } else if (breakpoint(inner).isPresent()) {
            out.put(member.getKey(), breakpoint(inner).get());
          } else if (member.getKey().equals("Breakpoint")) {
            out.put(member.getKey(), JsonNull.NULL);
          }
        }
        case "Breakpoints", "WatchOutOfScope" -> out.put(member.getKey(), breakpoints(value));
        case "labels", "Variable", "Variables", "Args" -> out.put(member.getKey(), value);
        default -> out.put(member.getKey(), value(value));
      }
    }
    return new JsonObject(out);
  }

  private JsonValue value(JsonValue value) {
    return switch (value) {
      case JsonObject object -> object(object);
      case JsonArray array -> {
        var elements = new ArrayList<JsonValue>(array.elements().size());
        array.elements().forEach(element -> elements.add(value(element)));
        yield new JsonArray(elements);
      }
      default -> value;
    };
  }

  private JsonValue breakpoints(JsonValue value) {
    if (!(value instanceof JsonArray array)) {
      return JsonNull.NULL;
    }
    var shown = new ArrayList<JsonValue>();
    for (JsonValue element : array.elements()) {
      if (element instanceof JsonObject object) {
        breakpoint(object).ifPresent(shown::add);
      }
    }
    return new JsonArray(shown);
  }

  private Optional<JsonObject> breakpoint(JsonObject breakpoint) {
    long id = breakpoint.integer("id").orElse(0L);
    return breakpoints
        .shownName(id, breakpoint.string("name").orElse(""))
        .map(name -> breakpoint.with("name", new JsonString(name)).without("customCommands"));
  }
}
