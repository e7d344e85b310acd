package dev.postern.policy;

import dev.postern.policy.source.Issue;
import dev.postern.policy.source.Issues;
import dev.postern.policy.source.YamlMapping.Text;

/** The form of the names that policies give: ASCII, so that no two that differ look alike. */
final class Names {
  private Names() {}

  /** Whether the name is {@code [a-z0-9][a-z0-9._-]{0,63}}; an issue if not. */
  static boolean check(Text name, String what, Issues issues) {
    if (name.value().matches("[a-z0-9][a-z0-9._-]{0,63}")) {
      return true;
    }
    issues.add(
        Issue.error("P105", name.place(), "`%s` is not %s".formatted(name.value(), what))
            .noting("1 to 64 characters of a-z 0-9 . _ -, beginning with a letter or digit"));
    return false;
  }
}
