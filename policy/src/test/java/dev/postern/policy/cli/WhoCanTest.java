package dev.postern.policy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.policy.Target;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WhoCanTest {
  @TempDir Path top = Path.of(".");
  private final CommandFixture files = new CommandFixture(() -> top);

  private int who(String scope, String env) throws IOException {
    return WhoCan.who(
        new WhoCan.WhoArgs(
            List.of(files.policies()),
            scope,
            "node-7",
            Map.of("env", env),
            Target.Via.DIRECT,
            false),
        files.outStream,
        files.errStream);
  }

  @Test
  void who_somebodyCan_namesSubjectsConditionsAndForbids() throws IOException {
    assertThat(who("dlv/control", "prod")).isZero();
    assertThat(files.out())
        .isEqualTo(
            """
            permit  prod/breakglass  issuer https://sts.example and debugger dbg-alice-01  if session at most 15m
            forbid  prod/no-prod-halt  anyone  if lifted by 2 approvals from sre-leads
            """);
  }

  @Test
  void who_nobodyCan_isOne() throws IOException {
    assertThat(who("dlv/mutate", "prod")).isEqualTo(1);
    assertThat(files.out()).isEqualTo("nobody can dlv/mutate on node-7\n");
  }

  @Test
  void who_notAScope_isTwo() throws IOException {
    assertThat(who("dlv", "prod")).isEqualTo(2);
  }

  @Test
  void what_namesScopesAndTargets() throws IOException {
    int status =
        WhoCan.what(
            new WhoCan.WhatArgs(
                List.of(files.policies()),
                Optional.of("https://sts.example"),
                "alice",
                Set.of("kernel-oncall"),
                "other",
                false),
            files.outStream,
            files.errStream);

    assertThat(status).isZero();
    assertThat(files.out())
        .contains(
            "permit  kernel-read/oncall  dlv/observe, kernel/sched and label env in [dev, staging]")
        .doesNotContain("breakglass");
  }
}
