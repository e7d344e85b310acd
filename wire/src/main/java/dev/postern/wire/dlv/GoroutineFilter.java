package dev.postern.wire.dlv;

import dev.postern.json.JsonValue.JsonObject;
import java.util.List;
import java.util.Optional;

/**
 * A goroutine filter: {@code status:waiting label:domain=db stack:^netpoll id>100} (space is "and",
 * {@code !} negates).
 */
public final class GoroutineFilter {
  /** What parsing gives. */
  public sealed interface Parsed {
    /** The text is a filter. */
    record Filter(GoroutineFilter filter) implements Parsed {}

    /**
     * The text is none.
     *
     * @param at where, in UTF-16 units from 0
     */
    record Fault(int at, String message) implements Parsed {}
  }

  public static Parsed parse(String text) {
    return new Parsed.Fault(0, "filters come later");
  }

  /** Filters of Delve's own that lose no goroutine this one keeps. */
  public List<JsonObject> narrowing() {
    return List.of();
  }

  /** Whether {@link #matchesStack} has to be asked too. */
  public boolean needsStack() {
    return false;
  }

  /** Whether the wait reasons of the target's Go version are needed. */
  public boolean needsWaitReasons() {
    return false;
  }

  /**
   * All terms that an {@code api.Goroutine} alone decides.
   *
   * @param reasons of the target's Go version; if needed and empty, nothing matches
   */
  public boolean matches(JsonObject goroutine, Optional<WaitReasons> reasons) {
    return false;
  }

  /**
   * All {@code stack:} terms.
   *
   * @param functions of the frames, innermost first
   */
  public boolean matchesStack(List<String> functions) {
    return false;
  }
}
