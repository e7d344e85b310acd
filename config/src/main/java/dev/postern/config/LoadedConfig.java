package dev.postern.config;

import dev.postern.policy.source.Issue;
import java.util.List;

/** The outcome of reading a configuration file. */
public sealed interface LoadedConfig<C> {
  /** It can be used; {@code warnings} are worth a line in the log. */
  record Usable<C>(C config, List<Issue> warnings) implements LoadedConfig<C> {
    public Usable {
      warnings = List.copyOf(warnings);
    }
  }

  /** It cannot be used; every issue found, at least one of them an error. */
  record Unusable<C>(List<Issue> issues) implements LoadedConfig<C> {
    public Unusable {
      issues = List.copyOf(issues);
    }
  }
}
