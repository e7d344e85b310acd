package dev.postern.wire.dlv;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Holds {@code docs/delve.md} against the rules: its classes are what {@link DlvRules} says of each
 * example in {@code delve-doc.txt}.
 */
class DelveDocTest {
  private static final String INTRODUCTION =
      """
      # Delve methods and the scopes they need

      Every method of Delve's JSON-RPC API v2, from Delve 1.20 to 1.27.1. A method, command, argument or
      breakpoint field that is not known here is refused. A row needs every scope it names; no scope
      implies another. `-` means that the gateway answers by itself; `refused` that no scope is enough.
      "Stopped" says that Delve answers only while the target is stopped: the gateway never sends such a
      request to a running target. "Kept" answers are cached per build of the target.

      Bounds, whatever the scopes: call stacks 512 frames, frame numbers 512, 5,000 goroutines a page,
      64 ancestors, 64 KiB of memory, 32 KiB of code, a dump's wait 1 s; variables: recursion 3, strings
      4 KiB, struct fields 256, array elements 256 (64 at recursion 2, 32 at 3). Larger values are brought
      down where that keeps the meaning of the request, and refused elsewhere; negative ones are refused.

      With a `redact` or `goroutines` obligation: expressions are names, fields, constant indexes, `len`
      and `cap` only; memory, registers, disassembly, dumps and calls are refused. With `goroutines` also
      package variables and threads.

      | request | since | scopes | answered | note |
      | --- | --- | --- | --- | --- |
      """;

  @Test
  void document_isWhatTheRulesSay() throws IOException {
    String expected = INTRODUCTION + rows();
    Path document = Path.of("..", "docs", "delve.md");
    String actual = Files.exists(document) ? Files.readString(document) : "";
    if (!actual.equals(expected)) {
      Path written = Path.of("target", "delve.md");
      Files.writeString(written, expected);
      assertThat(actual)
          .as("docs/delve.md is stale; copy wire/%s over it", written)
          .isEqualTo(expected);
    }
  }

  private static String rows() throws IOException {
    var rows = new StringBuilder();
    var documented = EnumSet.noneOf(DlvMethod.class);
    for (String line : examples().lines().filter(text -> !text.startsWith("#")).toList()) {
      String[] parts = line.split("\\|", -1);
      DlvMethod method = DlvMethod.named("RPCServer." + parts[0]).orElseThrow();
      documented.add(method);
      String label = parts[2].isEmpty() ? "" : " " + parts[2];
      rows.append("| ").append(method.goName()).append(label).append(" | ");
      rows.append(method.since()).append(" | ");
      rows.append(scopes(method, parts[1])).append(" | ");
      rows.append(when(method)).append(" | ").append(parts[3]).append(" |\n");
    }
    assertThat(documented).isEqualTo(EnumSet.allOf(DlvMethod.class));
    return rows.toString();
  }

  private static String scopes(DlvMethod method, String args) {
    Verdict verdict =
        DlvRules.judge(
            Feeding.call(method.goName(), args), EnumSet.allOf(DlvClass.class), Restrictions.NONE);
    return switch (verdict) {
      case Verdict.Allowed allowed ->
          new TreeSet<>(allowed.classes())
              .stream().map(DlvClass::scope).collect(Collectors.joining(", "));
      case Verdict.Local local -> "-";
      case Verdict.Refused refused -> "refused";
    };
  }

  private static String when(DlvMethod method) {
    String timing =
        switch (method.timing()) {
          case AT_ONCE -> "at once";
          case WHEN_STOPPED -> "stopped";
          case RUNS -> "at its end";
        };
    return method.perBuild() ? timing + ", kept" : timing;
  }

  private static String examples() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(DelveDocTest.class.getResourceAsStream("/delve-doc.txt"))) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
