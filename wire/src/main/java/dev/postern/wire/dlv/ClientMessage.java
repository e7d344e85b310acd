package dev.postern.wire.dlv;

import dev.postern.json.JsonValue.JsonObject;
import java.util.OptionalLong;

/** What {@link DlvRequestReader} made of one message of a caller's debug client. */
public sealed interface ClientMessage {
  /**
   * A request whose form holds. Nothing is decided yet.
   *
   * @param id the client's, 0 to 2^53
   * @param args in Delve's own field names, types checked, absent and null members left out
   */
  record Call(long id, DlvMethod method, JsonObject args) implements ClientMessage {}

  /**
   * A message that is not passed on.
   *
   * @param id the client's id where one could be read, so that an error can be answered under it
   * @param detail what is wrong, for the caller; never quotes the message
   * @param streamLost whether the border of the next message is unknown: the connection has to end
   */
  record Malformed(MessageReason reason, OptionalLong id, String detail, boolean streamLost)
      implements ClientMessage {}

  /**
   * The first byte was {@code C}: the client speaks DAP ({@code Content-Length:}). It holds for the
   * whole connection. {@link DapRefusal} is what such a client understands.
   */
  record Dap() implements ClientMessage {}
}
