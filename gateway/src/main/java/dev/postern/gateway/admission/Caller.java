package dev.postern.gateway.admission;

import dev.postern.attestation.Challenges;
import dev.postern.gateway.session.CallerLine;
import java.util.Optional;

/** The caller, as far as admission has to talk to it. */
public interface Caller extends CallerLine {
  /**
   * Sends a challenge and waits for the proof.
   *
   * @return the proof's text; empty if none came in time, or something else came
   */
  Optional<String> prove(Challenges.Issued challenge, String sessionId)
      throws InterruptedException, CallerLeft;

  /** The caller hung up. */
  final class CallerLeft extends Exception {
    private static final long serialVersionUID = 1L;

    public CallerLeft() {
      super("the caller hung up", null, false, false);
    }
  }
}
