package dev.postern.gateway.admission;

import dev.postern.attestation.AttestationFacts;
import dev.postern.attestation.Subject;
import dev.postern.attestation.VerifiedToken;
import dev.postern.audit.AuditEvent;
import dev.postern.audit.AuditField;
import dev.postern.audit.AuditLog;
import dev.postern.audit.EventType;
import dev.postern.gateway.session.SessionTerms;
import dev.postern.gateway.state.SessionRow;
import dev.postern.json.JsonValue.JsonString;
import dev.postern.policy.record.RecordedDecision;
import dev.postern.policy.record.RecordedRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Admissions and denials in the audit log. Of a token that did not verify there is its SHA-256 and
 * nothing else; what an address gets denied beyond its allowance is summed up once a minute.
 */
public final class AdmissionRecord {
  private static final Logger log = LoggerFactory.getLogger(AdmissionRecord.class);
  private static final int MAX_SUMS = 10_000;
  private static final int MAX_SHORT = 128;

  private final AuditLog audit;
  private final InstantSource clock;
  private final Map<Sum, Long> sums = new HashMap<>();

  private record Sum(String address, String reason) {}

  public AdmissionRecord(AuditLog audit, InstantSource clock) {
    this.audit = audit;
    this.clock = clock;
  }

  /** Durable when it returns: the grant may take effect. */
  void granted(
      AttachAttempt attempt, VerifiedToken token, SessionTerms terms, PolicyGate.Answer answer)
      throws AuditLog.Unavailable {
    SessionRow row = terms.row();
    AuditEvent event =
        about(EventType.ADMISSION_GRANTED, attempt, token, row.decision())
            .with(AuditField.SESSION, row.id())
            .with(AuditField.SCOPES, row.scopes())
            .with(AuditField.EXPIRES, row.expiresAt())
            .with(AuditField.RULES, answer.decision().rules())
            .with(AuditField.PURPOSE, attempt.givenReason());
    audit.append(decided(event, answer));
    log.info(
        "admitted session_id={} decision={} target={} tool={}",
        row.id(),
        row.decision(),
        row.target(),
        row.tool());
  }

  /** What policy made of it, so that it can be decided again. */
  private static AuditEvent decided(AuditEvent event, PolicyGate.Answer answer) {
    AuditEvent decided =
        event.with(AuditField.POLICY_DECISION, RecordedDecision.of(answer.decision()).toJson());
    if (answer.request().isPresent()) {
      decided =
          decided
              .with(AuditField.POLICY_REQUEST, RecordedRequest.of(answer.request().get()))
              .with(AuditField.POLICY_SET, answer.digest())
              .with(AuditField.POLICY_BUNDLE, answer.bundle());
    }
    if (answer.shadow().isPresent()) {
      decided =
          decided.with(AuditField.SHADOW, RecordedDecision.of(answer.shadow().get()).toJson());
    }
    return decided;
  }

  /**
   * A denial of a caller that proved who it is, or a grant that came to nothing.
   *
   * @param answer of policy, if it came so far
   */
  void refused(
      EventType type,
      AttachAttempt attempt,
      VerifiedToken token,
      String decisionId,
      Refusal refusal,
      Optional<PolicyGate.Answer> answer) {
    AuditEvent event =
        about(type, attempt, token, decisionId)
            .with(AuditField.SCOPES, attempt.scopes())
            .with(AuditField.REASON, refusal.reason())
            .with(AuditField.DETAIL, refusal.detail())
            .with(AuditField.RULES, refusal.rules())
            .with(AuditField.PURPOSE, attempt.givenReason());
    write(answer.map(given -> decided(event, given)).orElse(event), attempt, refusal);
    logDenial(attempt, decisionId, refusal);
  }

  /** A denial of a caller that proved nothing. */
  void refusedUnauthenticated(AttachAttempt attempt, String decisionId, Refusal refusal) {
    AuditEvent event =
        AuditEvent.of(EventType.ADMISSION_DENIED, clock.instant())
            .with(AuditField.DECISION, decisionId)
            .with(AuditField.REASON, refusal.reason())
            .with(AuditField.DETAIL, shortened(refusal.detail()))
            .with(AuditField.TARGET, shortened(attempt.target()))
            .with(AuditField.TOOL, shortened(attempt.tool()))
            .with(AuditField.PEER, attempt.peer().address());
    if (!attempt.token().isEmpty()) {
      event = event.with(AuditField.TOKEN_SHA256, sha256(attempt.token()));
    }
    if (!attempt.sessionId().isEmpty()) {
      event = event.with(AuditField.SESSION, shortened(attempt.sessionId()));
    }
    write(event, attempt, refusal);
    logDenial(attempt, decisionId, refusal);
  }

  /**
   * Writes a denial durably, before the caller is told. It must not use the reserve that is kept
   * for ends and clean-ups: where it cannot be written it is counted, and the count follows.
   */
  private void write(AuditEvent denial, AttachAttempt attempt, Refusal refusal) {
    try {
      audit.append(denial);
    } catch (AuditLog.Unavailable e) {
      counted(attempt, refusal);
      log.error("denial only counted, the audit log takes no entries cause={}", e.getMessage());
    }
  }

  /** A denial too many for an entry of its own. */
  synchronized void counted(AttachAttempt attempt, Refusal refusal) {
    var sum = new Sum(attempt.peer().address(), refusal.reason());
    var key = sums.containsKey(sum) || sums.size() < MAX_SUMS ? sum : new Sum("", refusal.reason());
    sums.merge(key, 1L, Long::sum);
  }

  /** Writes the sums, waiting for the disk; to be called once a minute. */
  public void writeSums() {
    Map<Sum, Long> written;
    synchronized (this) {
      written = Map.copyOf(sums);
      sums.clear();
    }
    written.forEach(this::writeSum);
  }

  private void writeSum(Sum sum, long count) {
    AuditEvent event =
        AuditEvent.of(EventType.ADMISSION_FAILURES, clock.instant())
            .with(AuditField.REASON, sum.reason())
            .with(AuditField.COUNT, count);
    try {
      audit.append(sum.address().isEmpty() ? event : event.with(AuditField.PEER, sum.address()));
    } catch (AuditLog.Unavailable e) {
      synchronized (this) {
        sums.merge(sum, count, Long::sum); // the next minute's writing has it
      }
    }
  }

  void resumed(AttachAttempt attempt, VerifiedToken token, SessionRow row, int connection) {
    audit.appendEventually(
        about(EventType.SESSION_RESUMED, attempt, token, row.decision())
            .with(AuditField.SESSION, row.id())
            .with(AuditField.CONNECTION, connection));
  }

  void renewed(SessionRow row, VerifiedToken token) throws AuditLog.Unavailable {
    audit.append(
        ofSession(EventType.SESSION_RENEWED, row)
            .with(AuditField.TOKEN_SHA256, token.tokenSha256())
            .with(AuditField.EXPIRES, token.expiresAt()));
  }

  void renewalRefused(SessionRow row, Refusal refusal) {
    try {
      audit.append(
          ofSession(EventType.RENEWAL_DENIED, row)
              .with(AuditField.REASON, refusal.reason())
              .with(AuditField.DETAIL, shortened(refusal.detail())));
    } catch (AuditLog.Unavailable e) {
      log.error("denied renewal not on record session_id={} cause={}", row.id(), e.getMessage());
    }
  }

  void listed(VerifiedToken token, Peer peer, int count) throws AuditLog.Unavailable {
    audit.append(
        AuditEvent.of(EventType.TARGETS_LISTED, clock.instant())
            .with(AuditField.SUBJECT, token.subject().toString())
            .with(AuditField.TOKEN_SHA256, token.tokenSha256())
            .with(AuditField.PEER, peer.address())
            .with(AuditField.COUNT, count));
  }

  private AuditEvent ofSession(EventType type, SessionRow row) {
    return AuditEvent.of(type, clock.instant())
        .with(AuditField.SESSION, row.id())
        .with(AuditField.DECISION, row.decision())
        .with(AuditField.SUBJECT, row.subject())
        .with(AuditField.DEBUGGER, row.debugger())
        .with(AuditField.TARGET, row.target())
        .with(AuditField.TOOL, row.tool());
  }

  private AuditEvent about(
      EventType type, AttachAttempt attempt, VerifiedToken token, String decisionId) {
    AuditEvent event =
        AuditEvent.of(type, clock.instant())
            .with(AuditField.DECISION, decisionId)
            .with(AuditField.SUBJECT, token.subject().toString())
            .with(AuditField.DEBUGGER, token.debuggerId())
            .with(AuditField.KEY, token.confirmation().thumbprint().toString())
            .with(AuditField.TARGET, attempt.target())
            .with(AuditField.TOOL, attempt.tool())
            .with(AuditField.TOKEN_SHA256, token.tokenSha256())
            .with(AuditField.JTI_SHA256, sha256(token.jti()))
            .with(AuditField.ATTESTATION, token.attestation().profile())
            .with(AuditField.SIMULATED, token.attestation().simulated())
            .with(AuditField.PEER, attempt.peer().address());
    if (!token.attestation().verifier().isEmpty()) {
      event = event.with(AuditField.VERIFIER, token.attestation().verifier());
    }
    event = attested(event, token.attestation());
    return switch (token.subject()) {
      case Subject.Known known when token.namedByIdToken() ->
          event
              .with(AuditField.GROUPS, token.groups())
              .with(AuditField.CLAIMED_SUBJECT, token.claimedSub());
      case Subject.Known known -> event.with(AuditField.GROUPS, token.groups());
      case Subject.SelfAttested self -> event.with(AuditField.CLAIMED_SUBJECT, token.claimedSub());
    };
  }

  /** Which machine, running what, on which firmware. */
  private static AuditEvent attested(AuditEvent event, AttestationFacts facts) {
    var measurements = new ArrayList<String>();
    new TreeMap<>(facts.measurements())
        .forEach((name, values) -> values.forEach(value -> measurements.add(name + "=" + value)));
    var tcb = new ArrayList<String>();
    new TreeMap<>(facts.tcb()).forEach((component, number) -> tcb.add(component + "=" + number));
    Optional<String> machine =
        facts.claims().get(AttestationFacts.MACHINE) instanceof JsonString(String text)
            ? Optional.of(text)
            : Optional.empty();
    AuditEvent with = event.with(AuditField.HWMODEL, facts.hwmodel().map(AdmissionRecord::cut));
    with = with.with(AuditField.MACHINE, facts.verifier().isEmpty() ? machine : Optional.empty());
    with = measurements.isEmpty() ? with : with.with(AuditField.MEASUREMENTS, measurements);
    return tcb.isEmpty() ? with : with.with(AuditField.TCB, tcb);
  }

  private static String cut(String text) {
    return text.length() <= MAX_SHORT ? text : text.substring(0, MAX_SHORT) + "…";
  }

  private static void logDenial(AttachAttempt attempt, String decisionId, Refusal refusal) {
    log.info(
        "denied decision={} reason={} peer={}",
        decisionId,
        refusal.reason(),
        attempt.peer().address());
  }

  private static Optional<String> shortened(String text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(cut(text));
  }

  private static String sha256(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
