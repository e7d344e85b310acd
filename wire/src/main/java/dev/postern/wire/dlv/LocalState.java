package dev.postern.wire.dlv;

import dev.postern.json.JsonValue.JsonObject;
import java.util.Optional;

/** Builds the state that a connection without {@code CONTROL} sees: always stopped. */
public final class LocalState {
  private LocalState() {}

  /**
   * The result of {@code State} ({@code {"State":{…}}}).
   *
   * @param snapshot the {@code State} object of the last brokered halt, shaped already; empty
   *     before the first
   * @param goroutine the {@code api.Goroutine} this view has selected; empty for the snapshot's own
   */
  public static JsonObject stopped(Optional<JsonObject> snapshot, Optional<JsonObject> goroutine) {
    return snapshot.orElse(JsonObject.EMPTY);
  }
}
