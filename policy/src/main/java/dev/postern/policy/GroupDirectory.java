package dev.postern.policy;

import dev.postern.policy.source.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who is in which group.
 *
 * <p>A group that a Group document declares has the members that document says and no others; any
 * other group is what the token's issuer states. Asking costs what the subject's own memberships
 * cost, however many groups there are.
 */
final class GroupDirectory {
  static final GroupDirectory EMPTY = new GroupDirectory(List.of());

  /**
   * One line of a Group document: every list that is not empty must match, any value of each.
   *
   * @param issuers issuers, or {@code self}
   * @param groups groups of tokens, or declared ones
   */
  record Member(
      String group,
      Set<String> issuers,
      Set<String> users,
      Set<String> groups,
      Set<String> debuggers,
      Set<String> keys,
      Place place) {}

  private final Set<String> declared;
  private final Map<String, List<Member>> byUser = new HashMap<>();
  private final Map<String, List<Member>> byDebugger = new HashMap<>();
  private final Map<String, List<Member>> byKey = new HashMap<>();
  private final Map<String, List<Member>> byGroup = new HashMap<>();
  private final Map<String, List<Member>> byIssuer = new HashMap<>();

  GroupDirectory(List<Member> members) {
    this(members, Set.of());
  }

  GroupDirectory(List<Member> members, Set<String> declaredEmpty) {
    var names = new HashSet<>(declaredEmpty);
    for (Member member : members) {
      names.add(member.group());
      if (!member.users().isEmpty()) {
        put(byUser, member.users(), member);
      } else if (!member.debuggers().isEmpty()) {
        put(byDebugger, member.debuggers(), member);
      } else if (!member.keys().isEmpty()) {
        put(byKey, member.keys(), member);
      } else if (!member.groups().isEmpty()) {
        put(byGroup, member.groups(), member);
      } else {
        put(byIssuer, member.issuers(), member);
      }
    }
    this.declared = Set.copyOf(names);
  }

  private static void put(Map<String, List<Member>> index, Set<String> keys, Member member) {
    keys.forEach(key -> index.computeIfAbsent(key, k -> new ArrayList<>()).add(member));
  }

  boolean declares(String group) {
    return declared.contains(group);
  }

  /**
   * All groups of a subject: those its token states that no document declares, and the declared.
   */
  Set<String> groupsOf(Subject subject, Set<String> stated, String debuggerId) {
    boolean named = subject instanceof Subject.Named;
    if (declared.isEmpty()) {
      return named ? stated : Set.of();
    }
    var groups = new HashSet<String>();
    if (named) {
      for (String group : stated) {
        if (!declared.contains(group)) {
          groups.add(group);
        }
      }
    }
    var candidates = new ArrayList<Member>();
    candidates.addAll(byDebugger.getOrDefault(debuggerId, List.of()));
    String issuer =
        switch (subject) {
          case Subject.Named(String iss, String sub) -> {
            candidates.addAll(byUser.getOrDefault(sub, List.of()));
            yield iss;
          }
          case Subject.Key(String thumbprint) -> {
            candidates.addAll(byKey.getOrDefault(thumbprint, List.of()));
            yield Facts.SELF;
          }
        };
    candidates.addAll(byIssuer.getOrDefault(issuer, List.of()));
    groups.forEach(group -> candidates.addAll(byGroup.getOrDefault(group, List.of())));
    var user = subject.named().map(Subject.Named::sub);
    boolean grew = true;
    while (grew) {
      grew = false;
      for (int i = 0; i < candidates.size(); i++) {
        Member member = candidates.get(i);
        if (!groups.contains(member.group())
            && contains(member, subject, issuer, user, groups, debuggerId)) {
          groups.add(member.group());
          candidates.addAll(byGroup.getOrDefault(member.group(), List.of()));
          grew = true;
        }
      }
    }
    return groups;
  }

  private static boolean contains(
      Member member,
      Subject subject,
      String issuer,
      Optional<String> user,
      Set<String> groups,
      String debuggerId) {
    return (member.issuers().isEmpty() || member.issuers().contains(issuer))
        && (member.users().isEmpty() || user.map(member.users()::contains).orElse(false))
        && (member.debuggers().isEmpty() || member.debuggers().contains(debuggerId))
        && (member.keys().isEmpty()
            || (subject instanceof Subject.Key key && member.keys().contains(key.thumbprint())))
        && (member.groups().isEmpty() || member.groups().stream().anyMatch(groups::contains));
  }
}
