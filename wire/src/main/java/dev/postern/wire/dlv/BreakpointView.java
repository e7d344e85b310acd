package dev.postern.wire.dlv;

import java.util.Optional;

/** Which breakpoints a caller sees, by the names they have at the target. */
@FunctionalInterface
public interface BreakpointView {
  /**
   * The name shown to the caller.
   *
   * @param id at the target; negative for Delve's own
   * @param name at the target
   * @return empty if the breakpoint is another's and hidden
   */
  Optional<String> shownName(long id, String name);

  /** Everything, under its own name. */
  static BreakpointView all() {
    return (id, name) -> Optional.of(name);
  }
}
