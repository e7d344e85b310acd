package dev.postern.gateway.session;

import dev.postern.gateway.stream.EndReason;
import java.util.Optional;

/** Says whether a session would still be let in under the rules and trust of now. */
@FunctionalInterface
public interface SessionJudge {
  /** Why it would not be; empty if it would, or if that cannot be told. */
  Optional<Objection> objection(DebugSession session);

  /**
   * Why a session has to end.
   *
   * @param detail for the record
   */
  record Objection(EndReason reason, String detail) {}
}
