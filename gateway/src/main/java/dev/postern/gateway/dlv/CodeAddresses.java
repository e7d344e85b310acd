package dev.postern.gateway.dlv;

import static dev.postern.gateway.stream.EndReason.TARGET_PROTOCOL;

import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.wire.dlv.AddressCheck;
import dev.postern.wire.dlv.DlvRequest;
import dev.postern.wire.dlv.RawJson;
import dev.postern.wire.dlv.TargetReply;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Proves that addresses are instructions before a breakpoint is set there: on a data address it
 * would overwrite data.
 */
final class CodeAddresses {
  /** How far into a function a breakpoint by address may be set. */
  private static final long MAX_FUNCTION_BYTES = 256 * 1024;

  private CodeAddresses() {}

  /**
   * Refuses addresses that are not proven. Those that Delve itself gives for the location that came
   * with them are; others must start an instruction of a known function. Inside a stop.
   */
  static void require(DlvTarget target, AddressCheck check)
      throws Refusal, TargetLost, InterruptedException {
    if (!check.required()) {
      return;
    }
    if (!check.location().isEmpty()) {
      Set<Long> located = located(target, check.location());
      for (long address : check.addresses()) {
        if (!located.contains(address)) {
          throw refused(address, "it is not where `" + check.location() + "` is");
        }
      }
    }
    for (long address : check.addresses()) {
      if (!Disassembly.startsInstruction(target, address, MAX_FUNCTION_BYTES)) {
        throw refused(address, "no instruction of a known function starts there");
      }
    }
  }

  private static Set<Long> located(DlvTarget target, String location)
      throws Refusal, TargetLost, InterruptedException {
    var pcs = new HashSet<Long>();
    for (JsonValue each : list(target.ask(DlvRequest.findLocation(location)), "Locations")) {
      if (each instanceof JsonObject place) {
        place.integer("pc").ifPresent(pcs::add);
        for (JsonValue pc : place.array("pcs").map(JsonArray::elements).orElse(List.of())) {
          if (pc instanceof JsonNumber number) {
            number.integer().ifPresent(pcs::add);
          }
        }
      }
    }
    return pcs;
  }

  private static List<JsonValue> list(TargetReply reply, String name) throws Refusal, TargetLost {
    return switch (reply) {
      case TargetReply.Result(long _, RawJson result) ->
          Answers.tree(result).array(name).map(JsonArray::elements).orElse(List.of());
      case TargetReply.Failure failure -> List.of();
      case TargetReply.Broken broken -> throw new TargetLost(TARGET_PROTOCOL, broken.detail());
    };
  }

  private static Refusal refused(long address, String why) {
    return new Refusal(
        "MESSAGE_ARGUMENT",
        "",
        "postern: no breakpoint at 0x" + Long.toHexString(address) + ": " + why);
  }
}
