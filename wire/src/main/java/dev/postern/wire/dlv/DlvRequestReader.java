package dev.postern.wire.dlv;

import static dev.postern.wire.dlv.MessageReason.MESSAGE_MALFORMED;
import static dev.postern.wire.dlv.MessageReason.MESSAGE_TOO_LARGE;
import static dev.postern.wire.dlv.MessageReason.MESSAGE_UNKNOWN;

import dev.postern.json.JsonException;
import dev.postern.json.JsonFramer;
import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue.JsonObject;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a caller's debug client sends, strictly where Go's reader is loose.
 *
 * <p>A request is an object of exactly {@code method}, {@code params} and {@code id}, spelled so;
 * {@code params} an array of exactly one object; {@code method} one of {@link DlvMethod}; {@code
 * id} an integer from 0 to 2^53. Bounded by {@link JsonLimits#CLIENT_MESSAGE}. Not safe for use by
 * more than one thread.
 */
public final class DlvRequestReader {
  /** Largest id taken: every JSON implementation holds it exactly. */
  public static final long MAX_ID = 1L << 53;

  private final JsonFramer framer = new JsonFramer(JsonLimits.CLIENT_MESSAGE);
  private boolean started;
  private @Nullable ClientMessage last;

  /**
   * Takes bytes from {@code data}, a buffer backed by an array, up to the end of the next message.
   *
   * @return the message; empty if all bytes were taken and none is finished. After {@link
   *     ClientMessage.Dap} or a message with {@code streamLost} the same is returned for ever.
   */
  public Optional<ClientMessage> next(ByteBuffer data) {
    if (last != null) {
      return Optional.of(last);
    }
    if (!started && data.hasRemaining()) {
      started = true;
      if (data.get(data.position()) == 'C') {
        return Optional.of(end(new ClientMessage.Dap()));
      }
    }
    try {
      return framer.next(data).map(this::read);
    } catch (JsonException refused) {
      return Optional.of(end(unreadable(refused)));
    }
  }

  /** Bytes held of an unfinished message. */
  public int held() {
    return framer.held();
  }

  private ClientMessage read(byte[] message) {
    JsonObject request;
    try {
      request = JsonReader.readObject(message, JsonLimits.CLIENT_MESSAGE);
    } catch (JsonException refused) {
      return end(unreadable(refused));
    }
    OptionalLong id = id(request);
    for (String name : request.members().keySet()) {
      if (!name.equals("method") && !name.equals("params") && !name.equals("id")) {
        return malformed(id, "a request has `method`, `params` and `id` only");
      }
    }
    if (id.isEmpty()) {
      return malformed(id, "`id` must be an integer from 0 to 2^53");
    }
    Optional<String> name = request.string("method");
    if (name.isEmpty()) {
      return malformed(id, "`method` must be a string");
    }
    var params = request.array("params");
    if (params.isEmpty()
        || params.get().elements().size() != 1
        || !(params.get().elements().getFirst() instanceof JsonObject args)) {
      return malformed(id, "`params` must be an array of one object");
    }
    Optional<DlvMethod> method = DlvMethod.named(name.get());
    if (method.isEmpty()) {
      return new ClientMessage.Malformed(
          MESSAGE_UNKNOWN, id, "not a method of Delve's API v2 that Postern knows", false);
    }
    try {
      return new ClientMessage.Call(
          id.getAsLong(), method.get(), method.get().arguments().read(args, ""));
    } catch (BadArgument bad) {
      return new ClientMessage.Malformed(
          bad.reason(), id, method.get().goName() + ": " + bad.text(), false);
    }
  }

  private static OptionalLong id(JsonObject request) {
    Optional<Long> id = request.integer("id").filter(n -> n >= 0 && n <= MAX_ID);
    return id.isPresent() ? OptionalLong.of(id.get()) : OptionalLong.empty();
  }

  private static ClientMessage malformed(OptionalLong id, String detail) {
    return new ClientMessage.Malformed(MESSAGE_MALFORMED, id, detail, false);
  }

  private static ClientMessage.Malformed unreadable(JsonException refused) {
    MessageReason reason =
        refused.kind() == JsonException.Kind.LIMIT ? MESSAGE_TOO_LARGE : MESSAGE_MALFORMED;
    return new ClientMessage.Malformed(
        reason, OptionalLong.empty(), String.valueOf(refused.getMessage()), true);
  }

  private ClientMessage end(ClientMessage message) {
    last = message;
    return message;
  }
}
