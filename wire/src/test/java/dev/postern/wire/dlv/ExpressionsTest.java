package dev.postern.wire.dlv;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExpressionsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "x",
        "o.ID ",
        " 99",
        "a[3].b",
        "m[\"k\"]",
        "*p",
        "&x",
        "a + b",
        "(a + b) * (c)",
        "len(x)",
        "cap(a.b)",
        "int(x)",
        "string(b)",
        "[]byte(s)",
        "*(*int)(0xc000012345)",
        "(*main.T)(uintptr(5)).f",
        "([]int)(x)",
        "x.(*main.T)",
        "runtime.frame(1).x",
        "delve.catch(x > 3)",
        "a == \"f(x)\"",
        "`f(`",
        "'('",
        "min(a, b)",
        "-(a)"
      })
  void mayCall_noCall_isFalse(String expression) {
    assertThat(Expressions.mayCall(expression)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "price(\"a\",1)",
        "f()",
        "f ()",
        "o.m()",
        "a[0](1)",
        "f()()",
        "(f)(x)",
        "main.f(x)",
        "x.len(1)",
        "func() {}()",
        "\"p/q\".F(1)",
        "len(f(x))",
        "T{}.m()",
        "a.b.c(1)",
        "[]main.T(x)",
        "f\u200b()",
        "f\u0000()",
        "f\n()",
        "\"unclosed",
        "x\\y"
      })
  void mayCall_callOrUnreadable_isTrue(String expression) {
    assertThat(Expressions.mayCall(expression)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x",
        "o.ID",
        " o . ID ",
        "a[3]",
        "a[3].b[0x1]",
        "m[\"k\"].v",
        "len(x)",
        "cap(a.b[1])",
        "größe",
        "12",
        "\"text\"",
        "true",
        "main.counter"
      })
  void isPlain_allowListed_isTrue(String expression) {
    assertThat(Expressions.isPlain(expression)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "*p",
        "&x",
        "x.(T)",
        "a[i]",
        "a[1:2]",
        "a[-1]",
        "f(x)",
        "len(f(x))",
        "len()",
        "len x",
        "*(*int)(uintptr(5))",
        "uintptr(5)",
        "(x)",
        "\"pkg/path\".Var",
        "a + b",
        "x;y",
        "runtime.curg",
        "unsafe.Pointer",
        "delve.bphitcount",
        "RAX",
        "_RIP",
        "XMM0",
        "R15",
        "SP",
        "x..y",
        "x.",
        ".x",
        "x[0",
        "x 1",
        "x y"
      })
  void isPlain_anythingElse_isFalse(String expression) {
    assertThat(Expressions.isPlain(expression)).isFalse();
  }

  @Test
  void mayCall_tooLong_isTrue() {
    assertThat(Expressions.mayCall("x".repeat(5000))).isTrue();
    assertThat(Expressions.mayCall("+".repeat(2000))).isTrue();
  }
}
