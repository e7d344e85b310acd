package dev.postern.policy;

import dev.postern.policy.source.Issue;
import dev.postern.policy.source.Issues;
import dev.postern.policy.source.Place;
import dev.postern.policy.source.SourceFile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Turns policy files into a {@link PolicySet}, or into issues.
 *
 * <p>Files are read one after the other into rules; names that rules use are checked when all are
 * read. The order of files and of what is in them makes no difference.
 */
public final class PolicyLoader {
  private PolicyLoader() {}

  /** Reads, checks and compiles; all issues at once. No file at all is an issue. */
  public static LoadResult load(List<SourceFile> files) {
    return load(files, false);
  }

  /** As {@link #load}, with the warnings that compare rules with each other too. */
  public static LoadResult check(List<SourceFile> files) {
    return load(files, true);
  }

  private static LoadResult load(List<SourceFile> files, boolean thoroughly) {
    var issues = new Issues();
    var reader = new DocumentReader(issues);
    List<SourceFile> sorted =
        files.stream().sorted(Comparator.comparing(SourceFile::path)).toList();
    if (sorted.isEmpty()) {
      issues.error("P100", Place.ofFile("."), "no policy files");
    }
    reader.readAll(sorted);
    checkReferences(reader, issues);
    checkCycles(reader.members, issues);
    new Lints(issues).run(reader);
    if (thoroughly && !issues.hasErrors()) {
      new CoverLint(issues).run(reader.rules);
      new LookAlikes(issues).run(reader.rules);
    }
    if (issues.hasErrors()) {
      return new LoadResult(Optional.empty(), issues.sorted());
    }
    var vocabulary =
        new Vocabulary(
            new GroupDirectory(reader.members, reader.groups.keySet()), reader.referenceValues);
    return new LoadResult(
        Optional.of(
            new CompiledPolicies(
                reader.rules,
                reader.enforcedCaps,
                reader.shadowCaps,
                vocabulary,
                FileDigests.of(sorted).set())),
        issues.sorted());
  }

  private static void checkReferences(DocumentReader reader, Issues issues) {
    References references = reader.references();
    references.requireDeclared(
        References.Kind.REFERENCE_VALUES, reader.referenceValues.keySet(), issues);
    var families = new TreeSet<>(ScopeVocabulary.families());
    Map<String, Set<String>> labels = new TreeMap<>();
    Set<String> anyValue = new HashSet<>();
    var groups = new TreeSet<>(reader.groups.keySet());
    boolean closedGroups = false;
    for (DocumentReader.Schema schema : reader.schemas) {
      schema.scopes().forEach(scope -> families.add(scope.substring(0, scope.indexOf('/'))));
      schema
          .labels()
          .forEach(
              (label, values) -> {
                labels.computeIfAbsent(label, k -> new TreeSet<>()).addAll(values);
                if (values.isEmpty()) {
                  anyValue.add(label);
                }
              });
      groups.addAll(schema.groups());
      closedGroups |= schema.closedGroups();
    }
    references.requireDeclared(References.Kind.SCOPE_FAMILY, families, issues);
    if (!labels.isEmpty()) {
      references.requireDeclared(References.Kind.LABEL, labels.keySet(), issues);
      labels.forEach(
          (label, values) -> {
            if (!anyValue.contains(label)) {
              references.requireValues(label, values, issues);
            }
          });
    }
    if (closedGroups) {
      references.requireDeclared(References.Kind.GROUP, groups, issues);
    }
  }

  /** Reports every group that is a member of itself, directly or through others. */
  private static void checkCycles(List<GroupDirectory.Member> members, Issues issues) {
    Map<String, List<GroupDirectory.Member>> byGroup = new TreeMap<>();
    members.forEach(m -> byGroup.computeIfAbsent(m.group(), k -> new ArrayList<>()).add(m));
    Map<String, Integer> remaining = new HashMap<>();
    Map<String, Set<String>> parents = new HashMap<>();
    byGroup.forEach(
        (group, list) -> {
          Set<String> nested = new TreeSet<>();
          list.forEach(m -> m.groups().stream().filter(byGroup::containsKey).forEach(nested::add));
          remaining.put(group, nested.size());
          nested.forEach(n -> parents.computeIfAbsent(n, k -> new TreeSet<>()).add(group));
        });
    var ready = new ArrayList<String>();
    remaining.forEach(
        (group, count) -> {
          if (count == 0) {
            ready.add(group);
          }
        });
    // what can be taken away from the leaves up is free of cycles
    for (int i = 0; i < ready.size(); i++) {
      for (String parent : parents.getOrDefault(ready.get(i), Set.of())) {
        if (remaining.merge(parent, -1, Integer::sum) == 0) {
          ready.add(parent);
        }
      }
    }
    var cyclic = new TreeSet<>(byGroup.keySet());
    ready.forEach(cyclic::remove);
    if (!cyclic.isEmpty()) {
      String first = cyclic.first();
      List<GroupDirectory.Member> its = byGroup.getOrDefault(first, List.of());
      issues.add(
          Issue.error(
              "P116",
              its.getFirst().place(),
              "groups contain each other: " + String.join(", ", cyclic)));
    }
  }
}
