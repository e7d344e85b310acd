package dev.postern.audit;

import java.util.Locale;

/** What an audit entry tells of. The names on disk are stable: only ever added. */
public enum EventType {
  GATEWAY_STARTED("gateway.started"),
  GATEWAY_STOPPED("gateway.stopped"),
  /** A caller was let in; written before the target side opens. */
  ADMISSION_GRANTED("admission.granted"),
  /** A caller was not let in; the reason says why. */
  ADMISSION_DENIED("admission.denied"),
  /** A caller was let in, but the target side did not open. */
  ADMISSION_FAILED("admission.failed"),
  /** Denials of unauthenticated callers, summed up. */
  ADMISSION_FAILURES("admission.failures"),
  /** A further connection in a session. */
  SESSION_RESUMED("session.resumed"),
  /** One connection of a session ended; the session may go on. */
  CONNECTION_ENDED("connection.ended"),
  SESSION_RENEWED("session.renewed"),
  RENEWAL_DENIED("renewal.denied"),
  SESSION_ENDED("session.ended"),
  /**
   * A connection left a target of which it held something: what was undone, or (with a reason) what
   * stood in the way.
   */
  TARGET_RESTORED("target.restored"),
  /** A message did not reach the target as it was sent. */
  MESSAGE_DENIED("message.denied"),
  /** Denied messages of one session, summed up. */
  MESSAGES_DENIED("messages.denied"),
  /** A message that needed a scope other than observing, and passed. */
  MESSAGE_PASSED("message.passed"),
  /** Passed messages of one session beyond those with entries of their own, summed up. */
  MESSAGES_PASSED("messages.passed"),
  HALT_OVERRUN("halt.overrun"),
  TARGETS_LISTED("targets.listed"),
  POLICY_LOADED("policy.loaded"),
  POLICY_REFUSED("policy.refused"),
  /** Trust or targets of the configuration changed while the gateway runs. */
  CONFIG_LOADED("config.loaded"),
  /** A changed configuration cannot be used; the last good one stays in force. */
  CONFIG_REFUSED("config.refused"),
  LOCK_ADDED("lock.added"),
  LOCK_REMOVED("lock.removed"),
  APPROVAL_REQUESTED("approval.requested"),
  APPROVAL_GIVEN("approval.given"),
  APPROVAL_DENIED("approval.denied"),
  ADMIN_DENIED("admin.denied"),
  /** Entries were lost here: {@code count} of them, between {@code from} and {@code to}. */
  AUDIT_GAP("audit.gap"),
  /**
   * The clock went back here: the next entry's time is {@code to}, the one before had {@code from}.
   */
  AUDIT_CLOCK("audit.clock");

  private final String key;

  EventType(String key) {
    this.key = key;
  }

  /** The value of {@code type} in an entry. */
  public String key() {
    return key;
  }

  @Override
  public String toString() {
    return key.toLowerCase(Locale.ROOT);
  }
}
