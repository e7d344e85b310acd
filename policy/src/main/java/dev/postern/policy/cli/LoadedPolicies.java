package dev.postern.policy.cli;

import dev.postern.policy.LoadResult;
import dev.postern.policy.PolicyFiles;
import dev.postern.policy.PolicyLoader;
import dev.postern.policy.PolicySet;
import dev.postern.policy.source.Issue;
import dev.postern.policy.source.Issues;
import dev.postern.policy.source.SourceFile;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Policies for a command that needs good ones. */
final class LoadedPolicies {
  private LoadedPolicies() {}

  /** Either policies, or the exit status of a command that has none. */
  record Outcome(Optional<PolicySet> set, List<SourceFile> files, int status) {}

  /** Loads; what is wrong is written to {@code err}. */
  static Outcome load(List<Path> paths, PrintStream err) {
    for (Path path : paths) {
      if (!Files.exists(path)) {
        err.println(path + ": no such file or folder");
        return new Outcome(Optional.empty(), List.of(), ExitStatus.USAGE);
      }
    }
    var issues = new Issues();
    List<SourceFile> files = PolicyFiles.read(paths, issues);
    if (files.isEmpty() && !issues.hasErrors()) {
      err.println("no policy files (*.yaml, *.yml) in " + paths);
      return new Outcome(Optional.empty(), List.of(), ExitStatus.USAGE);
    }
    LoadResult result = PolicyLoader.load(files);
    issues.addAll(result.issues());
    if (issues.hasErrors() || result.set().isEmpty()) {
      issues.sorted().stream()
          .filter(Issue::isError)
          .forEach(issue -> err.println(issue.render() + System.lineSeparator()));
      return new Outcome(Optional.empty(), files, ExitStatus.INVALID);
    }
    return new Outcome(result.set(), files, ExitStatus.OK);
  }
}
