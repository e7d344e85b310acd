package dev.postern.wire.dlv;

import dev.postern.json.JsonValue.JsonObject;
import java.util.Optional;
import java.util.Set;

/** Makes of a target's answer what one session may see. Immutable. */
public final class ReplyShaper {
  /**
   * A shaper for one session.
   *
   * @param held the classes of the session
   * @param breakpoints which breakpoints it sees, and under which name
   * @param redactor applied to every string that may hold the program's data; empty for none
   */
  public ReplyShaper(
      Set<DlvClass> held, BreakpointView breakpoints, Optional<StringRedactor> redactor) {}

  /** Whether answers to this method can be other than they came; if not, forward the bytes. */
  public boolean changes(DlvMethod method) {
    return true;
  }

  /** The answer as this session may see it. */
  public JsonObject shape(DlvMethod method, JsonObject result) {
    return result;
  }

  /** An error text as this session may see it. */
  public String shapeError(String error) {
    return error;
  }
}
