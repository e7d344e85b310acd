package dev.postern.gateway.dlv;

import dev.postern.gateway.stream.SessionGrant;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * What was spent at one target: by all sessions together and by each, remembered over
 * reconnections. Guarded by its own monitor; the accounts themselves and the target's budget by the
 * lock of the {@link Motion}.
 */
final class TargetAccounts {
  /** Where no cap is configured: none. */
  private static final Duration NO_CAP = Duration.ofDays(365);

  private final Map<String, SessionAccount> sessions = new HashMap<>();
  private final HaltBudget target = new HaltBudget(NO_CAP);

  HaltBudget target() {
    return target;
  }

  synchronized SessionAccount of(SessionGrant grant, boolean control, long now) {
    target.limit(grant.limits().targetHaltBudget().orElse(NO_CAP));
    sessions.values().removeIf(account -> account.forgettable(now));
    return sessions.computeIfAbsent(
        grant.sessionId(), id -> new SessionAccount(id, control, grant.limits(), grant.sink()));
  }
}
