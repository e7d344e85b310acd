package dev.postern.wire.dlv;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonString;
import dev.postern.json.JsonWriter;
import java.io.ByteArrayOutputStream;

/** Answers to a client, in the form Go's {@code net/rpc/jsonrpc} writes them. */
public final class ReplyEncoder {
  private static final byte[] RESULT_END = ",\"error\":null}\n".getBytes(UTF_8);

  private ReplyEncoder() {}

  /** A success. */
  public static byte[] result(long id, JsonValue result) {
    return ("{\"id\":" + id + ",\"result\":" + JsonWriter.write(result) + ",\"error\":null}\n")
        .getBytes(UTF_8);
  }

  /** A success, the value passed on as it came. */
  public static byte[] result(long id, RawJson result) {
    byte[] start = ("{\"id\":" + id + ",\"result\":").getBytes(UTF_8);
    var out = new ByteArrayOutputStream(start.length + result.length() + RESULT_END.length);
    out.writeBytes(start);
    result.appendTo(out);
    out.writeBytes(RESULT_END);
    return out.toByteArray();
  }

  /** A failure: the debugger shows {@code text} and goes on. */
  public static byte[] error(long id, String text) {
    return ("{\"id\":"
            + id
            + ",\"result\":null,\"error\":"
            + JsonWriter.write(new JsonString(text)))
        .concat("}\n")
        .getBytes(UTF_8);
  }
}
