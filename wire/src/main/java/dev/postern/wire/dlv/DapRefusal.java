package dev.postern.wire.dlv;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonBool;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import dev.postern.json.JsonWriter;
import java.util.LinkedHashMap;

/**
 * The answer to a DAP client on a port that serves JSON-RPC only: the failed response to its first
 * request ({@code initialize}, which every client numbers 1), so that an editor shows the text.
 */
public final class DapRefusal {
  private DapRefusal() {}

  /** One framed DAP message. */
  public static byte[] message(String text) {
    var error = new LinkedHashMap<String, JsonValue>();
    error.put("id", JsonNumber.of(1));
    error.put("format", new JsonString(text.replace("{", "(").replace("}", ")")));
    error.put("showUser", JsonBool.TRUE);
    var message = new LinkedHashMap<String, JsonValue>();
    message.put("seq", JsonNumber.of(1));
    message.put("type", new JsonString("response"));
    message.put("request_seq", JsonNumber.of(1));
    message.put("success", JsonBool.FALSE);
    message.put("command", new JsonString("initialize"));
    message.put("message", new JsonString(text));
    message.put("body", new JsonObject(new LinkedHashMap<>()).with("error", new JsonObject(error)));
    byte[] body = JsonWriter.writeBytes(new JsonObject(message));
    byte[] head = ("Content-Length: " + body.length + "\r\n\r\n").getBytes(UTF_8);
    byte[] framed = new byte[head.length + body.length];
    System.arraycopy(head, 0, framed, 0, head.length);
    System.arraycopy(body, 0, framed, head.length, body.length);
    return framed;
  }
}
