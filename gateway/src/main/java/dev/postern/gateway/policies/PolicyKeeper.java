package dev.postern.gateway.policies;

import dev.postern.audit.AuditEvent;
import dev.postern.audit.AuditField;
import dev.postern.audit.AuditLog;
import dev.postern.audit.EventType;
import dev.postern.policy.PolicyFolder;
import dev.postern.policy.PolicySet;
import dev.postern.policy.source.Issue;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the policy set in force. {@link #refresh} is called by one thread, the rest by any. */
public final class PolicyKeeper {
  private static final Logger log = LoggerFactory.getLogger(PolicyKeeper.class);

  /** Where policies come from: a folder, or a bundle's file. Called by one thread. */
  @FunctionalInterface
  public interface Source {
    PolicyFolder.Poll poll();
  }

  private final Source source;
  private final AuditLog audit;
  private final InstantSource clock;
  private volatile Optional<PolicySet> current = Optional.empty();
  private String lastRejection = "";

  public PolicyKeeper(Source source, AuditLog audit, InstantSource clock) {
    this.source = source;
    this.audit = audit;
    this.clock = clock;
  }

  /** The set in force; empty until a first good one. */
  public Optional<PolicySet> current() {
    return current;
  }

  /** What looking for changes came to. */
  public sealed interface Refresh {
    record Unchanged() implements Refresh {}

    record Changed(PolicySet set) implements Refresh {}

    /** The last good set, if any, stays in force. */
    record Rejected(List<Issue> issues) implements Refresh {}
  }

  /** Looks for changes and takes them into force as a whole if they are good. */
  public Refresh refresh() {
    return switch (source.poll()) {
      case PolicyFolder.Poll.Unchanged unchanged -> new Refresh.Unchanged();
      case PolicyFolder.Poll.Loaded(PolicySet set, List<Issue> warnings) -> {
        warnings.forEach(issue -> log.warn("policy warning {}", issue.headline()));
        current = Optional.of(set);
        lastRejection = "";
        audit.appendEventually(
            AuditEvent.of(EventType.POLICY_LOADED, clock.instant())
                .with(AuditField.POLICY_SET, set.digest())
                .with(AuditField.POLICY_BUNDLE, set.bundle())
                .with(AuditField.COUNT, set.ruleCount()));
        log.info(
            "policies loaded digest={} rules={} bundle={}",
            set.digest(),
            set.ruleCount(),
            set.bundle().orElse("none"));
        yield new Refresh.Changed(set);
      }
      case PolicyFolder.Poll.Rejected(List<Issue> issues) -> {
        String first = issues.isEmpty() ? "no reason given" : issues.getFirst().headline();
        if (!first.equals(lastRejection)) {
          lastRejection = first;
          issues.forEach(issue -> log.error("policies not taken {}", issue.headline()));
          audit.appendEventually(
              AuditEvent.of(EventType.POLICY_REFUSED, clock.instant())
                  .with(AuditField.DETAIL, first)
                  .with(AuditField.COUNT, issues.size()));
        }
        yield new Refresh.Rejected(issues);
      }
    };
  }
}
