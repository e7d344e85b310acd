package dev.postern.policy;

import dev.postern.policy.source.Issue;
import dev.postern.policy.source.Issues;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Warnings about policies that are valid and probably not what was meant. */
final class Lints {
  private final Issues issues;

  Lints(Issues issues) {
    this.issues = issues;
  }

  void run(DocumentReader read) {
    for (Rule rule : read.rules) {
      if (rule.isPermit()) {
        permit(rule, read);
      }
      rule.approvalsThatLift().ifPresent(unless -> neverMet(rule, unless, read));
    }
    read.groups.forEach(
        (group, place) -> {
          if (!read.references().uses(References.Kind.GROUP, group)) {
            issues.warning("P206", place, "group `%s` is used nowhere".formatted(group));
          }
        });
    read.referenceValues.forEach(
        (name, values) -> {
          if (!read.references().uses(References.Kind.REFERENCE_VALUES, name)) {
            issues.warning(
                "P206", values.place(), "reference values `%s` are used nowhere".formatted(name));
          }
        });
  }

  private void permit(Rule rule, DocumentReader read) {
    if (rule.conditions().stream().noneMatch(TargetCondition.class::isInstance)
        || rule.conditions().stream()
            .noneMatch(
                c -> c instanceof TargetCondition.Names || c instanceof TargetCondition.Label)) {
      issues.warning(
          "P203",
          rule.place(),
          "permit `%s` names no target and no label: it is for every target".formatted(rule.id()));
    }
    for (Condition condition : rule.conditions()) {
      switch (condition) {
        case SubjectCondition.Users(var users, var place) when users.contains("*") ->
            issues.warning("P204", place, "`*` as a user is a name, not everyone");
        case SubjectCondition.Groups(var groups, var missing, var place)
            when groups.contains("*") ->
            issues.warning("P204", place, "`*` as a group is a name, not everyone");
        case SubjectCondition.Debuggers(var debuggers, var place) when debuggers.contains("*") ->
            issues.warning("P204", place, "`*` as a debugger is a name, not every one");
        case TargetCondition.Names(var names, var place) when names.contains("*") ->
            issues.warning("P204", place, "`*` as a target is a name, not every one");
        case TargetCondition.Label(var key, var values, var missing, var place)
            when values.contains("*") ->
            issues.warning("P204", place, "`*` as a label's value is that value, not any");
        case AdmissionCondition.Approvals approvals -> neverMet(rule, approvals, read);
        default -> {
          // nothing to warn about
        }
      }
    }
    overruled(rule, "session.max", rule.limits().session(), read, Caps::session);
    overruled(rule, "token.maxLifetime", rule.limits().tokenLifetime(), read, Caps::tokenLifetime);
    overruled(rule, "limits.haltBudget", rule.limits().haltBudget(), read, Caps::haltBudget);
    Limits limits = rule.limits();
    if (limits.singleHalt().isPresent()
        && limits.haltBudget().isPresent()
        && limits.singleHalt().get().compareTo(limits.haltBudget().get()) > 0) {
      issues.warning(
          "P205", rule.place(), "`singleHalt` is longer than `haltBudget`, which always ends it");
    }
    if (limits.idle().isPresent()
        && limits.session().isPresent()
        && limits.idle().get().compareTo(limits.session().get()) >= 0) {
      issues.warning("P205", rule.place(), "`idle` is no shorter than `max`, which always ends it");
    }
  }

  /** Warns where the groups asked have fewer people than must approve. */
  private void neverMet(Rule rule, AdmissionCondition.Approvals approvals, DocumentReader read) {
    if (approvals.from().isEmpty() || !read.groups.keySet().containsAll(approvals.from())) {
      return;
    }
    var people = new HashSet<Subject>();
    for (GroupDirectory.Member member : read.members) {
      if (approvals.from().contains(member.group())) {
        if (member.users().isEmpty()
            || !member.groups().isEmpty()
            || !member.debuggers().isEmpty()
            || !member.keys().isEmpty()) {
          return; // not counted by reading
        }
        for (String issuer : member.issuers()) {
          member.users().forEach(user -> people.add(new Subject.Named(issuer, user)));
        }
      }
    }
    if (people.size() < approvals.atLeast()) {
      issues.warning(
          "P207",
          approvals.place(),
          "`%s` of `%s` asks for %d people and `from` has %d: it can never be met"
              .formatted(approvals.field(), rule.id(), approvals.atLeast(), people.size()));
    }
  }

  private void overruled(
      Rule rule,
      String field,
      Optional<Duration> limit,
      DocumentReader read,
      Function<Caps, Optional<Duration>> cap) {
    List<Caps> caps = read.enforcedCaps;
    Optional<Duration> least = LimitMerge.least(caps, cap);
    if (limit.isPresent() && least.isPresent() && limit.get().compareTo(least.get()) > 0) {
      issues.add(
          Issue.warning(
              "P205",
              rule.place(),
              "`%s` of permit `%s` is above the cap, which always overrules it"
                  .formatted(field, rule.id())));
    }
  }
}
