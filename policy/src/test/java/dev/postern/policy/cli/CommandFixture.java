package dev.postern.policy.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/** A folder with policies and tests, and streams that keep what a command writes. */
final class CommandFixture {
  static final String POLICIES =
      """
      apiVersion: postern.dev/v1
      kind: AccessPolicy
      metadata: {name: kernel-read}
      permits:
        - id: oncall
          subjects: {issuers: ["https://sts.example"], groups: [kernel-oncall]}
          targets: {labels: {env: [dev, staging]}}
          scopes: [dlv/observe, kernel/sched]
          session: {max: 30m}
      ---
      apiVersion: postern.dev/v1
      kind: AccessPolicy
      metadata: {name: prod}
      permits:
        - id: breakglass
          subjects: {issuers: ["https://sts.example"], debuggers: [dbg-alice-01]}
          targets: {labels: {env: [prod]}}
          scopes: [dlv/observe, dlv/control]
          session: {max: 15m}
      forbids:
        - id: no-prod-halt
          scopes: [dlv/control]
          targets: {labels: {env: [prod]}}
          unless: {approvals: {atLeast: 2, from: [sre-leads]}}
      ---
      apiVersion: postern.dev/v1
      kind: Group
      metadata: {name: sre-leads}
      members: [{issuers: ["https://sts.example"], users: [sre-lead-1, sre-lead-2]}]
      """;

  static final String TESTS =
      """
      apiVersion: postern.dev/v1
      kind: PolicyTest
      policies: [../policies]
      now: "2026-11-23T14:00:00Z"
      requests:
        alice: {subject: {id: dbg-alice-01, groups: [kernel-oncall]}, target: {name: node-7, labels: {env: prod}}}
      cases:
        - name: halting prod needs two approvals
          use: alice
          request: {scopes: [dlv/control], session: 10m, approvals: [sre-lead-1]}
          expect: {decision: deny, reason: POLICY_APPROVAL_MISSING, rules: [prod/no-prod-halt]}
        - name: two approvals will do
          use: alice
          request: {scopes: [dlv/control], session: 10m, approvals: [sre-lead-1, sre-lead-2]}
          expect: {decision: allow, rules: [prod/breakglass], limits: {session: 15m}}
        - name: observing on call
          each: {env: [staging, dev], scope: ["dlv/observe", "kernel/sched"]}
          use: alice
          request: {target.labels.env: "{env}", scopes: ["{scope}"], session: 30m}
          expect: {decision: allow, rules: [kernel-read/oncall], limits: {session: 30m}}
      """;

  private final Supplier<Path> top;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  final PrintStream outStream = new PrintStream(out, true, UTF_8);
  final PrintStream errStream = new PrintStream(err, true, UTF_8);

  /** The folder is asked for when it is first used: JUnit has made it by then. */
  CommandFixture(Supplier<Path> top) {
    this.top = top;
  }

  Path write(String name, String text) throws IOException {
    policies();
    Files.createDirectories(top.get().resolve(name).resolveSibling("."));
    return Files.writeString(top.get().resolve(name), text);
  }

  /** The folder of {@link #POLICIES}. */
  Path policies() throws IOException {
    Path folder = Files.createDirectories(top.get().resolve("policies"));
    Files.writeString(folder.resolve("all.yaml"), POLICIES);
    return folder;
  }

  String out() {
    return out.toString(UTF_8);
  }

  String err() {
    return err.toString(UTF_8);
  }
}
