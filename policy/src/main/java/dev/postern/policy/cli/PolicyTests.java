package dev.postern.policy.cli;

import dev.postern.policy.Decision;
import dev.postern.policy.PolicySet;
import dev.postern.policy.cli.PolicyTestReader.Case;
import dev.postern.policy.cli.PolicyTestReader.Expectation;
import dev.postern.policy.source.Issues;
import dev.postern.policy.source.SourceFile;
import dev.postern.policy.source.YamlMapping;
import dev.postern.policy.source.YamlMapping.Text;
import dev.postern.policy.source.YamlNode;
import dev.postern.policy.source.YamlNode.Entry;
import dev.postern.policy.source.YamlNode.Mapping;
import dev.postern.policy.source.YamlNode.Scalar;
import dev.postern.policy.source.YamlReader;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The cases of all test files, and what came of them. */
final class PolicyTests {
  /** One test file and the policies that it is about. */
  record Suite(String path, PolicySet policies, List<Case> cases) {}

  /**
   * What came of a case.
   *
   * @param differences empty if it passed
   */
  record Result(Suite suite, Case test, Explanation explanation, List<String> differences) {
    boolean skipped() {
      return test.skip().isPresent();
    }

    boolean failed() {
      return !skipped() && !differences.isEmpty();
    }
  }

  private final Issues issues;
  private final PrintStream err;
  private final Map<List<Path>, Optional<PolicySet>> loaded = new HashMap<>();
  private boolean policiesBroken;

  PolicyTests(Issues issues, PrintStream err) {
    this.issues = issues;
    this.err = err;
  }

  /** Whether policies that some test is about did not load; said on the error stream. */
  boolean policiesBroken() {
    return policiesBroken;
  }

  /**
   * Reads the PolicyTest documents among the files; each names its policies, or is about them all.
   */
  List<Suite> suites(List<SourceFile> files, List<Path> given) {
    var suites = new ArrayList<Suite>();
    for (SourceFile file : files) {
      for (YamlNode node : YamlReader.readAll(file, issues)) {
        if (isTest(node)) {
          YamlMapping.of(node, issues)
              .flatMap(yaml -> suite(file, yaml, given))
              .ifPresent(suites::add);
        }
      }
    }
    return suites;
  }

  static boolean isTest(YamlNode node) {
    if (node instanceof Mapping mapping) {
      for (Entry entry : mapping.entries()) {
        if (entry.key().text().equals("kind")) {
          return entry.value() instanceof Scalar kind && kind.text().equals("PolicyTest");
        }
      }
    }
    return false;
  }

  private Optional<Suite> suite(SourceFile file, YamlMapping yaml, List<Path> given) {
    List<Path> paths = given;
    if (yaml.has("policies")) {
      var named = new ArrayList<Path>();
      for (Text text : yaml.strings("policies")) {
        Path relative = Path.of(text.value());
        if (relative.isAbsolute()) {
          issues.error("P309", text.place(), "policies are named relative to the test file");
        } else {
          named.add(Path.of(file.path()).resolveSibling(relative).normalize());
        }
      }
      paths = List.copyOf(named);
    }
    if (paths.isEmpty()) {
      return Optional.empty();
    }
    Optional<PolicySet> set =
        loaded.computeIfAbsent(paths, wanted -> LoadedPolicies.load(wanted, err).set());
    if (set.isEmpty()) {
      policiesBroken = true;
      return Optional.empty();
    }
    List<Case> cases = new PolicyTestReader(issues, set.get()).read(yaml);
    return Optional.of(new Suite(file.path(), set.get(), cases));
  }

  /** Runs one case; a skipped one is run too, and its result does not count. */
  static Result run(Suite suite, Case test) {
    return new Result(
        suite,
        test,
        Explanation.of(suite.policies(), test.request()),
        differences(test.expect(), suite.policies().decide(test.request())));
  }

  /** Where a decision is not as expected; empty if it is. */
  static List<String> differences(Expectation expect, Decision decision) {
    var found = new ArrayList<String>();
    switch (decision) {
      case Decision.Permit permit -> {
        if (!expect.allow()) {
          found.add("expected deny, got allow by " + permit.rules());
          return found;
        }
        Map<String, String> limits = permit.limits().words();
        expect
            .limits()
            .forEach(
                (name, wanted) -> {
                  String got = limits.getOrDefault(name, "none");
                  if (!got.equals(wanted)) {
                    found.add("%s: expected %s, got %s".formatted(name, wanted, got));
                  }
                });
      }
      case Decision.Deny deny -> {
        if (expect.allow()) {
          found.add("expected allow, got deny " + deny.reason());
          return found;
        }
        if (expect.reason().isPresent() && expect.reason().get() != deny.reason()) {
          found.add("expected %s, got %s".formatted(expect.reason().get(), deny.reason()));
        }
      }
    }
    if (!expect.rules().isEmpty() && !expect.rules().equals(decision.rules())) {
      found.add("rules: expected %s, got %s".formatted(expect.rules(), decision.rules()));
    }
    return found;
  }
}
