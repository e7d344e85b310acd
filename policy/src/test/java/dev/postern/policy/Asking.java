package dev.postern.policy;

import dev.postern.policy.PolicyRequest.Binding;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Builds requests: alice on call, asking for all that is right, until a test changes one thing. */
public final class Asking {
  public static final String STS = "https://sts.example";
  public static final String VERIFIER = "https://verifier.example";

  /** A Monday, 15:00 in Berlin. */
  public static final Instant NOW = Instant.parse("2026-11-23T14:00:00Z");

  private Subject subject = new Subject.Named(STS, "alice@example.com");
  private Set<String> groups = Set.of("payments-oncall");
  private String debugger = "vscode-remote-1.92.0";
  private String profile = "eat";
  private Optional<String> verifier = Optional.of(VERIFIER);
  private Optional<Instant> attestedAt = Optional.of(NOW.minusSeconds(60));
  private Optional<String> eatProfile = Optional.of("tag:example.com,2026:ws");
  private Optional<String> status = Optional.empty();
  private Optional<String> debugState = Optional.of("disabled-permanently");
  private Map<String, Set<String>> measurements = Map.of("firmware", Set.of("ab".repeat(32)));
  private Map<String, Long> tcb = Map.of();
  private boolean simulated;
  private boolean fresh;
  private Target target =
      Target.direct("payments/checkout", Map.of("env", "prod", "team", "payments"));
  private String tool = "dlv";
  private List<String> asked = List.of("dlv/observe");
  private List<String> tokenScopes = List.of("dlv/observe", "dlv/inspect", "dlv/mutate");
  private Duration tokenLifetime = Duration.ofMinutes(10);
  private Binding binding = Binding.PROOF;
  private Optional<String> reason = Optional.of("checkout hangs");
  private Optional<Duration> session = Optional.empty();
  private final List<Approval> approvals = new ArrayList<>();
  private int others;
  private Instant now = NOW;

  public Asking subject(Subject who) {
    subject = who;
    return this;
  }

  public Asking user(String sub) {
    return subject(new Subject.Named(STS, sub));
  }

  public Asking groups(String... names) {
    groups = Set.of(names);
    return this;
  }

  public Asking debugger(String id) {
    debugger = id;
    return this;
  }

  public Asking profile(String name) {
    profile = name;
    return this;
  }

  public Asking verifier(String iss) {
    verifier = Optional.of(iss);
    return this;
  }

  public Asking attestedAt(Optional<Instant> at) {
    attestedAt = at;
    return this;
  }

  public Asking eatProfile(String name) {
    eatProfile = Optional.of(name);
    return this;
  }

  public Asking status(String word) {
    status = Optional.of(word);
    return this;
  }

  public Asking debugState(Optional<String> word) {
    debugState = word;
    return this;
  }

  public Asking measured(Map<String, Set<String>> values) {
    measurements = values;
    return this;
  }

  public Asking tcb(Map<String, Long> versions) {
    tcb = versions;
    return this;
  }

  public Asking simulated() {
    simulated = true;
    profile = "simulated";
    return this;
  }

  public Asking fresh() {
    fresh = true;
    return this;
  }

  public Asking target(Target what) {
    target = what;
    return this;
  }

  public Asking label(String key, String value) {
    var labels = new HashMap<>(target.labels());
    labels.put(key, value);
    target = new Target(target.name(), target.known(), labels, target.via());
    return this;
  }

  public Asking noLabels() {
    target = new Target(target.name(), target.known(), Map.of(), target.via());
    return this;
  }

  public Asking tool(String word) {
    tool = word;
    return this;
  }

  public Asking scopes(String... scopes) {
    asked = List.of(scopes);
    return this;
  }

  public Asking tokenScopes(String... scopes) {
    tokenScopes = List.of(scopes);
    return this;
  }

  public Asking tokenLifetime(Duration lifetime) {
    tokenLifetime = lifetime;
    return this;
  }

  public Asking certificate() {
    binding = Binding.CLIENT_CERTIFICATE;
    return this;
  }

  public Asking reason(Optional<String> text) {
    reason = text;
    return this;
  }

  public Asking session(Duration length) {
    session = Optional.of(length);
    return this;
  }

  public Asking approval(Approval approval) {
    approvals.add(approval);
    return this;
  }

  public Asking others(int sessions) {
    others = sessions;
    return this;
  }

  public Asking at(Instant time) {
    now = time;
    return this;
  }

  public PolicyRequest request() {
    var facts =
        new AttestationFacts(
            profile,
            verifier,
            attestedAt,
            eatProfile,
            status,
            debugState,
            measurements,
            tcb,
            simulated,
            fresh);
    return new PolicyRequest(
        subject,
        groups,
        debugger,
        facts,
        target,
        tool,
        asked,
        tokenScopes,
        NOW,
        NOW.plus(tokenLifetime),
        binding,
        reason,
        session,
        approvals,
        others,
        now,
        NOW);
  }
}
