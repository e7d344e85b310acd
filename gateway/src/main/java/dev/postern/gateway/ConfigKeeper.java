package dev.postern.gateway;

import dev.postern.audit.AuditEvent;
import dev.postern.audit.AuditField;
import dev.postern.audit.AuditLog;
import dev.postern.audit.EventType;
import dev.postern.config.PosternConfig;
import dev.postern.config.TrustOnly;
import dev.postern.gateway.admission.TargetCatalog;
import dev.postern.gateway.trust.TrustKeeper;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a changed {@code postern.yaml} into force as far as that needs no restart: whom the gateway
 * believes, and which targets there are. Used by one thread.
 */
final class ConfigKeeper {
  private static final Logger log = LoggerFactory.getLogger(ConfigKeeper.class);

  private final Optional<ConfigFile> file;
  private final TrustKeeper trust;
  private final TargetCatalog targets;
  private final AuditLog audit;
  private final InstantSource clock;
  private PosternConfig inForce;

  ConfigKeeper(
      PosternConfig inForce,
      Optional<ConfigFile> file,
      TrustKeeper trust,
      TargetCatalog targets,
      AuditLog audit,
      InstantSource clock) {
    this.inForce = inForce;
    this.file = file;
    this.trust = trust;
    this.targets = targets;
    this.audit = audit;
    this.clock = clock;
  }

  /** Looks at the file; true if trust or targets are others now. */
  boolean refresh() {
    if (file.isEmpty()) {
      return false;
    }
    return switch (file.get().look()) {
      case ConfigFile.Look.Unchanged unchanged -> false;
      case ConfigFile.Look.Unusable(String first, int issues) -> notTaken(first, issues);
      case ConfigFile.Look.Changed(PosternConfig next) -> taken(next);
    };
  }

  private boolean notTaken(String first, int issues) {
    log.error("configuration not taken, the last good one stays cause={}", first);
    audit.appendEventually(
        AuditEvent.of(EventType.CONFIG_REFUSED, clock.instant())
            .with(AuditField.DETAIL, first)
            .with(AuditField.COUNT, issues));
    return false;
  }

  private boolean taken(PosternConfig next) {
    List<String> sections = changed(next);
    if (!sections.isEmpty()) {
      try {
        trust.use(new TrustOnly(inForce.gateway().id(), next.trust()));
      } catch (IOException e) {
        return notTaken("`trust.hardware`: " + e.getMessage(), 1);
      }
      targets.use(next.targets());
      audit.appendEventually(
          AuditEvent.of(EventType.CONFIG_LOADED, clock.instant())
              .with(AuditField.DETAIL, String.join(", ", sections)));
      log.info("configuration loaded sections={}", sections);
    }
    if (!rest(next).equals(rest(inForce))) {
      log.warn("the configuration changed beyond `trust` and `targets`: that needs a restart");
    }
    inForce = next;
    return !sections.isEmpty();
  }

  private List<String> changed(PosternConfig next) {
    var sections = new ArrayList<String>();
    if (!next.trust().equals(inForce.trust())) {
      sections.add("trust");
    }
    if (!next.targets().equals(inForce.targets())) {
      sections.add("targets");
    }
    return sections;
  }

  /** What only a restart brings into force. */
  private static List<Object> rest(PosternConfig config) {
    return List.of(
        config.gateway(),
        config.tls(),
        config.policies(),
        config.admins(),
        config.limits(),
        config.state(),
        config.audit());
  }
}
