package dev.postern.policy;

import dev.postern.policy.source.Place;
import java.util.Set;
import java.util.TreeSet;

/** A condition on who asks. */
sealed interface SubjectCondition extends Condition {
  @Override
  default boolean selects() {
    return true;
  }

  @Override
  default Reason reason(Facts facts) {
    return Reason.POLICY_NO_MATCH;
  }

  /** The token's issuer, or {@code self}. */
  record Issuers(Set<String> issuers, Place place) implements SubjectCondition {
    @Override
    public String field() {
      return "subjects.issuers";
    }

    @Override
    public boolean met(Facts facts) {
      return issuers.contains(facts.issuer());
    }

    @Override
    public String expected() {
      return "issuer " + oneOf(issuers);
    }

    @Override
    public String got(Facts facts) {
      return facts.issuer();
    }
  }

  /** The subject's {@code sub}; a self-attested subject has none. */
  record Users(Set<String> users, Place place) implements SubjectCondition {
    @Override
    public String field() {
      return "subjects.users";
    }

    @Override
    public boolean met(Facts facts) {
      return facts.request().subject() instanceof Subject.Named named
          && users.contains(named.sub());
    }

    @Override
    public String expected() {
      return "user " + oneOf(users);
    }

    @Override
    public String got(Facts facts) {
      return facts.user().orElse("no user (self-attested)");
    }
  }

  /**
   * Membership in a group, by the token or by a Group document.
   *
   * @param metWhenMissing whether it is met for a token that states no groups: true in a forbid
   *     that names a group of tokens
   */
  record Groups(Set<String> groups, boolean metWhenMissing, Place place)
      implements SubjectCondition {
    @Override
    public String field() {
      return "subjects.groups";
    }

    @Override
    public boolean met(Facts facts) {
      if (metWhenMissing && facts.membershipUnknown(groups)) {
        return true;
      }
      for (String group : facts.groups()) {
        if (groups.contains(group)) {
          return true;
        }
      }
      return false;
    }

    @Override
    public String expected() {
      return "group " + oneOf(groups);
    }

    @Override
    public String got(Facts facts) {
      return facts.groups().isEmpty() ? "no groups" : listed(facts.groups());
    }
  }

  /** The token's {@code debugger_id}. */
  record Debuggers(Set<String> debuggers, Place place) implements SubjectCondition {
    @Override
    public String field() {
      return "subjects.debuggers";
    }

    @Override
    public boolean met(Facts facts) {
      return debuggers.contains(facts.request().debuggerId());
    }

    @Override
    public String expected() {
      return "debugger " + oneOf(debuggers);
    }

    @Override
    public String got(Facts facts) {
      return facts.request().debuggerId();
    }
  }

  /** The thumbprint of a self-attested subject; keys say nothing of other subjects. */
  record Keys(Set<String> thumbprints, Place place) implements SubjectCondition {
    @Override
    public String field() {
      return "subjects.keys";
    }

    @Override
    public boolean met(Facts facts) {
      return !(facts.request().subject() instanceof Subject.Key key)
          || thumbprints.contains(key.thumbprint());
    }

    @Override
    public String expected() {
      return "key " + oneOf(thumbprints);
    }

    @Override
    public String got(Facts facts) {
      return facts.request().subject().text();
    }
  }

  private static String listed(Set<String> words) {
    return "[" + String.join(", ", new TreeSet<>(words)) + "]";
  }

  private static String oneOf(Set<String> words) {
    return words.size() == 1 ? words.iterator().next() : "in " + listed(words);
  }
}
