package dev.postern.policy.source;

import java.util.ArrayList;
import java.util.List;

/** Collects issues while reading goes on. Bounded: a hopeless file does not fill the memory. */
public final class Issues {
  private static final int MAX_ISSUES = 1000;

  private final List<Issue> found = new ArrayList<>();
  private int errors;

  public void add(Issue issue) {
    if (issue.isError()) {
      errors++;
    }
    if (found.size() < MAX_ISSUES) {
      found.add(issue);
    }
  }

  public void error(String code, Place place, String message) {
    add(Issue.error(code, place, message));
  }

  public void warning(String code, Place place, String message) {
    add(Issue.warning(code, place, message));
  }

  public void addAll(List<Issue> issues) {
    issues.forEach(this::add);
  }

  /** Takes over what another collected, and counts what it did not keep. */
  public void addAll(Issues other) {
    int counted = errors + other.errors;
    addAll(other.found);
    errors = counted;
  }

  public boolean hasErrors() {
    return errors > 0;
  }

  /** How many errors were added so far, also those beyond what is kept. */
  public int errorCount() {
    return errors;
  }

  /** All of them in file order, the same for the same input. */
  public List<Issue> sorted() {
    return found.stream().sorted(Issue.IN_FILE_ORDER).distinct().toList();
  }
}
