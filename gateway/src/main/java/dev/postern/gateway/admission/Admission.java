package dev.postern.gateway.admission;

import dev.postern.gateway.session.SessionConnection;

/** What came of one attempt to attach. */
public sealed interface Admission {
  /** In: recorded, and the target side is open. The caller has to be told. */
  record Granted(SessionConnection connection) implements Admission {}

  /** Not in; recorded. */
  record Denied(Refusal refusal, String decisionId) implements Admission {}

  /** The caller hung up before it was decided. */
  record Left() implements Admission {}
}
