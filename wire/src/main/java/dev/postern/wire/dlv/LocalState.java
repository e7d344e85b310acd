package dev.postern.wire.dlv;

import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonBool;
import dev.postern.json.JsonValue.JsonNull;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Builds the state that a connection without {@code CONTROL} sees: always stopped. */
public final class LocalState {
  private LocalState() {}

  /**
   * The result of {@code State} and {@code Command} ({@code {"State":{…}}}).
   *
   * <p>Always {@code Running: false}, no step in progress, not exited. The thread is the snapshot's
   * if it carries the selected goroutine, else one made of that goroutine's place: a client prints
   * what the thread says.
   *
   * @param snapshot the {@code State} object of the last brokered halt, shaped already; empty
   *     before the first
   * @param goroutine the {@code api.Goroutine} this view has selected; empty for the snapshot's own
   */
  public static JsonObject stopped(Optional<JsonObject> snapshot, Optional<JsonObject> goroutine) {
    JsonObject from = snapshot.orElse(JsonObject.EMPTY);
    Optional<JsonObject> selected = goroutine.or(() -> from.object("currentGoroutine"));
    Optional<JsonObject> thread = from.object("currentThread");
    if (goroutine.isPresent()) {
      thread = Optional.of(threadOf(goroutine.get(), thread));
    }
    var state = new LinkedHashMap<String, JsonValue>();
    state.put("Pid", from.get("Pid").orElse(JsonNumber.of(0)));
    state.put("TargetCommandLine", new JsonString(""));
    state.put("Running", JsonBool.FALSE);
    state.put("Recording", JsonBool.FALSE);
    state.put("CoreDumping", JsonBool.FALSE);
    thread.ifPresent(present -> state.put("currentThread", present));
    selected.ifPresent(present -> state.put("currentGoroutine", present));
    state.put(
        "Threads",
        thread.<JsonValue>map(present -> new JsonArray(List.of(present))).orElse(JsonNull.NULL));
    state.put("NextInProgress", JsonBool.FALSE);
    state.put("WatchOutOfScope", JsonNull.NULL);
    state.put("exited", JsonBool.FALSE);
    state.put("exitStatus", JsonNumber.of(0));
    state.put("When", new JsonString(""));
    return result(state);
  }

  /** A state that says the process is gone, under which every client ends its session by itself. */
  public static JsonObject exited(long exitStatus) {
    var state = new LinkedHashMap<String, JsonValue>();
    state.put("Running", JsonBool.FALSE);
    state.put("Threads", JsonNull.NULL);
    state.put("NextInProgress", JsonBool.FALSE);
    state.put("exited", JsonBool.TRUE);
    state.put("exitStatus", JsonNumber.of(exitStatus));
    return result(state);
  }

  private static JsonObject result(Map<String, JsonValue> state) {
    return JsonObject.EMPTY.with("State", new JsonObject(state));
  }

  private static JsonObject threadOf(JsonObject goroutine, Optional<JsonObject> snapshot) {
    JsonNumber id = JsonNumber.of(goroutine.integer("id").orElse(0L));
    if (snapshot.flatMap(thread -> thread.integer("goroutineID")).equals(id.integer())) {
      return snapshot.orElseThrow();
    }
    JsonObject place = goroutine.object("userCurrentLoc").orElse(JsonObject.EMPTY);
    var thread = new LinkedHashMap<String, JsonValue>();
    thread.put("id", goroutine.get("threadID").orElse(JsonNumber.of(0)));
    thread.put("pc", place.get("pc").orElse(JsonNumber.of(0)));
    thread.put("file", place.get("file").orElse(new JsonString("")));
    thread.put("line", place.get("line").orElse(JsonNumber.of(0)));
    place.object("function").ifPresent(function -> thread.put("function", function));
    thread.put("goroutineID", id);
    thread.put("ReturnValues", JsonNull.NULL);
    thread.put("CallReturn", JsonBool.FALSE);
    return new JsonObject(thread);
  }
}
