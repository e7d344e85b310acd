package dev.postern.policy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScopeTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "dlv",
        "dlv/",
        "/dlv",
        "dlv//observe",
        "dlv/Observe",
        "dlv/./x",
        "dlv/../x",
        "dlv/*",
        "*",
        "**",
        "dlv/ob*",
        "dlv/observe ",
        "dlv/obs\u0000erve",
        "\u212Aernel/mm",
        "kernel%2fmm",
        "dlv\\observe",
        "dlv/obs\u200Berve",
        "a/b/c/d/e/f/g/h/i",
        "dlv/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
      })
  void parse_notOfTheForm_isEmpty(String text) {
    assertThat(Scope.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"dlv/observe", "a/b/c/d/e/f/g/h", "0/0", "dlv/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"})
  void parse_ofTheForm_isTheScope(String text) {
    assertThat(Scope.parse(text)).contains(new Scope(text));
  }

  @Test
  void star_standsForExactlyOneSegment() {
    var star = new ScopePattern("block/*");

    assertThat(star.permits(new Scope("block/rq"))).isTrue();
    assertThat(star.permits(new Scope("block/rq/issue"))).isFalse();
    assertThat(star.permits(new Scope("blocks/rq"))).isFalse();
    assertThat(star.permits(new Scope("block/host"))).isFalse();
    assertThat(star.forbids(new Scope("block/host"))).isTrue();
  }

  @Test
  void pattern_starElsewhere_isNone() {
    assertThat(ScopePattern.parse("*/observe")).isEmpty();
    assertThat(ScopePattern.parse("dlv/o*")).isEmpty();
    assertThat(ScopePattern.parse("dlv/**")).isEmpty();
    assertThat(ScopePattern.parse("*")).isEmpty();
  }
}
