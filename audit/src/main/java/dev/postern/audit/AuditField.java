package dev.postern.audit;

import static dev.postern.audit.AuditField.Sensitivity.PUBLIC;
import static dev.postern.audit.AuditField.Sensitivity.SECRET;
import static dev.postern.audit.AuditField.Sensitivity.SENSITIVE;

import java.util.Locale;

/**
 * Every field an audit entry can have, and who may see it. An entry has no others: a new field is
 * added here, with its class, or it cannot be written. {@code docs/audit.md} has the same list.
 */
public enum AuditField {
  /** When it happened, RFC 3339 with milliseconds, UTC. The value the gateway's clock had. */
  TIME(PUBLIC),
  /** What happened, see {@link EventType}. */
  TYPE(PUBLIC),
  /** The session's id. */
  SESSION(PUBLIC),
  /** The id of the decision, as the caller was told it. */
  DECISION(PUBLIC),
  /** The subject, as policy names it: {@code iss#sub} or {@code key:<thumbprint>}. */
  SUBJECT(SENSITIVE),
  /** What a self-attested token claims of its {@code sub}; matched by nothing. */
  CLAIMED_SUBJECT(SENSITIVE),
  /** {@code groups}, as the issuer gave them. */
  GROUPS(SENSITIVE),
  /** {@code debugger_id}. */
  DEBUGGER(PUBLIC),
  /** Thumbprint of the key that the token binds. */
  KEY(PUBLIC),
  /** The target's name, as it was asked for. */
  TARGET(PUBLIC),
  /** The tool, as it was asked for. */
  TOOL(PUBLIC),
  /** Scopes that hold, or were asked for if nothing was granted. */
  SCOPES(PUBLIC),
  /** The one scope a denied message would have needed. */
  SCOPE(PUBLIC),
  /** A reason code of {@code docs/reason-codes.md}. */
  REASON(PUBLIC),
  /** What stands behind the reason, for the auditor; a caller is never told. */
  DETAIL(SENSITIVE),
  /** Why the caller wants in, in the caller's words. */
  PURPOSE(SENSITIVE),
  /** SHA-256 of the token's text, in hex. Nothing else of a token is ever recorded. */
  TOKEN_SHA256(PUBLIC),
  /** SHA-256 of the replay key, in hex. */
  JTI_SHA256(PUBLIC),
  /** Profile of the attestation: {@code eat}, {@code ear}, {@code simulated}, …. */
  ATTESTATION(PUBLIC),
  /** The Verifier whose result it was. */
  VERIFIER(PUBLIC),
  /** The attested hardware model, as far as the attestation says. */
  HWMODEL(PUBLIC),
  /** What tells the attested machine from others: chip id, enclave, attestation key, …. */
  MACHINE(SENSITIVE),
  /** Attested measurements, {@code name=value}. */
  MEASUREMENTS(PUBLIC),
  /** Attested security version numbers, {@code component=number}. */
  TCB(PUBLIC),
  /** True if the attestation was by a software Verifier. */
  SIMULATED(PUBLIC),
  /** Ids of the policy rules used, or of those that forbade. */
  RULES(PUBLIC),
  /**
   * What policies would have decided with those in shadow mode enforced: decision, reason, rules.
   */
  SHADOW(PUBLIC),
  /** Everything that policy decided on, so that the decision can be explained and replayed. */
  POLICY_REQUEST(SENSITIVE),
  /** What policy decided: decision, reason, rules, scopes, limits and obligations. */
  POLICY_DECISION(PUBLIC),
  /** Digest of the policy set that decided. */
  POLICY_SET(PUBLIC),
  /** Revision of the bundle that the policy set came in; says so if nobody signed it. */
  POLICY_BUNDLE(PUBLIC),
  /** The limits that hold in a session. */
  LIMITS(PUBLIC),
  /** The obligations that hold in a session. */
  OBLIGATIONS(PUBLIC),
  /** When the session ends at the latest. */
  EXPIRES(PUBLIC),
  /** Network address of the caller. */
  PEER(SENSITIVE),
  /** The connection within its session, counted from 1. */
  CONNECTION(PUBLIC),
  /** Method or request of a message. */
  METHOD(PUBLIC),
  /** What became of a message: denied, answered, rewritten, ended. */
  ACTION(PUBLIC),
  /** What a message asked for, shortened; off unless the gateway is told to keep it. */
  ARGUMENTS(SENSITIVE),
  /** How many times, where entries are summed up. */
  COUNT(PUBLIC),
  /** First moment of what is summed up. */
  FROM(PUBLIC),
  /** Last moment of what is summed up. */
  TO(PUBLIC),
  /** Milliseconds something took or lasted. */
  ELAPSED_MS(PUBLIC),
  /** Milliseconds a target was held. */
  HALTED_MS(PUBLIC),
  /** Bytes from the caller. */
  BYTES_IN(PUBLIC),
  /** Bytes to the caller. */
  BYTES_OUT(PUBLIC),
  /** The recording's file name. */
  RECORDING(PUBLIC),
  /** Final chained hash of the recording, in hex. */
  RECORDING_SHA256(PUBLIC),
  /** Messages in the recording. */
  RECORDING_MESSAGES(PUBLIC),
  /** What was cleaned up at a target, or could not be. */
  RESTORED(PUBLIC),
  /** A lock's id. */
  LOCK(PUBLIC),
  /** What a lock is on: {@code subject}, {@code key} or {@code target}. */
  LOCK_KIND(PUBLIC),
  /** An approval request's id. */
  REQUEST(PUBLIC),
  /** Who of the administrators did it. */
  ACTOR(SENSITIVE),
  /** The replica that wrote the entry. */
  REPLICA(PUBLIC),
  /** The gateway's id. */
  GATEWAY(PUBLIC),
  /** Version of the software. */
  VERSION(PUBLIC),
  /** A token, a proof, key material: takes any value and writes none, only its SHA-256. */
  SECRET_SHA256(SECRET);

  /** Who may see a field. */
  public enum Sensitivity {
    /** Names no person and tells nothing of what a target holds. */
    PUBLIC,
    /** Names a person or a place, or is in someone's own words: left out of a redacted export. */
    SENSITIVE,
    /** Never written; its SHA-256 is. */
    SECRET
  }

  private final Sensitivity sensitivity;

  AuditField(Sensitivity sensitivity) {
    this.sensitivity = sensitivity;
  }

  public Sensitivity sensitivity() {
    return sensitivity;
  }

  /** The member name in an entry. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
