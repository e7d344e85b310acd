package dev.postern.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.policy.source.Issue;
import dev.postern.policy.source.SourceFile;
import java.util.ArrayList;
import java.util.List;

/** Loads policies from text, or fails with their issues. */
final class Policies {
  private Policies() {}

  static LoadResult load(String... texts) {
    var files = new ArrayList<SourceFile>();
    for (int i = 0; i < texts.length; i++) {
      files.add(SourceFile.ofText("p" + i + ".yaml", texts[i]));
    }
    return PolicyLoader.load(files);
  }

  static PolicySet of(String... texts) {
    LoadResult result = load(texts);
    assertThat(result.issues().stream().filter(Issue::isError).map(Issue::render).toList())
        .isEmpty();
    return result.set().orElseThrow();
  }

  /** A policy named {@code p} with one permit {@code r} for everyone of the issuer. */
  static PolicySet permit(String fields) {
    return of(policy("p", "permits", permitText("r", fields)));
  }

  static String policy(String name, String section, String rules) {
    return "apiVersion: postern.dev/v1\nkind: AccessPolicy\nmetadata: {name: %s}\n%s:\n%s"
        .formatted(name, section, rules);
  }

  /** One permit of the scopes observe and inspect, with further fields at its indentation. */
  static String permitText(String id, String fields) {
    String subjects =
        fields.contains("subjects:") ? "" : "    subjects: {issuers: [\"https://sts.example\"]}\n";
    String scopes = fields.contains("scopes:") ? "" : "    scopes: [dlv/observe, dlv/inspect]\n";
    return "  - id: " + id + "\n" + subjects + scopes + fields.indent(4);
  }

  static List<String> codes(LoadResult result) {
    return result.issues().stream().map(Issue::code).toList();
  }
}
