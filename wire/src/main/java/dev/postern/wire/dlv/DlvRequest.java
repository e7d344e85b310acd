package dev.postern.wire.dlv;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonBool;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import dev.postern.json.JsonWriter;
import java.util.List;
import java.util.Map;

/**
 * A request to a target's Delve, in our own words.
 *
 * @param args in Delve's own field names
 */
public record DlvRequest(DlvMethod method, JsonObject args) {
  /** The bytes to send: one JSON object and a newline, as Go writes it. */
  public byte[] encode(long id) {
    var text = new StringBuilder(64);
    text.append("{\"method\":\"").append(method.wireName()).append("\",\"params\":[");
    text.append(JsonWriter.write(args)).append("],\"id\":").append(id).append("}\n");
    return text.toString().getBytes(UTF_8);
  }

  /** Sets the version of the connection's API: once, first thing. */
  public static DlvRequest setApiVersion() {
    return new DlvRequest(DlvMethod.SET_API_VERSION, object("APIVersion", JsonNumber.of(2)));
  }

  /** The state, at once also while the target runs. */
  public static DlvRequest stateNow() {
    return new DlvRequest(DlvMethod.STATE, object("NonBlocking", JsonBool.TRUE));
  }

  /** A command without arguments: {@code halt}, {@code continue}, … */
  public static DlvRequest command(String name) {
    return new DlvRequest(DlvMethod.COMMAND, object("name", new JsonString(name)));
  }

  /** Selects a goroutine for the whole server. */
  public static DlvRequest switchGoroutine(long id) {
    return new DlvRequest(
        DlvMethod.COMMAND,
        new JsonObject(
            Map.of("name", new JsonString("switchGoroutine"), "goroutineID", JsonNumber.of(id))));
  }

  public static DlvRequest listBreakpoints() {
    return new DlvRequest(DlvMethod.LIST_BREAKPOINTS, JsonObject.EMPTY);
  }

  public static DlvRequest clearBreakpoint(long id) {
    return new DlvRequest(DlvMethod.CLEAR_BREAKPOINT, object("Id", JsonNumber.of(id)));
  }

  public static DlvRequest cancelNext() {
    return new DlvRequest(DlvMethod.CANCEL_NEXT, JsonObject.EMPTY);
  }

  /** The place of a location expression in the code, from the scope of no goroutine. */
  public static DlvRequest findLocation(String location) {
    return new DlvRequest(DlvMethod.FIND_LOCATION, object("Loc", new JsonString(location)));
  }

  /**
   * One page of goroutines narrowed by filters of Delve's own ({@code GoroutineFilter.narrowing}).
   */
  public static DlvRequest listGoroutines(long start, long count, List<JsonObject> filters) {
    return new DlvRequest(
        DlvMethod.LIST_GOROUTINES,
        object("Start", JsonNumber.of(start))
            .with("Count", JsonNumber.of(count))
            .with("Filters", new JsonArray(List.copyOf(filters))));
  }

  /** The call stack of one goroutine, code places only. */
  public static DlvRequest stacktrace(long goroutine, int depth) {
    return new DlvRequest(
        DlvMethod.STACKTRACE,
        object("Id", JsonNumber.of(goroutine)).with("Depth", JsonNumber.of(depth)));
  }

  public static DlvRequest getVersion() {
    return new DlvRequest(DlvMethod.GET_VERSION, JsonObject.EMPTY);
  }

  private static JsonObject object(String name, dev.postern.json.JsonValue value) {
    return new JsonObject(Map.of(name, value));
  }
}
