package dev.postern.gateway.admission;

import dev.postern.attestation.CallerContext;
import dev.postern.attestation.VerifiedToken;
import dev.postern.audit.AuditLog;
import dev.postern.config.PosternConfig;
import dev.postern.policy.Decision;
import dev.postern.policy.Scope;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** The targets that a token could attach to: for who proves its key, and nothing beyond policy. */
public final class TargetListing {
  private final Credentials credentials;
  private final PolicyGate policy;
  private final TargetCatalog targets;
  private final AdmissionRecord record;
  private final FailureLimiter failures;
  private final InstantSource clock;
  private final Ids ids = new Ids();

  public TargetListing(
      Credentials credentials,
      PolicyGate policy,
      TargetCatalog targets,
      AdmissionRecord record,
      FailureLimiter failures,
      InstantSource clock) {
    this.credentials = credentials;
    this.policy = policy;
    this.targets = targets;
    this.record = record;
    this.failures = failures;
    this.clock = clock;
  }

  /** What came of asking. */
  public sealed interface Listing {
    record Listed(List<Entry> targets) implements Listing {
      public Listed {
        targets = List.copyOf(targets);
      }
    }

    record Denied(Refusal refusal, String decisionId) implements Listing {}
  }

  /** One target, and what of the token's scopes policy would grant there. */
  public record Entry(
      String name, Map<String, String> labels, List<String> tools, List<String> scopes) {
    public Entry {
      labels = Map.copyOf(labels);
      tools = List.copyOf(tools);
      scopes = List.copyOf(scopes);
    }
  }

  public Listing list(Peer peer, String text, String proof) {
    String decisionId = ids.decision();
    var attempt = new AttachAttempt(peer, text, "", "", "", List.of(), "", java.time.Duration.ZERO);
    if (!failures.begin(peer.bucket())) {
      var tooMany = Refusal.exhausted("LIMIT_RATE", "too many failures or undecided attempts");
      record.counted(attempt, tooMany);
      return new Listing.Denied(tooMany, decisionId);
    }
    try {
      CallerContext caller = attempt.callerContext();
      VerifiedToken token = credentials.verified(text, caller);
      credentials.requireProof(
          proof, token.confirmation(), credentials.forUnbound(token.ath(), "", "", "", List.of()));
      List<Entry> entries = permitted(token);
      record.listed(token, peer, entries.size());
      return new Listing.Listed(entries);
    } catch (Refused refused) {
      return denied(attempt, decisionId, refused.refusal());
    } catch (AuditLog.Unavailable unavailable) {
      return denied(attempt, decisionId, Refusal.store("" + unavailable.getMessage()));
    } finally {
      failures.decided(peer.bucket());
    }
  }

  private Listing denied(AttachAttempt attempt, String decisionId, Refusal refusal) {
    if (failures.failed(attempt.peer().bucket())) {
      record.refusedUnauthenticated(attempt, decisionId, refusal);
    } else {
      record.counted(attempt, refusal);
    }
    return new Listing.Denied(refusal, decisionId);
  }

  private List<Entry> permitted(VerifiedToken token) {
    Instant now = clock.instant();
    var entries = new ArrayList<Entry>();
    for (PosternConfig.Target target : targets.all()) {
      var tools = new ArrayList<String>();
      var scopes = new TreeSet<String>();
      for (String tool : targets.toolsOf(target)) {
        // a reason is what an attach would bring; listing needs none
        var wanted =
            new PolicyGate.Wanted(
                target.name(), tool, List.of(), Optional.of("listing of targets"));
        if (policy.decide(token, wanted, now, now).decision() instanceof Decision.Permit permit) {
          tools.add(tool);
          permit.scopes().stream().map(Scope::text).forEach(scopes::add);
        }
      }
      if (!tools.isEmpty()) {
        entries.add(new Entry(target.name(), target.labels(), tools, List.copyOf(scopes)));
      }
    }
    return entries;
  }
}
