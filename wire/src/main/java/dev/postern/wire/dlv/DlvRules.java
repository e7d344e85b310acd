package dev.postern.wire.dlv;

import java.util.Set;

/** Says of each call which classes it needs, and brings its arguments within bounds. */
public final class DlvRules {
  private DlvRules() {}

  /**
   * Judges one call.
   *
   * @param held the classes the session holds: where the same call can be served with less (return
   *     values left out for a caller without {@code INSPECT}; a tracepoint under {@code LOG}), it
   *     is rewritten rather than refused
   */
  public static Verdict judge(
      ClientMessage.Call call, Set<DlvClass> held, Restrictions restrictions) {
    return new Verdict.Refused(MessageReason.MESSAGE_REFUSED, "no rules yet");
  }
}
