package dev.postern.gateway.dlv;

import dev.postern.json.JsonValue.JsonObject;

/** What one connection has selected; the server's own selection is shared by everyone and moves. */
sealed interface Selection {
  /** Nothing yet: the first stop decides. */
  record None() implements Selection {}

  /** A goroutine; ids are never used again in a process. */
  record Goroutine(long id) implements Selection {}

  /** A thread that carried no goroutine when it was selected. */
  record OfThread(long id) implements Selection {}

  Selection NONE = new None();

  /** What a state that Delve reported has selected. */
  static Selection of(JsonObject state) {
    long goroutine = state.object("currentGoroutine").flatMap(g -> g.integer("id")).orElse(0L);
    if (goroutine > 0) {
      return new Goroutine(goroutine);
    }
    return state
        .object("currentThread")
        .flatMap(thread -> thread.integer("id"))
        .<Selection>map(OfThread::new)
        .orElse(NONE);
  }
}
