package dev.postern.policy;

import dev.postern.policy.source.Issue;
import java.util.List;
import java.util.Optional;

/**
 * What came of loading.
 *
 * @param set the policies; empty if any issue is an error
 * @param issues in file order
 */
public record LoadResult(Optional<PolicySet> set, List<Issue> issues) {
  public LoadResult {
    issues = List.copyOf(issues);
  }
}
