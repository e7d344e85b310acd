package dev.postern.gateway.dlv;

import dev.postern.json.JsonException;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonBool;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.wire.dlv.RawJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What Delve said when the process stopped.
 *
 * @param state Delve's {@code DebuggerState}
 */
record Stop(JsonObject state) {
  static final Stop UNKNOWN = new Stop(JsonObject.EMPTY);

  /** A breakpoint that a thread stands on. */
  record Hit(long breakpoint, boolean tracepoint) {}

  /** Reads the {@code State} member of a result; empty if there is none. */
  static Optional<Stop> of(RawJson result) {
    try {
      return result.tree() instanceof JsonObject object
          ? object.object("State").map(Stop::new)
          : Optional.empty();
    } catch (JsonException notAState) {
      return Optional.empty();
    }
  }

  boolean running() {
    return flag("Running");
  }

  boolean exited() {
    return flag("exited");
  }

  boolean nextInProgress() {
    return flag("NextInProgress");
  }

  List<Hit> hits() {
    var hits = new ArrayList<Hit>();
    for (JsonValue thread :
        state.array("Threads").map(JsonValue.JsonArray::elements).orElse(List.of())) {
      if (thread instanceof JsonObject object) {
        object
            .object("breakPoint")
            .flatMap(
                breakpoint ->
                    breakpoint
                        .integer("id")
                        .map(
                            id ->
                                new Hit(
                                    id,
                                    is(breakpoint, "continue") || is(breakpoint, "traceReturn"))))
            .ifPresent(hits::add);
      }
    }
    return hits;
  }

  private boolean flag(String name) {
    return is(state, name);
  }

  private static boolean is(JsonObject object, String name) {
    return object.get(name).filter(JsonBool.TRUE::equals).isPresent();
  }
}
