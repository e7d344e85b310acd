package dev.postern.policy.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.policy.source.YamlNode.Mapping;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class YamlReaderTest {
  private static List<String> codes(String text) {
    var issues = new Issues();
    YamlReader.readAll(SourceFile.ofText("f.yaml", text), issues);
    return issues.sorted().stream().map(Issue::code).toList();
  }

  @Test
  void readAll_exactlyTheLimit_isReadAndAByteMoreIsNot() {
    String limit = "#".repeat(YamlReader.MAX_BYTES);

    assertThat(codes(limit)).isEmpty();
    assertThat(codes(limit + "#")).containsExactly("P002");
  }

  @Test
  void readAll_depthOfTheLimit_isReadAndOneDeeperIsNot() {
    String open = "[".repeat(YamlReader.MAX_DEPTH);
    String close = "]".repeat(YamlReader.MAX_DEPTH);

    assertThat(codes(open + close)).isEmpty();
    assertThat(codes("[" + open + close + "]")).containsExactly("P007");
  }

  @Test
  void readAll_deepBomb_endsAtTheLimit() {
    assertThat(codes("[".repeat(500_000))).containsExactly("P007");
    assertThat(codes("- ".repeat(500_000))).containsExactly("P007");
    assertThat(codes("{a: ".repeat(200_000))).containsExactly("P007");
  }

  @Test
  void places_countCodePointsFromOne() {
    var issues = new Issues();
    YamlNode node =
        YamlReader.readOne(SourceFile.ofText("f.yaml", "a: 1\n\"🙂é\": x\n"), issues).orElseThrow();

    Place value = ((Mapping) node).entries().get(1).value().place();
    assertThat(value.toString()).isEqualTo("f.yaml:2:7");
  }

  @Test
  void render_wideCharactersBefore_putsTheCaretByCells() {
    var issues = new Issues();
    var text = "{日本: 1, 日本: 2}\n";
    YamlReader.readAll(SourceFile.ofText("f.yaml", text), issues);

    assertThat(issues.sorted().getFirst().render())
        .startsWith(
            """
            f.yaml:1:9: error[P011]: key `日本` stands twice
                 |
               1 | {日本: 1, 日本: 2}
                 |           ^^^^
            """
                .stripTrailing());
  }

  @Test
  void mapping_typedFields_readOrReport() {
    var issues = new Issues();
    YamlNode node =
        YamlReader.readOne(
                SourceFile.ofText(
                    "f.yaml", "d: 1h30m\ns: 256MiB\nb: true\nn: 7\nl: [a, \"1\"]\nx: 1\n"),
                issues)
            .orElseThrow();
    YamlMapping yaml = YamlMapping.of(node, issues).orElseThrow();

    assertThat(yaml.duration("d")).contains(Duration.ofMinutes(90));
    assertThat(yaml.size("s")).contains(256L << 20);
    assertThat(yaml.bool("b")).contains(true);
    assertThat(yaml.integer("n", 0, 7)).contains(7L);
    assertThat(yaml.integer("n", 0, 6)).isEmpty();
    assertThat(yaml.strings("l").stream().map(YamlMapping.Text::value)).containsExactly("a", "1");
    yaml.require("y");
    yaml.finish();
    assertThat(issues.sorted().stream().map(Issue::code).toList())
        .containsExactly("P015", "P016", "P014");
  }

  @Test
  void quantities_printAsTheyAreRead() {
    for (String text : List.of("0s", "500ms", "1s500ms", "1m30s", "2h", "1d", "36525d")) {
      assertThat(Quantity.duration(text).map(Quantity::print)).contains(text);
    }
    for (String text :
        List.of("", "5", "5M", "m5", "1.5h", "-1s", "1s1h", "1s1s", "36526d", "9999999999999s")) {
      assertThat(Quantity.duration(text)).as(text).isEmpty();
    }
    assertThat(Quantity.bytes("1KiB")).contains(1024L);
    assertThat(Quantity.bytes("9999999TiB")).isEmpty();
    assertThat(Quantity.bytes("1KB")).isEmpty();
    assertThat(Quantity.printBytes(256L << 20)).isEqualTo("256MiB");
  }

  @Test
  void suggestion_twoAsNear_givesNone() {
    assertThat(Suggestion.nearest("dlv/obsreve", List.of("dlv/observe", "dlv/inspect")))
        .contains("dlv/observe");
    assertThat(Suggestion.nearest("cat", List.of("car", "cap"))).isEmpty();
    assertThat(Suggestion.nearest("zzzzzz", List.of("observe"))).isEqualTo(Optional.empty());
  }
}
