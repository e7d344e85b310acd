package dev.postern.policy;

import dev.postern.policy.source.Issue;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The policies in some folders and files, read as a whole, the last good set kept.
 *
 * <p>Has no thread of its own: whoever owns it calls {@link #poll}.
 */
public final class PolicyFolder {
  private final List<Path> paths;

  private PolicyFolder(List<Path> paths) {
    this.paths = paths;
  }

  /** What {@link #poll} found. */
  public sealed interface Poll {
    /** Nothing changed since the last time. */
    record Unchanged() implements Poll {}

    /** A new set is in force. */
    record Loaded(PolicySet set, List<Issue> warnings) implements Poll {}

    /** What is there now is not good; the last good set, if any, stays in force. */
    record Rejected(List<Issue> issues) implements Poll {}
  }

  /** Folders and single files; read by the first {@link #poll}. */
  public static PolicyFolder of(List<Path> paths) {
    return new PolicyFolder(List.copyOf(paths));
  }

  /** Looks for changes and takes them into force as a whole if they are good. */
  public Poll poll() {
    return paths.isEmpty() ? new Poll.Unchanged() : new Poll.Rejected(List.of());
  }

  /** The set in force; empty until a first good one. */
  public Optional<PolicySet> current() {
    return Optional.empty();
  }
}
