package dev.postern.json;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonScannerTest {
  private static final JsonLimits LIMITS = new JsonLimits(1000, 4, 3, 3, 20, 6, false);

  private static boolean scans(byte[] text) {
    try {
      return JsonScanner.skip(text, 0, text.length, LIMITS) == text.length;
    } catch (JsonException refused) {
      return false;
    }
  }

  private static boolean reads(byte[] text) {
    try {
      JsonReader.read(text, LIMITS);
      return true;
    } catch (JsonException refused) {
      return false;
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "\"\"",
        "0",
        "-0",
        "1.5",
        "1e3",
        "-1.5E-2",
        "true",
        "false",
        "null",
        "{\"a\":1,\"b\":[1,2,{}]}",
        "[ 1 , 2 ]",
        "\"\\u00e4\\n\\\\\"",
        "\"ä€😀\"",
        "",
        "{",
        "[1,]",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "01",
        "1.",
        "1e",
        ".5",
        "+1",
        "tru",
        "nul",
        "\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\t\"",
        "[1,2,3,4]",
        "[[[[[1]]]]]",
        "{\"a\":1,\"b\":1,\"c\":1,\"d\":1}",
        "1234567",
        "\"aaaaaaaaaaaaaaaaaaaaaaaa\"",
        "[1 2]",
        "{\"a\":1 \"b\":2}",
        "--1",
        "1 1",
        "NaN"
      })
  void skip_acceptsWhatTheReaderAccepts(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    assertThat(scans(bytes)).isEqualTo(reads(bytes));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"\u00c3\u00a4\"",
        "\"\u00c0\u0080\"",
        "\"\u00ed\u00a0\u0080\"",
        "\"\u00f4\u0090\u0080\u0080\"",
        "\"\u00e2\u0082\"",
        "\"\u0080\"",
        "\"\u00f0\u008f\u00bf\u00bf\"",
        "\"\u00e0\u009f\u00bf\"",
        "\"\u00ff\""
      })
  void skip_rawBytes_acceptsWhatTheReaderAccepts(String latin1) {
    byte[] bytes = latin1.getBytes(ISO_8859_1);
    assertThat(scans(bytes)).isEqualTo(reads(bytes));
  }

  @Test
  void skip_stopsBehindTheValue() throws JsonException {
    byte[] text = "xx{\"a\":[1]} ,".getBytes(UTF_8);
    assertThat(JsonScanner.skip(text, 2, text.length, LIMITS)).isEqualTo(11);
    assertThat(JsonScanner.skipSpace(text, 11, text.length)).isEqualTo(12);
  }

  @Test
  void skip_limit_saysLimit() {
    byte[] deep = "[[[[[1]]]]]".getBytes(UTF_8);
    assertThatThrownBy(() -> JsonScanner.skip(deep, 0, deep.length, LIMITS))
        .isInstanceOfSatisfying(
            JsonException.class,
            refused -> assertThat(refused.kind()).isEqualTo(JsonException.Kind.LIMIT));
  }
}
