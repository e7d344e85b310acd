package dev.postern.gateway;

import dev.postern.audit.AuditLog;
import dev.postern.gateway.policies.PolicyKeeper;
import dev.postern.gateway.state.StateStore;
import dev.postern.gateway.state.StoreUnavailable;
import dev.postern.gateway.trust.TrustKeeper;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the gateway could admit anybody now; what the health service says. Used by one thread.
 */
final class Readiness {
  private static final Logger log = LoggerFactory.getLogger(Readiness.class);

  private final AuditLog audit;
  private final StateStore store;
  private final PolicyKeeper policies;
  private final TrustKeeper trust;
  private final InstantSource clock;
  private Optional<String> last = Optional.empty();

  Readiness(
      AuditLog audit,
      StateStore store,
      PolicyKeeper policies,
      TrustKeeper trust,
      InstantSource clock) {
    this.audit = audit;
    this.store = store;
    this.policies = policies;
    this.trust = trust;
    this.clock = clock;
  }

  /** Looks; a change is logged with its cause. */
  boolean look() {
    Optional<String> now = lack();
    if (!now.equals(last)) {
      now.ifPresentOrElse(
          lack -> log.error("not serving: nobody can be admitted lack={}", lack),
          () -> log.info("serving again"));
      last = now;
    }
    return now.isEmpty();
  }

  private Optional<String> lack() {
    if (!audit.status().healthy()) {
      return Optional.of("audit log");
    }
    if (policies.current().filter(set -> set.countsAt(clock.instant())).isEmpty()) {
      return Optional.of("policies in force");
    }
    if (!trust.hasKeys()) {
      return Optional.of("keys of issuers or Verifiers");
    }
    try {
      store.locks();
      return Optional.empty();
    } catch (StoreUnavailable e) {
      return Optional.of("state");
    }
  }
}
