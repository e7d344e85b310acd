package dev.postern.gateway.admission;

import dev.postern.attestation.Challenges;
import dev.postern.attestation.VerifiedToken;
import dev.postern.audit.AuditLog;
import dev.postern.audit.EventType;
import dev.postern.audit.recording.RecordingFailed;
import dev.postern.gateway.admission.Caller.CallerLeft;
import dev.postern.gateway.session.DebugSession;
import dev.postern.gateway.session.SessionConnection;
import dev.postern.gateway.session.SessionJudge;
import dev.postern.gateway.session.SessionRegistry;
import dev.postern.gateway.session.SessionTerms;
import dev.postern.gateway.session.TokenInUse;
import dev.postern.gateway.state.Claim;
import dev.postern.gateway.state.ClaimRequest;
import dev.postern.gateway.state.SessionRow;
import dev.postern.gateway.state.StateStore;
import dev.postern.gateway.state.StoreUnavailable;
import dev.postern.gateway.stream.EndReason;
import dev.postern.gateway.stream.TargetUnavailable;
import dev.postern.gateway.stream.ToolTargets;
import dev.postern.policy.Decision;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides who gets in, in the steps of an admission and in their order.
 *
 * <p>Runs on the caller's own virtual thread and blocks there: for the proof, the store, the audit
 * log and the target. Whatever goes wrong is a denial.
 */
public final class AdmissionService {
  private static final Logger log = LoggerFactory.getLogger(AdmissionService.class);

  private final Credentials credentials;
  private final PolicyGate policy;
  private final TargetCatalog targets;
  private final StateStore store;
  private final AdmissionRecord record;
  private final SessionRegistry sessions;
  private final SessionJudge judge;
  private final AttestedChallenges attested = new AttestedChallenges();
  private final FailureLimiter failures;
  private final SessionPlan plan;
  private final InstantSource clock;
  private final int maxSessions;
  private final Ids ids = new Ids();

  public AdmissionService(
      Credentials credentials,
      PolicyGate policy,
      TargetCatalog targets,
      StateStore store,
      AdmissionRecord record,
      SessionRegistry sessions,
      SessionJudge judge,
      FailureLimiter failures,
      SessionPlan plan,
      InstantSource clock,
      int maxSessions) {
    this.credentials = credentials;
    this.policy = policy;
    this.targets = targets;
    this.store = store;
    this.record = record;
    this.sessions = sessions;
    this.judge = judge;
    this.failures = failures;
    this.plan = plan;
    this.clock = clock;
    this.maxSessions = maxSessions;
  }

  /** How far an attempt has come: what a denial can say of it. */
  private static final class Progress {
    private final String decisionId;
    private @Nullable VerifiedToken proved;
    private Optional<PolicyGate.Answer> answer = Optional.empty();
    private boolean undecided = true;
    private EventType denial = EventType.ADMISSION_DENIED;

    Progress(String decisionId) {
      this.decisionId = decisionId;
    }
  }

  /** Goes through one attempt to attach. When it returns a grant, the caller has to be told. */
  public Admission admit(AttachAttempt attempt, Caller caller) throws InterruptedException {
    var progress = new Progress(ids.decision());
    if (!failures.begin(attempt.peer().bucket())) {
      var tooMany = Refusal.exhausted("LIMIT_RATE", "too many failures or undecided attempts");
      record.counted(attempt, tooMany);
      return new Admission.Denied(tooMany, progress.decisionId);
    }
    try {
      return new Admission.Granted(
          attempt.sessionId().isEmpty()
              ? newSession(attempt, caller, progress)
              : furtherConnection(attempt, caller, progress));
    } catch (Refused refused) {
      return denied(attempt, progress, refused.refusal());
    } catch (CallerLeft left) {
      left(attempt);
      return new Admission.Left();
    } catch (StoreUnavailable | AuditLog.Unavailable unavailable) {
      log.error("store unavailable decision={}", progress.decisionId, unavailable);
      return denied(attempt, progress, Refusal.store("" + unavailable.getMessage()));
    } catch (RuntimeException bug) {
      log.error("admission failed decision={}", progress.decisionId, bug);
      return denied(attempt, progress, Refusal.internal(bug));
    } finally {
      settle(attempt, progress);
    }
  }

  /** Steps 2 to 7 of an admission; step 1 brought the attempt, step 8 is telling the caller. */
  private SessionConnection newSession(AttachAttempt attempt, Caller caller, Progress progress)
      throws Refused, CallerLeft, StoreUnavailable, AuditLog.Unavailable, InterruptedException {
    AttemptForm.require(attempt);
    long judgements = sessions.judgements();
    // 2. the outer token, the attestation in it, the binding of the two
    VerifiedToken token = credentials.verified(attempt.token(), attempt.callerContext());
    // 3. challenge and proof: from here on the caller is who the token says
    String sessionId = ids.session();
    prove(attempt, caller, sessionId, token);
    progress.proved = token;
    settle(attempt, progress);
    // 4. policy
    Instant now = clock.instant();
    PolicyGate.Answer answer = policy.decide(token, wanted(attempt), now, now);
    progress.answer = Optional.of(answer);
    Decision.Permit permit = permitted(answer);
    requireUnused(token, now);
    Reachable reachable = reachable(attempt);
    SessionTerms terms =
        plan.terms(sessionId, progress.decisionId, attempt, token, permit, reachable.endpoint, now);
    // 5. the jti and the session's row, both or neither
    switch (claimed(token, permit, terms.row())) {
      case Claim.Claimed claimed -> {}
      case Claim.Retried retried -> {}
      case Claim.Taken(SessionRow taken) -> {
        return takenUpAgain(attempt, caller, token, taken);
      }
      case Claim.Replayed replayed ->
          throw new Refused(Refusal.unauthenticated("CLAIM_REPLAYED", "the token was used before"));
      case Claim.Locked(var lock) ->
          throw new Refused(Refusal.denied("SUBJECT_REVOKED", "lock " + lock.id()));
      case Claim.SubjectLimit(int live) ->
          throw new Refused(Refusal.denied("POLICY_LIMIT", live + " sessions of the subject live"));
      case Claim.GatewayLimit(int live) ->
          throw new Refused(Refusal.exhausted("LIMIT_SESSIONS", live + " sessions live"));
    }
    progress.denial = EventType.ADMISSION_FAILED;
    boolean opened = false;
    try {
      // 6. on record, durably: no record, no session
      record.granted(attempt, token, terms, answer);
      // 7. the target side
      SessionConnection connection =
          open(
              terms,
              new TokenInUse(token, attempt.token(), attempt.callerContext(), now),
              reachable.tool,
              caller,
              judgements);
      opened = true;
      return connection;
    } finally {
      if (!opened) {
        openingFailed(sessionId);
      }
    }
  }

  private void prove(AttachAttempt attempt, Caller caller, String sessionId, VerifiedToken token)
      throws Refused, CallerLeft, InterruptedException {
    Challenges.Issued challenge = credentials.challengeFor(sessionId);
    String proof = proofOf(caller, challenge, sessionId);
    credentials.requireProof(
        proof,
        token.confirmation(),
        credentials.forAttach(attempt, challenge, sessionId, token.ath()));
  }

  private static String proofOf(Caller caller, Challenges.Issued challenge, String sessionId)
      throws Refused, CallerLeft, InterruptedException {
    Optional<String> proof = caller.prove(challenge, sessionId);
    if (proof.isEmpty()) {
      throw new Refused(Refusal.unauthenticated("BINDING_PROOF_INVALID", "no proof in time"));
    }
    return proof.get();
  }

  private static PolicyGate.Wanted wanted(AttachAttempt attempt) {
    return new PolicyGate.Wanted(
        attempt.target(), attempt.tool(), attempt.scopes(), attempt.givenReason());
  }

  private static Decision.Permit permitted(PolicyGate.Answer answer) throws Refused {
    return switch (answer.decision()) {
      case Decision.Deny deny -> throw new Refused(Refusal.of(deny));
      case Decision.Permit permit -> {
        if (permit.obligations().observers() > 0) {
          throw new Refused(
              Refusal.denied(
                  "POLICY_OBSERVERS_MISSING",
                  "asks for " + permit.obligations().observers() + " observers, none can watch"));
        }
        yield permit;
      }
    };
  }

  private record Reachable(URI endpoint, ToolTargets tool) {}

  /** After policy: only who may reach a target learns that it cannot be reached this way. */
  private Reachable reachable(AttachAttempt attempt) throws Refused {
    Optional<ToolTargets> tool = targets.tool(attempt.tool());
    if (tool.isEmpty()) {
      throw new Refused(
          Refusal.precondition("TOOL_UNSUPPORTED", "this gateway has no inspector for it"));
    }
    Optional<URI> endpoint = targets.endpoint(attempt.target(), attempt.tool());
    if (endpoint.isEmpty()) {
      throw new Refused(
          Refusal.precondition("TOOL_UNSUPPORTED", "the target has no endpoint for it"));
    }
    return new Reachable(endpoint.get(), tool.get());
  }

  private Claim claimed(VerifiedToken token, Decision.Permit permit, SessionRow row)
      throws StoreUnavailable {
    return store.claim(
        new ClaimRequest(
            token.replayKey(),
            token.expiresAt().plus(credentials.skew()),
            row,
            permit.limits().concurrent().orElse(ClaimRequest.NO_LIMIT),
            maxSessions));
  }

  private SessionConnection open(
      SessionTerms terms, TokenInUse token, ToolTargets tool, Caller caller, long judgements)
      throws Refused, StoreUnavailable, InterruptedException {
    DebugSession session;
    try {
      session = sessions.open(terms, token, tool);
    } catch (RecordingFailed e) {
      throw new Refused(Refusal.store("recording: " + e.getMessage()));
    }
    try {
      requireStillPermitted(session, judgements);
      SessionConnection connection = session.connect(caller);
      try {
        if (!store.opened(session.id())) {
          throw new StoreUnavailable("the session's row is gone");
        }
        return connection;
      } catch (StoreUnavailable | RuntimeException e) {
        sessions.end(session, EndReason.INTERNAL_ERROR, "" + e.getMessage());
        throw e;
      }
    } catch (TargetUnavailable e) {
      throw new Refused(Refusal.of(e));
    } finally {
      if (session.connections().isEmpty()) {
        sessions.discard(session);
      }
    }
  }

  /**
   * From here on changes of policy and trust find the session by themselves; one that came since
   * its token was verified has not.
   */
  private void requireStillPermitted(DebugSession session, long judgements) throws Refused {
    if (sessions.judgements() == judgements) {
      return;
    }
    var objection = judge.objection(session);
    if (objection.isPresent()) {
      throw new Refused(Refusal.denied(objection.get().reason().name(), objection.get().detail()));
    }
  }

  /** An attestation over a challenge vouches for one token. */
  private void requireUnused(VerifiedToken token, Instant now) throws Refused {
    Optional<String> challenge = token.attestation().challenge();
    if (challenge.isPresent() && !attested.use(challenge.get(), token.replayKey(), now)) {
      throw new Refused(Refusal.denied("ATT_REPLAYED", "attested for another token before"));
    }
  }

  private void openingFailed(String sessionId) {
    try {
      store.openingFailed(sessionId);
    } catch (StoreUnavailable e) {
      log.warn("row of a session that did not open stays session_id={}", sessionId, e);
    }
  }

  // ---- further connections

  /** A connection in a live session: no new jti, a proof by the same key. */
  private SessionConnection furtherConnection(
      AttachAttempt attempt, Caller caller, Progress progress)
      throws Refused, CallerLeft, InterruptedException {
    AttemptForm.require(attempt);
    Optional<DebugSession> found = sessions.find(attempt.sessionId());
    // whoever names a session that is none is challenged like anybody: nothing tells the two apart
    Challenges.Issued challenge = credentials.challengeFor(attempt.sessionId());
    String proof = proofOf(caller, challenge, attempt.sessionId());
    if (found.isEmpty()) {
      throw new Refused(Refusal.unauthenticated("SESSION_UNKNOWN", "no such live session"));
    }
    DebugSession session = found.get();
    VerifiedToken token = session.token().token();
    credentials.requireProof(
        proof,
        token.confirmation(),
        credentials.forAttach(attempt, challenge, attempt.sessionId(), token.ath()));
    progress.proved = token;
    requireSame(attempt, session);
    return join(attempt, session, caller);
  }

  /** The same key brought the same token again while its session lives. */
  private SessionConnection takenUpAgain(
      AttachAttempt attempt, Caller caller, VerifiedToken token, SessionRow taken)
      throws Refused, InterruptedException {
    Optional<DebugSession> session = sessions.find(taken.id());
    boolean sameKey = taken.thumbprint().equals(token.confirmation().thumbprint().toString());
    if (session.isEmpty() || !sameKey || !session.get().standsOn(token)) {
      throw new Refused(Refusal.unauthenticated("CLAIM_REPLAYED", "used by session " + taken.id()));
    }
    requireSame(attempt, session.get());
    return join(attempt, session.get(), caller);
  }

  private static void requireSame(AttachAttempt attempt, DebugSession session) throws Refused {
    SessionRow row = session.terms().row();
    boolean same =
        (attempt.target().isEmpty() || attempt.target().equals(row.target()))
            && (attempt.tool().isEmpty() || attempt.tool().equals(row.tool()))
            && row.scopes().containsAll(attempt.scopes());
    if (!same) {
      throw new Refused(
          Refusal.denied("SCOPE_NOT_GRANTED", "the session is for something else: " + row.id()));
    }
  }

  private SessionConnection join(AttachAttempt attempt, DebugSession session, Caller caller)
      throws Refused, InterruptedException {
    if (session.isOver()) {
      throw new Refused(Refusal.unauthenticated("SESSION_UNKNOWN", "the session is over"));
    }
    try {
      SessionConnection connection = session.connect(caller);
      record.resumed(attempt, session.token().token(), session.terms().row(), connection.number());
      return connection;
    } catch (TargetUnavailable e) {
      throw new Refused(Refusal.of(e));
    }
  }

  // ---- denials

  private Admission denied(AttachAttempt attempt, Progress progress, Refusal refusal) {
    VerifiedToken proved = progress.proved;
    if (proved != null) {
      record.refused(
          progress.denial, attempt, proved, progress.decisionId, refusal, progress.answer);
      failures.failed(attempt.peer().bucket());
    } else if (failures.failed(attempt.peer().bucket())) {
      record.refusedUnauthenticated(attempt, progress.decisionId, refusal);
    } else {
      record.counted(attempt, refusal);
    }
    return new Admission.Denied(refusal, progress.decisionId);
  }

  /**
   * Denies a caller whose first message could not be read: too large, not a start, or not in time.
   *
   * @return what to tell it
   */
  public Admission.Denied denyUnread(Peer peer, boolean tooLarge) {
    Refusal refusal =
        tooLarge
            ? Refusal.unauthenticated("TOKEN_TOO_LARGE", "the first messages pass the bound")
            : Refusal.malformed("no AttachStart first, or not in time");
    String decision = ids.decision();
    var nothing = new AttachAttempt(peer, "", "", "", "", List.of(), "", Duration.ZERO);
    if (failures.failed(peer.bucket())) {
      record.refusedUnauthenticated(nothing, decision, refusal);
    } else {
      record.counted(nothing, refusal);
    }
    return new Admission.Denied(refusal, decision);
  }

  /**
   * A caller that hung up before its proof was denied nothing: it has no entry, only a count. A
   * further connection that is not needed any more, such as an IDE's spare one, not even that.
   */
  private void left(AttachAttempt attempt) {
    if (attempt.sessionId().isEmpty()) {
      failures.failed(attempt.peer().bucket());
      record.counted(attempt, Refusal.unauthenticated("CLIENT_GONE", "hung up before its proof"));
    }
  }

  private void settle(AttachAttempt attempt, Progress progress) {
    if (progress.undecided) {
      progress.undecided = false;
      failures.decided(attempt.peer().bucket());
    }
  }

  /** Longest hold that is granted. */
  static final Duration MAX_HOLD = Duration.ofMinutes(5);
}
