package dev.postern.gateway.dlv;

import static dev.postern.gateway.stream.EndReason.TARGET_PROTOCOL;

import dev.postern.json.JsonException;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.wire.dlv.RawJson;
import dev.postern.wire.dlv.TargetReply;

/** Takes a debugger's answers apart; one that cannot be read ends the connection. */
final class Answers {
  private Answers() {}

  /** The result of a request that an honest debugger never fails. */
  static RawJson result(TargetReply reply) throws TargetLost {
    return switch (reply) {
      case TargetReply.Result(long _, RawJson result) -> result;
      case TargetReply.Failure(long _, String error) ->
          throw new TargetLost(TARGET_PROTOCOL, "the debugger refuses to be asked: " + error);
      case TargetReply.Broken broken -> throw new TargetLost(TARGET_PROTOCOL, broken.detail());
    };
  }

  static JsonObject tree(RawJson result) throws TargetLost {
    try {
      if (result.tree() instanceof JsonObject object) {
        return object;
      }
      throw new TargetLost(TARGET_PROTOCOL, "an answer of the debugger is not an object");
    } catch (JsonException malformed) {
      throw new TargetLost(
          TARGET_PROTOCOL, "an answer of the debugger is not strict JSON", malformed);
    }
  }

  static JsonObject treeOrEmpty(RawJson result) {
    try {
      return result.tree() instanceof JsonObject object ? object : JsonObject.EMPTY;
    } catch (JsonException malformed) {
      return JsonObject.EMPTY;
    }
  }
}
