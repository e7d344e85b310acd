package dev.postern.wire.dlv;

import dev.postern.json.JsonException;
import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** One JSON value whose grammar was checked, kept as the bytes it came in. Immutable. */
public final class RawJson {
  private final byte[] text;
  private final int from;
  private final int to;

  /** Takes {@code text} over: it must not change any more. */
  RawJson(byte[] text, int from, int to) {
    this.text = text;
    this.from = from;
    this.to = to;
  }

  /** Length in bytes. */
  public int length() {
    return to - from;
  }

  boolean isNull() {
    return text[from] == 'n';
  }

  /**
   * The value as a tree.
   *
   * @throws JsonException if it has duplicate names or passes a bound
   */
  public JsonValue tree() throws JsonException {
    return JsonReader.read(text, from, to, JsonLimits.TARGET_MESSAGE);
  }

  /** A copy of the bytes. */
  public byte[] toBytes() {
    return Arrays.copyOfRange(text, from, to);
  }

  void appendTo(ByteArrayOutputStream out) {
    out.write(text, from, to - from);
  }
}
