package dev.postern.policy.cli;

import dev.postern.policy.cli.PolicyTests.Result;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Results as JUnit XML: a suite per file, the explanation in {@code failure}. */
final class JUnitXml {
  private JUnitXml() {}

  static String of(List<Result> results) {
    Map<String, List<Result>> byFile = new LinkedHashMap<>();
    for (Result result : results) {
      byFile.computeIfAbsent(result.suite().path(), k -> new ArrayList<>()).add(result);
    }
    var out = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    byFile.forEach(
        (file, list) -> {
          out.append(
              "  <testsuite name=\"%s\" tests=\"%d\" failures=\"%d\" skipped=\"%d\">%n"
                  .formatted(
                      escape(file),
                      list.size(),
                      list.stream().filter(Result::failed).count(),
                      list.stream().filter(Result::skipped).count()));
          list.forEach(result -> append(result, file, out));
          out.append("  </testsuite>\n");
        });
    return out.append("</testsuites>\n").toString();
  }

  private static void append(Result result, String file, StringBuilder out) {
    out.append(
        "    <testcase name=\"%s\" classname=\"%s\" line=\"%d\""
            .formatted(escape(result.test().name()), escape(file), result.test().place().line()));
    if (result.skipped()) {
      out.append(
          "><skipped message=\"%s\"/></testcase>%n"
              .formatted(escape(result.test().skip().orElse(""))));
    } else if (result.failed()) {
      out.append(
          "><failure message=\"%s\">%s</failure></testcase>%n"
              .formatted(
                  escape(String.join("; ", result.differences())),
                  escape(result.explanation().render())));
    } else {
      out.append("/>\n");
    }
  }

  /** XML text; characters that XML 1.0 does not have become a question mark. */
  private static String escape(String text) {
    var out = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '&' -> out.append("&amp;");
                case '"' -> out.append("&quot;");
                default -> {
                  boolean allowed = c >= 0x20 || c == '\n' || c == '\t';
                  out.appendCodePoint(allowed && c != 0xfffe && c != 0xffff ? c : '?');
                }
              }
            });
    return out.toString();
  }
}
