package dev.postern.gateway.dlv;

import java.time.Duration;

/** A halt that lasted longer than one of the sessions in it may hold the process. */
record HaltOverrun(SessionAccount account, Duration took, Duration allowed) {
  void report() {
    account.overran(took, allowed);
  }
}
