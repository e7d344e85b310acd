package dev.postern.policy;

import dev.postern.policy.source.Quantity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Decides one request.
 *
 * <p>The same code serves the gateway, which gives it the rules that an index finds, and explain,
 * which gives it all of them: rules that do not match make no difference.
 */
final class Evaluator {
  /** Where the evaluator gets the rules that may concern a request. */
  interface Candidates {
    Collection<Rule> permits(Facts facts);

    Collection<Rule> forbids(Facts facts);

    /** Whether any permit speaks of the subject. */
    boolean knowsSubject(Facts facts);
  }

  private final Candidates candidates;
  private final Collection<Caps> caps;
  private final Vocabulary vocabulary;

  Evaluator(Candidates candidates, Collection<Caps> caps, Vocabulary vocabulary) {
    this.candidates = candidates;
    this.caps = caps;
    this.vocabulary = vocabulary;
  }

  /** Never throws: a fault while deciding is a denial. */
  Decision decide(PolicyRequest request) {
    try {
      return switch (wanted(request)) {
        case Wanted.Scopes(var scopes) -> decide(request, scopes);
        case Wanted.Refused(var denial) -> denial;
      };
    } catch (RuntimeException fault) {
      return new Decision.Deny(
          Reason.INTERNAL_ERROR, "deciding failed: " + fault.getClass().getName(), List.of());
    }
  }

  /** The scopes that a request comes down to. */
  sealed interface Wanted {
    record Scopes(List<Scope> scopes) implements Wanted {}

    record Refused(Decision.Deny denial) implements Wanted {}
  }

  static Wanted wanted(PolicyRequest request) {
    Optional<Tool> tool = Tool.of(request.tool());
    if (tool.isEmpty()) {
      return refused(Reason.POLICY_NO_MATCH, "no tool " + request.tool());
    }
    if (request.tokenScopes().isEmpty() && request.asked().isEmpty()) {
      return refused(Reason.SCOPE_EMPTY, "neither the request nor the token names a scope");
    }
    boolean named = !request.asked().isEmpty();
    var scopes = new TreeSet<Scope>();
    for (String text : named ? request.asked() : request.tokenScopes()) {
      Optional<Scope> scope = Scope.parse(text);
      if (scope.isEmpty()) {
        return refused(Reason.SCOPE_MALFORMED, "a scope is not of the form");
      }
      if (named && !request.tokenScopes().contains(text)) {
        return refused(Reason.SCOPE_NOT_GRANTED, text + " is not in the token");
      }
      if (Tool.ofFamily(scope.get().family()) == tool.get()) {
        scopes.add(scope.get());
      } else if (named) {
        return refused(Reason.POLICY_NO_MATCH, text + " is no scope of " + request.tool());
      }
    }
    if (scopes.isEmpty()) {
      return refused(Reason.SCOPE_NOT_GRANTED, "the token has no scope of " + request.tool());
    }
    if (!request.target().known()) {
      return refused(Reason.POLICY_TARGET_UNKNOWN, "no target " + request.target().name());
    }
    return new Wanted.Scopes(List.copyOf(scopes));
  }

  private static Wanted refused(Reason reason, String detail) {
    return new Wanted.Refused(new Decision.Deny(reason, detail, List.of()));
  }

  private Decision decide(PolicyRequest request, List<Scope> scopes) {
    Facts facts = Facts.of(request, vocabulary, scopes);
    Collection<Rule> permits = candidates.permits(facts);
    Collection<Rule> forbids = candidates.forbids(facts);
    if (!request.asked().isEmpty()) {
      List<Rule> met = permits.stream().filter(rule -> rule.met(facts)).toList();
      Optional<Decision.Deny> denial = refuse(facts, permits, met, forbids);
      return denial.isPresent() ? denial.get() : permit(facts, scopes, met, forbids);
    }
    // no scope named: each of the token's is decided alone, and those permitted are granted
    var granted = new ArrayList<Scope>();
    var used = new ArrayList<Rule>();
    for (Scope scope : scopes) {
      Facts alone = facts.forScopes(List.of(scope));
      List<Rule> met =
          permits.stream().filter(rule -> rule.covers(scope) && rule.met(alone)).toList();
      if (refuse(alone, permits, met, forbids).isEmpty()) {
        granted.add(scope);
        met.stream().filter(rule -> !used.contains(rule)).forEach(used::add);
      }
    }
    if (!granted.isEmpty()) {
      return permit(facts.forScopes(granted), granted, used, forbids);
    }
    return leastBad(facts, permits, forbids);
  }

  /** Of the denials of each scope alone, the one that is nearest to a permit. */
  private Decision.Deny leastBad(Facts facts, Collection<Rule> permits, Collection<Rule> forbids) {
    return facts.scopes().stream()
        .map(scope -> facts.forScopes(List.of(scope)))
        .flatMap(
            alone ->
                refuse(
                    alone,
                    permits,
                    permits.stream().filter(rule -> rule.met(alone)).toList(),
                    forbids)
                    .stream())
        .max(Comparator.comparing(Decision.Deny::reason).thenComparing(Decision.Deny::detail))
        .orElseThrow();
  }

  /** Why the request as a whole cannot be permitted; empty if it can. */
  private Optional<Decision.Deny> refuse(
      Facts facts, Collection<Rule> permits, List<Rule> met, Collection<Rule> forbids) {
    List<Rule> forbidding = List.of();
    List<Rule> liftable = List.of();
    for (Rule forbid : forbids) {
      if (coversAny(forbid, facts.scopes()) && forbid.met(facts)) {
        if (forbid.unless().isEmpty()) {
          forbidding = plus(forbidding, forbid);
        } else if (!forbid.unless().get().met(facts)) {
          liftable = plus(liftable, forbid);
        }
      }
    }
    List<Scope> uncovered = List.of();
    for (Scope scope : facts.scopes()) {
      if (met.stream().noneMatch(rule -> rule.covers(scope))) {
        uncovered = plus(uncovered, scope);
      }
    }
    if (!uncovered.isEmpty() && !candidates.knowsSubject(facts)) {
      return deny(
          Reason.SUBJECT_UNKNOWN,
          "no permit speaks of " + facts.request().subject().text(),
          List.of());
    }
    if (!forbidding.isEmpty()) {
      return deny(Reason.POLICY_FORBIDDEN, "forbidden by " + ids(forbidding), forbidding);
    }
    if (!uncovered.isEmpty()) {
      return Optional.of(nearest(facts, permits, uncovered));
    }
    if (!liftable.isEmpty()) {
      Condition unless =
          liftable.stream().min(Comparator.comparing(Rule::id)).flatMap(Rule::unless).orElseThrow();
      return deny(
          Reason.POLICY_APPROVAL_MISSING,
          "%s needs %s, has %s".formatted(ids(liftable), unless.expected(), unless.got(facts)),
          liftable);
    }
    return overCaps(facts);
  }

  private Optional<Decision.Deny> overCaps(Facts facts) {
    PolicyRequest request = facts.request();
    Optional<Duration> session = LimitMerge.least(caps, Caps::session);
    Optional<Duration> asked = request.sessionAsked();
    // the cap itself may be asked for
    if (session.isPresent() && asked.isPresent() && asked.get().compareTo(session.get()) > 0) {
      return deny(
          Reason.POLICY_SESSION_TOO_LONG,
          "session capped at " + Quantity.print(session.get()),
          List.of());
    }
    Optional<Duration> lifetime = LimitMerge.least(caps, Caps::tokenLifetime);
    Duration lives = Duration.between(request.tokenIssuedAt(), request.tokenExpiresAt());
    if (lifetime.isPresent() && lives.compareTo(lifetime.get()) > 0) {
      return deny(
          Reason.CLAIM_LIFETIME_EXCEEDED,
          "token lifetime capped at " + Quantity.print(lifetime.get()),
          List.of());
    }
    return Optional.empty();
  }

  /** The denial for scopes that no permit covers: what the permits that came nearest lack. */
  private static Decision.Deny nearest(
      Facts facts, Collection<Rule> permits, List<Scope> uncovered) {
    var near = new ArrayList<Rule>();
    int fewest = Integer.MAX_VALUE;
    for (Scope scope : uncovered) {
      boolean any = false;
      for (Rule rule : permits) {
        if (rule.covers(scope) && rule.selects(facts)) {
          any = true;
          int failed = rule.failed(facts).size();
          if (failed < fewest) {
            fewest = failed;
            near.clear();
          }
          if (failed == fewest && !near.contains(rule)) {
            near.add(rule);
          }
        }
      }
      if (!any) {
        return new Decision.Deny(
            Reason.POLICY_NO_MATCH, "no permit covers " + scope + " here", List.of());
      }
    }
    record Miss(Reason reason, String detail) {}
    Miss first =
        near.stream()
            .flatMap(
                rule ->
                    rule.failed(facts).stream()
                        .map(
                            c ->
                                new Miss(
                                    c.reason(facts),
                                    "%s: %s: expected %s, got %s"
                                        .formatted(
                                            rule.id(), c.field(), c.expected(), c.got(facts)))))
            .min(Comparator.comparing(Miss::reason).thenComparing(Miss::detail))
            .orElse(new Miss(Reason.POLICY_NO_MATCH, "nothing permits it"));
    return new Decision.Deny(first.reason(), first.detail(), sortedIds(near));
  }

  private Decision permit(
      Facts facts, List<Scope> scopes, List<Rule> met, Collection<Rule> forbids) {
    List<Rule> used =
        met.stream()
            .filter(rule -> coversAny(rule, scopes))
            .sorted(Comparator.comparing(Rule::id))
            .toList();
    return new Decision.Permit(
        used.stream().map(Rule::id).toList(),
        scopes,
        LimitMerge.limits(used, caps),
        LimitMerge.obligations(used),
        notAfter(facts, used, forbids));
  }

  /** When a window of a permit used ends, or one of a forbid begins, whichever is first. */
  private static Optional<Instant> notAfter(
      Facts facts, List<Rule> used, Collection<Rule> forbids) {
    Instant now = facts.request().now();
    Optional<Instant> first = Optional.empty();
    for (Rule rule : used) {
      first = earlier(first, rule.window().flatMap(window -> window.end(now)));
    }
    for (Rule rule : forbids) {
      Optional<Window> window = rule.window();
      if (window.isPresent()
          && coversAny(rule, facts.scopes())
          && rule.failed(facts).stream().allMatch(AdmissionCondition.InWindow.class::isInstance)
          && !window.get().contains(now)
          && !rule.unless().map(unless -> unless.met(facts)).orElse(false)) {
        first = earlier(first, Optional.of(window.get().nextOpen(now)));
      }
    }
    return first;
  }

  private static Optional<Instant> earlier(Optional<Instant> a, Optional<Instant> b) {
    return a.isPresent() && (b.isEmpty() || a.get().isBefore(b.get())) ? a : b;
  }

  private static boolean coversAny(Rule rule, List<Scope> scopes) {
    for (Scope scope : scopes) {
      if (rule.covers(scope)) {
        return true;
      }
    }
    return false;
  }

  private static <T> List<T> plus(List<T> list, T one) {
    List<T> longer = list.isEmpty() ? new ArrayList<>(2) : list;
    longer.add(one);
    return longer;
  }

  private static Optional<Decision.Deny> deny(Reason reason, String detail, List<Rule> rules) {
    return Optional.of(new Decision.Deny(reason, detail, sortedIds(rules)));
  }

  private static List<String> sortedIds(List<Rule> rules) {
    return rules.stream().map(Rule::id).sorted().toList();
  }

  private static String ids(List<Rule> rules) {
    return String.join(", ", sortedIds(rules));
  }
}
