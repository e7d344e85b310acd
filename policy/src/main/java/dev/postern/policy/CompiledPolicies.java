package dev.postern.policy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Policies as {@link PolicyLoader} compiled them. */
final class CompiledPolicies implements PolicySet {
  private final List<Rule> rules;
  private final String digest;
  private final Vocabulary vocabulary;
  private final List<Caps> enforcedCaps;
  private final List<Caps> shadowCaps;
  private final Evaluator enforced;
  private final Optional<Evaluator> shadowed;

  CompiledPolicies(
      List<Rule> rules,
      List<Caps> enforcedCaps,
      List<Caps> shadowCaps,
      Vocabulary vocabulary,
      String digest) {
    this.rules = rules.stream().sorted(Comparator.comparing(Rule::id)).toList();
    this.vocabulary = vocabulary;
    this.digest = digest;
    this.enforcedCaps = sorted(enforcedCaps);
    this.shadowCaps = sorted(shadowCaps);
    this.enforced =
        new Evaluator(
            indexed(this.rules.stream().filter(rule -> !rule.shadow()).toList()),
            this.enforcedCaps,
            vocabulary);
    if (this.rules.stream().anyMatch(Rule::shadow) || !shadowCaps.isEmpty()) {
      var all = new ArrayList<>(enforcedCaps);
      all.addAll(shadowCaps);
      this.shadowed = Optional.of(new Evaluator(indexed(this.rules), sorted(all), vocabulary));
    } else {
      this.shadowed = Optional.empty();
    }
  }

  /** This set without a rule, or with another in its stead; has no digest of its own. */
  CompiledPolicies without(Rule rule, Optional<Rule> instead) {
    var others = new ArrayList<>(rules);
    others.remove(rule);
    instead.ifPresent(others::add);
    return new CompiledPolicies(others, enforcedCaps, shadowCaps, vocabulary, "");
  }

  /** The caps in force. */
  List<Caps> caps() {
    return enforcedCaps;
  }

  /** This set under other caps; has no digest of its own. */
  CompiledPolicies withCaps(List<Caps> others) {
    return new CompiledPolicies(rules, others, shadowCaps, vocabulary, "");
  }

  private static List<Caps> sorted(List<Caps> caps) {
    return caps.stream().sorted(Comparator.comparing(Caps::policy)).toList();
  }

  private static Evaluator.Candidates indexed(List<Rule> rules) {
    var permits = new RuleIndex(rules.stream().filter(Rule::isPermit).toList());
    var forbids = new RuleIndex(rules.stream().filter(rule -> !rule.isPermit()).toList());
    return new Evaluator.Candidates() {
      @Override
      public Collection<Rule> permits(Facts facts) {
        return permits.candidates(facts);
      }

      @Override
      public Collection<Rule> forbids(Facts facts) {
        return forbids.candidates(facts);
      }

      @Override
      public boolean knowsSubject(Facts facts) {
        return permits.knowsSubject(facts);
      }
    };
  }

  @Override
  public Decision decide(PolicyRequest request) {
    return enforced.decide(request);
  }

  @Override
  public Optional<Decision> shadow(PolicyRequest request) {
    return shadowed.map(evaluator -> evaluator.decide(request));
  }

  @Override
  public Decision explain(PolicyRequest request, Listener listener) {
    List<Rule> inForce = rules.stream().filter(rule -> !rule.shadow()).toList();
    if (Evaluator.wanted(request) instanceof Evaluator.Wanted.Scopes(var scopes)) {
      Facts facts = Facts.of(request, vocabulary, scopes);
      for (Rule rule : rules) {
        listener.rule(rule, scopes.stream().filter(rule::covers).toList(), facts);
      }
    }
    var candidates =
        new Evaluator.Candidates() {
          @Override
          public Collection<Rule> permits(Facts facts) {
            return inForce.stream().filter(Rule::isPermit).toList();
          }

          @Override
          public Collection<Rule> forbids(Facts facts) {
            return inForce.stream().filter(rule -> !rule.isPermit()).toList();
          }

          @Override
          public boolean knowsSubject(Facts facts) {
            return inForce.stream().anyMatch(rule -> rule.isPermit() && rule.selectsSubject(facts));
          }
        };
    return new Evaluator(candidates, enforcedCaps, vocabulary).decide(request);
  }

  @Override
  public Optional<Duration> tokenLifetimeCap() {
    return enforcedCaps.stream()
        .map(Caps::tokenLifetime)
        .flatMap(Optional::stream)
        .min(Comparator.naturalOrder());
  }

  @Override
  public List<Rule> rules() {
    return rules;
  }

  @Override
  public Map<String, ReferenceValues> referenceValues() {
    return vocabulary.referenceValues();
  }

  @Override
  public Set<String> issuers() {
    var issuers = new TreeSet<String>();
    for (Rule rule : rules) {
      for (Condition condition : rule.conditions()) {
        if (rule.isPermit() && condition instanceof SubjectCondition.Issuers named) {
          issuers.addAll(named.issuers());
        }
      }
    }
    issuers.remove(Facts.SELF);
    return issuers;
  }

  @Override
  public String digest() {
    return digest;
  }

  @Override
  public int ruleCount() {
    return rules.size();
  }
}
