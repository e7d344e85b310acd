package dev.postern.wire.dlv;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Feeds readers whole, or in pieces. */
final class Feeding {
  private Feeding() {}

  static ClientMessage one(String text) {
    List<ClientMessage> all = all(text.getBytes(UTF_8), Integer.MAX_VALUE);
    if (all.size() != 1) {
      throw new AssertionError("expected one message, got " + all);
    }
    return all.getFirst();
  }

  static ClientMessage.Call call(String method, String args) {
    ClientMessage message =
        one("{\"method\":\"RPCServer." + method + "\",\"params\":[" + args + "],\"id\":7}");
    if (message instanceof ClientMessage.Call call) {
      return call;
    }
    throw new AssertionError(message.toString());
  }

  /** All messages; ends at the first that ends the stream. */
  static List<ClientMessage> all(byte[] bytes, int pieces) {
    var reader = new DlvRequestReader();
    var messages = new ArrayList<ClientMessage>();
    for (int at = 0; at < bytes.length; at += Math.min(pieces, bytes.length)) {
      ByteBuffer piece = ByteBuffer.wrap(bytes, at, Math.min(pieces, bytes.length - at)).slice();
      while (true) {
        Optional<ClientMessage> message = reader.next(piece);
        if (message.isEmpty()) {
          break;
        }
        messages.add(message.get());
        if (ends(message.get())) {
          return messages;
        }
      }
    }
    return messages;
  }

  /** All answers; everything in {@code ids} is expected. */
  static List<TargetReply> replies(byte[] bytes, int pieces, Iterable<Long> ids) {
    var reader = new DlvReplyReader();
    ids.forEach(reader::expect);
    var replies = new ArrayList<TargetReply>();
    for (int at = 0; at < bytes.length; at += Math.min(pieces, bytes.length)) {
      ByteBuffer piece = ByteBuffer.wrap(bytes, at, Math.min(pieces, bytes.length - at)).slice();
      while (true) {
        Optional<TargetReply> reply = reader.next(piece);
        if (reply.isEmpty()) {
          break;
        }
        replies.add(reply.get());
        if (reply.get() instanceof TargetReply.Broken) {
          return replies;
        }
      }
    }
    return replies;
  }

  private static boolean ends(ClientMessage message) {
    return switch (message) {
      case ClientMessage.Dap dap -> true;
      case ClientMessage.Malformed malformed -> malformed.streamLost();
      case ClientMessage.Call call -> false;
    };
  }
}
