package dev.postern.policy;

import dev.postern.policy.source.Issue;
import dev.postern.policy.source.Issues;
import dev.postern.policy.source.Place;
import dev.postern.policy.source.SourceFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The policies in some folders and files, read as a whole, the last good set kept.
 *
 * <p>A change is taken when two readings, one right after the other, are the same, git holds no
 * lock on a repository around it, and, where a folder has a {@code manifest.json}, every file is as
 * it says. Has no thread of its own: whoever owns it calls {@link #poll}; {@link #current} may be
 * asked from any thread.
 */
public final class PolicyFolder {
  private static final int POLLS_BETWEEN_FULL_READS = 60;

  private final List<Path> paths;
  private volatile Optional<PolicySet> current = Optional.empty();
  private String seenFingerprint = "";
  private String seenDigest = "";
  private int polls;

  private PolicyFolder(List<Path> paths) {
    this.paths = paths;
  }

  /** What {@link #poll} found. */
  public sealed interface Poll {
    /** Nothing changed since the last time, or what changes has not settled. */
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
  public synchronized Poll poll() {
    String fingerprint = PolicyFiles.fingerprint(paths);
    boolean due = polls++ % POLLS_BETWEEN_FULL_READS == 0;
    if (!due && fingerprint.equals(seenFingerprint)) {
      return new Poll.Unchanged();
    }
    if (PolicyFiles.gitAtWork(paths)) {
      polls = 0;
      return current.isPresent()
          ? new Poll.Unchanged()
          : new Poll.Rejected(
              List.of(
                  Issue.error(
                      "P124",
                      Place.ofFile(paths.getFirst().toString()),
                      "git is at work on it (index.lock is there)")));
    }
    var issues = new Issues();
    List<SourceFile> files = PolicyFiles.read(paths, issues);
    FileDigests digests = FileDigests.of(files);
    String digest = digests.byPath() + "|" + String.join("|", headlines(issues.sorted()));
    if (digest.equals(seenDigest)) {
      seenFingerprint = fingerprint;
      return new Poll.Unchanged();
    }
    var secondIssues = new Issues();
    FileDigests second = FileDigests.of(PolicyFiles.read(paths, secondIssues));
    if (!second.byPath().equals(digests.byPath())
        || !fingerprint.equals(PolicyFiles.fingerprint(paths))
        || PolicyFiles.gitAtWork(paths)) {
      polls = 0;
      return current.isPresent()
          ? new Poll.Unchanged()
          : new Poll.Rejected(
              List.of(
                  Issue.error(
                      "P124",
                      Place.ofFile(paths.getFirst().toString()),
                      "changed while it was read")));
    }
    seenFingerprint = fingerprint;
    seenDigest = digest;
    LoadResult result = PolicyLoader.load(files);
    var all = new ArrayList<>(issues.sorted());
    all.addAll(result.issues());
    if (issues.hasErrors() || result.set().isEmpty()) {
      return new Poll.Rejected(all);
    }
    current = result.set();
    return new Poll.Loaded(result.set().get(), all);
  }

  private static List<String> headlines(List<Issue> issues) {
    return issues.stream().map(Issue::headline).toList();
  }

  /** The set in force; empty until a first good one. */
  public Optional<PolicySet> current() {
    return current;
  }
}
