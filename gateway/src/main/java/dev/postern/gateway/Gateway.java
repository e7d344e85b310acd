package dev.postern.gateway;

import dev.postern.attestation.Challenges;
import dev.postern.attestation.jose.JwkException;
import dev.postern.audit.AuditEvent;
import dev.postern.audit.AuditField;
import dev.postern.audit.AuditLog;
import dev.postern.audit.EventType;
import dev.postern.config.BundleKeys;
import dev.postern.config.PosternConfig;
import dev.postern.config.TrustOnly;
import dev.postern.gateway.admission.AdmissionRecord;
import dev.postern.gateway.admission.AdmissionService;
import dev.postern.gateway.admission.Credentials;
import dev.postern.gateway.admission.FailureLimiter;
import dev.postern.gateway.admission.LiveJudgement;
import dev.postern.gateway.admission.PolicyGate;
import dev.postern.gateway.admission.RenewalService;
import dev.postern.gateway.admission.SessionPlan;
import dev.postern.gateway.admission.TargetCatalog;
import dev.postern.gateway.admission.TargetListing;
import dev.postern.gateway.policies.PolicyKeeper;
import dev.postern.gateway.server.GatewayServer;
import dev.postern.gateway.server.ListenerTls;
import dev.postern.gateway.server.PemFile;
import dev.postern.gateway.session.SessionJudge;
import dev.postern.gateway.session.SessionRegistry;
import dev.postern.gateway.state.SessionRow;
import dev.postern.gateway.state.StateStore;
import dev.postern.gateway.state.StoreUnavailable;
import dev.postern.gateway.stream.EndReason;
import dev.postern.gateway.trust.TrustKeeper;
import dev.postern.policy.PolicyFolder;
import dev.postern.policy.PolicySet;
import dev.postern.policy.bundle.BundleFile;
import dev.postern.policy.bundle.KeptBundle;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running gateway. {@link #start} builds it top to bottom and is the map of the program; whatever
 * cannot be had makes it fail rather than run with less.
 */
public final class Gateway implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Gateway.class);
  private static final Duration DRAIN = Duration.ofSeconds(15);
  private static final Duration HURRIED_CLOSE = Duration.ofSeconds(2);
  private static final int CHALLENGE_KEY_BYTES = 32;

  private final GatewayServer server;
  private final AdmissionService admission;
  private final SessionRegistry sessions;
  private final SessionJudge judge;
  private final AdmissionRecord record;
  private final TrustKeeper trust;
  private final Upkeep upkeep;
  private final Deque<AutoCloseable> opened;
  private final String host;
  private final CompletableFuture<Void> hurry = new CompletableFuture<>();
  private boolean closed;
  private boolean endedInOrder;

  private Gateway(
      GatewayServer server,
      AdmissionService admission,
      SessionRegistry sessions,
      SessionJudge judge,
      AdmissionRecord record,
      TrustKeeper trust,
      Upkeep upkeep,
      Deque<AutoCloseable> opened,
      String host) {
    this.server = server;
    this.admission = admission;
    this.sessions = sessions;
    this.judge = judge;
    this.record = record;
    this.trust = trust;
    this.upkeep = upkeep;
    this.opened = opened;
    this.host = host;
  }

  /** Starts a gateway that keeps its configuration; when it returns, callers are served. */
  public static Gateway start(PosternConfig config, GatewayParts parts) throws StartFailed {
    return start(config, Optional.empty(), parts);
  }

  /** Starts a gateway that follows changes of the file its configuration was read from. */
  public static Gateway start(PosternConfig config, ConfigFile file, GatewayParts parts)
      throws StartFailed {
    return start(config, Optional.of(file), parts);
  }

  private static Gateway start(PosternConfig config, Optional<ConfigFile> file, GatewayParts parts)
      throws StartFailed {
    var opened = new ArrayDeque<AutoCloseable>();
    try {
      return start(config, file, parts, opened);
    } catch (StoreUnavailable e) {
      closeAll(opened);
      throw new StartFailed(StartFailed.UNAVAILABLE, "the state cannot be used: " + e.getMessage());
    } catch (StartFailed | RuntimeException | Error e) {
      closeAll(opened);
      throw e;
    }
  }

  private static Gateway start(
      PosternConfig config,
      Optional<ConfigFile> file,
      GatewayParts parts,
      Deque<AutoCloseable> opened)
      throws StartFailed, StoreUnavailable {
    var clock = parts.clock();
    var ticker = parts.ticker();
    makeDataFolder(config);
    ListenerTls tls = readTls(config);

    StateStore store = keep(opened, parts.openState(config));
    AuditLog audit = keep(opened, parts.openAudit(config));
    GatewayParts.Tools tools = keep(opened, parts.openTools(config, store));

    var policies = new PolicyKeeper(policySource(config, clock), audit, clock);
    if (policies.refresh() instanceof PolicyKeeper.Refresh.Rejected(var issues)) {
      throw new StartFailed(
          StartFailed.UNUSABLE_CONFIGURATION,
          issues.stream().map(issue -> issue.render()).toList());
    }
    var challenges = new Challenges(store.secret("challenge", CHALLENGE_KEY_BYTES), clock);
    TrustKeeper trust = openTrust(config, challenges, policies, parts);
    refreshFirst(trust);

    var targets = new TargetCatalog(config.targets(), tools.byName());
    var policy = new PolicyGate(policies::current, targets);
    var credentials = new Credentials(trust, challenges, tls::leafSha256);
    var record = new AdmissionRecord(audit, clock);
    var failures = new FailureLimiter(config.limits().failuresPerMinute(), ticker);
    var sessions = new SessionRegistry(store, audit, parts.openRecordings(config), clock, ticker);
    endLeftBehind(config, store, audit, parts);

    var judge = new LiveJudgement(trust, policy, clock);
    var admission =
        new AdmissionService(
            credentials,
            policy,
            targets,
            store,
            record,
            sessions,
            judge,
            failures,
            new SessionPlan(config.gateway().replica()),
            clock,
            config.limits().sessions());
    var services =
        new GatewayServer.Services(
            config.gateway().id(),
            admission,
            new RenewalService(credentials, policy, store, record, sessions, judge, clock),
            new TargetListing(credentials, policy, targets, record, failures, clock),
            credentials,
            clock);
    recordRestored(config, audit, tools, parts);
    audit.appendEventually(
        AuditEvent.of(EventType.GATEWAY_STARTED, clock.instant())
            .with(AuditField.GATEWAY, config.gateway().id())
            .with(AuditField.REPLICA, config.gateway().replica()));
    GatewayServer server = bind(config, tls, services, parts);
    var upkeep =
        Upkeep.start(
            new Upkeep.Work(
                sessions,
                policies,
                trust,
                new ConfigKeeper(config, file, trust, targets, audit, clock),
                tls,
                judge,
                record,
                store,
                new Readiness(audit, store, policies, trust, clock),
                server));
    return new Gateway(
        server,
        admission,
        sessions,
        judge,
        record,
        trust,
        upkeep,
        opened,
        config.gateway().listen().host());
  }

  /** Where callers are served, port filled in. */
  public InetSocketAddress address() {
    return new InetSocketAddress(host, server.port());
  }

  /** Who decides; for measurements without the network. */
  public AdmissionService admission() {
    return admission;
  }

  /** The live sessions of this replica. */
  public SessionRegistry sessions() {
    return sessions;
  }

  /** Ends what policy and trust of now would not let in; happens by itself when they change. */
  void judgeSessions() {
    sessions.judgeAnew(judge);
  }

  /** How long a token may live now. */
  Duration tokenLifetime() {
    return trust.settings().maxTokenLifetime();
  }

  /** Writes what was only counted; happens by itself once a minute, and at the end. */
  void writeSums() {
    record.writeSums();
  }

  /** While it closes: does not wait for sessions any longer. Their targets are the guard's then. */
  public void hurry() {
    log.warn("told again to stop: not waiting for sessions");
    hurry.complete(null);
  }

  /** Whether every session had ended when it closed. */
  public synchronized boolean endedInOrder() {
    return endedInOrder;
  }

  /** Takes no more callers, ends every session (targets restored), lets go of everything. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    log.info("gateway stopping sessions={}", sessions.sessions().size());
    upkeep.close();
    server.drain();
    try {
      endedInOrder = sessions.endAll(EndReason.GATEWAY_STOPPING, DRAIN, hurry);
      server.close(hurry.isDone() ? Duration.ZERO : Duration.ofSeconds(2));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    record.writeSums();
    letGo();
    log.info("gateway stopped");
  }

  /** Lets go of stores and targets, of each no longer than it takes, or than hurry allows. */
  private void letGo() {
    while (!opened.isEmpty()) {
      AutoCloseable part = opened.pop();
      var closing =
          CompletableFuture.runAsync(
              () -> close(part), task -> Thread.ofPlatform().daemon().name("close").start(task));
      CompletableFuture.anyOf(closing, hurry).join();
      try {
        closing.get(HURRIED_CLOSE.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException | ExecutionException unfinished) {
        log.warn("not closed in time cause={}", unfinished.toString());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private static void makeDataFolder(PosternConfig config) throws StartFailed {
    try {
      PrivateFiles.makeFolder(config.gateway().dataDir());
    } catch (IOException e) {
      throw new StartFailed(
          StartFailed.UNAVAILABLE,
          "cannot make the data folder `" + config.gateway().dataDir() + "`: " + e);
    }
  }

  private static PolicyKeeper.Source policySource(PosternConfig config, InstantSource clock)
      throws StartFailed {
    if (config.policyBundle().isEmpty()) {
      return PolicyFolder.of(config.policies())::poll;
    }
    var bundle = config.policyBundle().get();
    if (bundle.allowUnsigned()) {
      log.warn(
          "UNSIGNED POLICIES: policyBundle.allowUnsigned is set, whoever can write {} decides who"
              + " gets in",
          bundle.file());
    }
    try {
      return BundleFile.of(
              bundle.file(),
              BundleKeys.trust(bundle, config.gateway().id()),
              KeptBundle.in(config.gateway().dataDir()),
              clock)
          ::poll;
    } catch (JwkException e) {
      throw new StartFailed(StartFailed.UNUSABLE_CONFIGURATION, "" + e.getMessage());
    }
  }

  private static ListenerTls readTls(PosternConfig config) throws StartFailed {
    try {
      return ListenerTls.open(config.tls());
    } catch (PemFile.PemException e) {
      throw new StartFailed(StartFailed.UNUSABLE_CONFIGURATION, "" + e.getMessage());
    }
  }

  private static GatewayServer bind(
      PosternConfig config, ListenerTls tls, GatewayServer.Services services, GatewayParts parts)
      throws StartFailed {
    var listen = config.gateway().listen();
    try {
      return GatewayServer.open(
          new InetSocketAddress(listen.host(), listen.port()),
          tls,
          config.tls().forwardedCertificateHeader(),
          services,
          parts.callerPatience());
    } catch (IOException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new StartFailed(
          StartFailed.UNAVAILABLE, "cannot listen on " + listen + ": " + cause.getMessage());
    }
  }

  private static TrustKeeper openTrust(
      PosternConfig config, Challenges challenges, PolicyKeeper policies, GatewayParts parts)
      throws StartFailed {
    try {
      return new TrustKeeper(
          new TrustOnly(config.gateway().id(), config.trust()),
          parts.hardwareRoots(),
          challenges,
          () -> policies.current().flatMap(PolicySet::tokenLifetimeCap),
          parts.keySets(),
          parts.clock(),
          parts.ticker());
    } catch (IOException e) {
      throw new StartFailed(
          StartFailed.UNUSABLE_CONFIGURATION, "`trust.hardware`: " + e.getMessage());
    }
  }

  private static void refreshFirst(TrustKeeper trust) throws StartFailed {
    try {
      trust.refresh();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartFailed(StartFailed.UNAVAILABLE, "interrupted while reading key sets");
    }
  }

  /** Sessions that an earlier run of this replica did not end are over: the record says so. */
  private static void endLeftBehind(
      PosternConfig config, StateStore store, AuditLog audit, GatewayParts parts)
      throws StoreUnavailable {
    for (SessionRow row : store.takeOver(config.gateway().replica())) {
      log.warn("session of an earlier run ended session_id={}", row.id());
      audit.appendEventually(
          AuditEvent.of(EventType.SESSION_ENDED, parts.clock().instant())
              .with(AuditField.SESSION, row.id())
              .with(AuditField.DECISION, row.decision())
              .with(AuditField.SUBJECT, row.subject())
              .with(AuditField.TARGET, row.target())
              .with(AuditField.TOOL, row.tool())
              .with(AuditField.REASON, EndReason.GATEWAY_STOPPING.name())
              .with(AuditField.DETAIL, "left behind by an earlier run of this replica"));
    }
  }

  /** Targets that an earlier run left held, and that were let go before this one serves. */
  private static void recordRestored(
      PosternConfig config, AuditLog audit, GatewayParts.Tools tools, GatewayParts parts) {
    for (URI endpoint : tools.restored()) {
      for (PosternConfig.Target target : config.targets()) {
        target
            .endpoints()
            .forEach(
                (tool, known) -> {
                  if (known.equals(endpoint)) {
                    audit.appendEventually(
                        AuditEvent.of(EventType.TARGET_RESTORED, parts.clock().instant())
                            .with(AuditField.TARGET, target.name())
                            .with(AuditField.TOOL, tool)
                            .with(AuditField.DETAIL, "left by an earlier run of this replica"));
                  }
                });
      }
    }
  }

  private static <T extends AutoCloseable> T keep(Deque<AutoCloseable> opened, T part) {
    opened.push(part);
    return part;
  }

  private static void closeAll(Deque<AutoCloseable> opened) {
    while (!opened.isEmpty()) {
      close(opened.pop());
    }
  }

  private static void close(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      log.warn("could not close cause={}", e.toString());
    }
  }
}
