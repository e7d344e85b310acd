package dev.postern.wire.dlv;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Holds the table against what was extracted from Delve's sources. */
class DlvMethodTest {
  @Test
  void table_hasEveryMethodOfEveryVersion_andNoOther() throws IOException {
    assertThat(Arrays.stream(DlvMethod.values()).map(DlvMethod::goName))
        .containsExactlyInAnyOrderElementsOf(
            extracted().stream().map(line -> line.split(" ", -1)[0]).toList())
        .hasSize(58);
  }

  @Test
  void table_hasEveryArgumentOfEveryVersion_andNoOther() throws IOException {
    for (String line : extracted()) {
      String[] words = line.split(" ", -1);
      DlvMethod method = DlvMethod.named("RPCServer." + words[0]).orElseThrow();
      var expected = new TreeSet<String>();
      for (int i = 2; i < words.length; i++) {
        expected.add(words[i].replaceAll("@.*", ""));
      }
      var held = new TreeSet<String>();
      names(method.arguments(), "", held);
      assertThat(held).as(words[0]).isEqualTo(expected);
    }
  }

  @Test
  void since_isNotLaterThanTheFirstTagThatHasIt() throws IOException {
    for (String line : extracted()) {
      String[] words = line.split(" ", -1);
      int minor = Integer.parseInt(words[1].split("\\.", -1)[1]);
      int since =
          Integer.parseInt(
              DlvMethod.named("RPCServer." + words[0]).orElseThrow().since().split("\\.", -1)[1]);
      assertThat(since).as(words[0]).isLessThanOrEqualTo(minor);
    }
  }

  private static void names(Arguments arguments, String prefix, Set<String> out) {
    arguments
        .fields()
        .forEach(
            (name, kind) -> {
              out.add(prefix + name);
              nested(kind, prefix + name + ".", out);
            });
  }

  private static void nested(Arguments.Kind kind, String prefix, Set<String> out) {
    if (kind instanceof Arguments.Kind.Items(Arguments.Kind each, int max)) {
      nested(each, prefix, out);
    } else if (kind instanceof Arguments.Kind.Nested(Arguments arguments)) {
      names(arguments, prefix, out);
    }
  }

  private static List<String> extracted() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(DlvMethodTest.class.getResourceAsStream("/delve-methods.txt"))) {
      var lines = new ArrayList<String>();
      new String(in.readAllBytes(), UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .forEach(lines::add);
      return lines;
    }
  }
}
