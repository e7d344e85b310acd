package dev.postern.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What the reader takes, it takes again from its own writing; what it refuses, it refuses by its
 * own exception.
 */
class JsonReaderFuzzTest {
  private static final JsonLimits LIMITS =
      new JsonLimits(64 * 1024, 32, 256, 1024, 32 * 1024, 32, false);

  @FuzzTest(maxDuration = "20s")
  void read_anything_isReadBackTheSameOrRefused(byte @Nullable [] text) throws JsonException {
    if (text == null) {
      return;
    }
    JsonValue value;
    try {
      value = JsonReader.read(text, LIMITS);
    } catch (JsonException refused) {
      return;
    }
    // A text may grow when written (escapes), so its own writing is read without the byte bound of
    // the input.
    byte[] written = JsonWriter.writeBytes(value);
    var wide = new JsonLimits(written.length, 32, 256, 1024, written.length, 32, false);
    assertThat(JsonReader.read(written, wide)).isEqualTo(value);
  }

  @FuzzTest(maxDuration = "20s")
  void framer_anything_neverHoldsMoreThanItsBound(byte @Nullable [] stream) {
    if (stream == null) {
      return;
    }
    var small = new JsonLimits(256, 8, 16, 16, 256, 16, true);
    var framer = new JsonFramer(small);
    try {
      var data = ByteBuffer.wrap(stream);
      while (data.hasRemaining()) {
        framer.next(data).ifPresent(message -> assertThat(message.length).isLessThanOrEqualTo(256));
        assertThat(framer.held()).isLessThanOrEqualTo(256);
      }
    } catch (JsonException refused) {
      assertThat(refused.kind()).isNotEqualTo(JsonException.Kind.DUPLICATE);
    }
  }
}
