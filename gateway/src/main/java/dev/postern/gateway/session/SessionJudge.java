package dev.postern.gateway.session;

import java.util.Optional;

/** Says whether a session would still be let in under the rules and trust of now. */
@FunctionalInterface
public interface SessionJudge {
  /** Why it would not be, in words for the record; empty if it would, or if that cannot be told. */
  Optional<String> objection(DebugSession session);
}
