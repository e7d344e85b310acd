package dev.postern.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.json.JsonValue.JsonNumber;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonReaderTest {
  private static final JsonLimits SMALL = new JsonLimits(200, 4, 3, 3, 40, 8, false);

  private static JsonValue read(String text) throws JsonException {
    return JsonReader.read(text.getBytes(UTF_8), SMALL);
  }

  private static JsonException.Kind kindOf(byte[] text) {
    return catchThrowableOfType(JsonException.class, () -> JsonReader.read(text, SMALL)).kind();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "null",
        "true",
        "false",
        "0",
        "-1",
        "1.5e+3",
        "\"\"",
        "{\"a\":[1,{\"b\":null}]}",
        "\"\u00e9\ud83d\ude00\""
      })
  void read_thenWrite_givesTheSameText(String text) throws JsonException {
    assertThat(JsonWriter.write(read(text))).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[1,]",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "01",
        "+1",
        "0x10",
        "NaN",
        "1.",
        ".5",
        "1e",
        "-",
        "tru",
        "nul",
        "{} {}",
        "{}x",
        "[1 2]",
        "\"a",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud800\\u0041\"",
        "\"raw\nnewline\"",
        "// c\n1",
        "\ufeff{}"
      })
  void read_whatIsNotJson_isSyntax(String text) {
    assertThat(kindOf(text.getBytes(UTF_8))).isEqualTo(JsonException.Kind.SYNTAX);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "22c0af22",
        "22eda08022",
        "22f490808022",
        "22ff22",
        "22e9",
        "22c322",
        "22f0808080" + "22"
      })
  void read_badUtf8_isSyntax(String hex) {
    assertThat(kindOf(HexFormat.of().parseHex(hex))).isEqualTo(JsonException.Kind.SYNTAX);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"a\":1,\"a\":1}", "{\"a\":1,\"\\u0061\":2}", "[{\"x\":{\"y\":1,\"y\":1}}]"})
  void read_sameNameTwice_isDuplicate(String text) {
    assertThat(kindOf(text.getBytes(UTF_8))).isEqualTo(JsonException.Kind.DUPLICATE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[[[[[]]]]]",
        "[1,2,3,4]",
        "{\"a\":1,\"b\":1,\"c\":1,\"d\":1}",
        "123456789",
        "1e100000000",
        "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\""
      })
  void read_beyondABound_isLimit(String text) {
    assertThat(kindOf(text.getBytes(UTF_8))).isEqualTo(JsonException.Kind.LIMIT);
  }

  @Test
  void read_justAtEachBound_passes() throws JsonException {
    assertThat(read("[[[[]]]]")).isNotNull();
    assertThat(read("[1,2,3]")).isNotNull();
    assertThat(read("12345678")).isEqualTo(new JsonNumber("12345678"));
  }

  @Test
  void integer_onlyForPlainIntegersOfALong() {
    assertThat(new JsonNumber("9223372036854775807").integer()).contains(Long.MAX_VALUE);
    assertThat(new JsonNumber("9223372036854775808").integer()).isEmpty();
    assertThat(new JsonNumber("1.0").integer()).isEmpty();
    assertThat(new JsonNumber("1e3").integer()).isEmpty();
    assertThat(new JsonNumber("-0").integer()).isEmpty();
  }

  @Test
  void canonical_sortsByUtf16AndEscapesShortest() throws JsonException {
    byte[] text = "{\"b\":1,\"a\":\"\\u000a\\u001f\\/\",\"\u20ac\":[true]}".getBytes(UTF_8);
    assertThat(new String(JsonWriter.canonical(JsonReader.read(text, SMALL)), UTF_8))
        .isEqualTo("{\"a\":\"\\n\\u001f/\",\"b\":1,\"\u20ac\":[true]}");
  }

  @Test
  void framer_byteByByteAndAllAtOnce_findsTheSameMessages() throws JsonException {
    byte[] stream = "{\"a\":\"}\\\"{\"}\n {\"b\":[{}]}{\"c\":1}\n".getBytes(UTF_8);
    assertThat(frames(stream, stream.length))
        .containsExactlyElementsOf(frames(stream, 1))
        .hasSize(3);
    assertThat(frames(stream, 2))
        .containsExactly("{\"a\":\"}\\\"{\"}", "{\"b\":[{}]}", "{\"c\":1}");
  }

  @Test
  void framer_endlessMessage_isRefusedAtItsBound() {
    var framer = new JsonFramer(SMALL);
    byte[] chunk =
        "{\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".getBytes(UTF_8);
    var fault =
        catchThrowableOfType(
            JsonException.class,
            () -> {
              for (int i = 0; i < 10; i++) {
                assertThat(framer.next(ByteBuffer.wrap(chunk))).isEmpty();
              }
            });
    assertThat(fault.kind()).isEqualTo(JsonException.Kind.LIMIT);
    assertThat(framer.held()).isLessThanOrEqualTo(SMALL.bytes());
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "Content-Length: 12", "\ufeff{", "}", "1"})
  void framer_notAnObject_failsOnTheFirstByte(String text) {
    byte[] data = text.getBytes(UTF_8);
    var framer = new JsonFramer(SMALL);
    assertThat(catchThrowableOfType(JsonException.class, () -> framer.next(ByteBuffer.wrap(data))))
        .isNotNull();
  }

  private static List<String> frames(byte[] stream, int step) throws JsonException {
    var framer = new JsonFramer(SMALL);
    var found = new ArrayList<String>();
    for (int from = 0; from < stream.length; from += step) {
      var data = ByteBuffer.wrap(stream, from, Math.min(step, stream.length - from));
      for (var message = framer.next(data); message.isPresent(); message = framer.next(data)) {
        found.add(new String(message.get(), UTF_8));
      }
    }
    return found;
  }
}
