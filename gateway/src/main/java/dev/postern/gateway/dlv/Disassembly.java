package dev.postern.gateway.dlv;

import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonArray;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.wire.dlv.DlvMethod;
import dev.postern.wire.dlv.DlvRequest;
import dev.postern.wire.dlv.RawJson;
import dev.postern.wire.dlv.TargetReply;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The instructions of a function, in pieces: Delve's own answer for a whole function has no limit.
 * Inside a stop.
 */
final class Disassembly {
  /** As much as a caller is given of one function. */
  static final long MAX_BYTES = 32 * 1024;

  private static final long PIECE_BYTES = 4 * 1024;

  /** Longest instruction, so that the last one of a piece is whole. */
  private static final long OVERLAP_BYTES = 16;

  private Disassembly() {}

  /** What one instruction of Delve's answer says. */
  private static OptionalLong addressOf(JsonValue instruction) {
    return instruction instanceof JsonObject object
        ? object
            .object("Loc")
            .flatMap(loc -> loc.integer("pc"))
            .map(OptionalLong::of)
            .orElse(OptionalLong.empty())
        : OptionalLong.empty();
  }

  private static boolean isIn(JsonValue instruction, long entry) {
    return instruction instanceof JsonObject object
        && object
            .object("Loc")
            .flatMap(loc -> loc.object("function"))
            .flatMap(function -> function.integer("value"))
            .filter(value -> value == entry)
            .isPresent();
  }

  /** The entry of the known function around an address; empty if there is none. */
  static OptionalLong entry(DlvTarget target, long address)
      throws Refusal, TargetLost, InterruptedException {
    TargetReply found = target.ask(DlvRequest.findLocation("*0x" + Long.toHexString(address)));
    if (!(found instanceof TargetReply.Result(long _, RawJson result))) {
      return OptionalLong.empty();
    }
    return Answers.tree(result)
        .array("Locations")
        .map(JsonArray::elements)
        .orElse(List.of())
        .stream()
        .filter(JsonObject.class::isInstance)
        .map(JsonObject.class::cast)
        .map(place -> place.object("function").flatMap(function -> function.integer("value")))
        .flatMap(Optional::stream)
        .mapToLong(Long::longValue)
        .findFirst();
  }

  /**
   * The instructions of the function that begins at {@code entry}, as Delve lists them.
   *
   * @param like the scope and flavour to ask with
   * @param maxBytes of code looked at, rounded up to a piece
   */
  static List<JsonValue> ofFunction(DlvTarget target, JsonObject like, long entry, long maxBytes)
      throws Refusal, TargetLost, InterruptedException {
    var instructions = new ArrayList<JsonValue>();
    long from = entry;
    while (from - entry < maxBytes) {
      TargetReply reply =
          target.ask(
              new DlvRequest(
                  DlvMethod.DISASSEMBLE,
                  like.with("StartPC", JsonNumber.of(from))
                      .with("EndPC", JsonNumber.of(from + PIECE_BYTES + OVERLAP_BYTES))));
      if (!(reply instanceof TargetReply.Result(long _, RawJson result))) {
        break; // the function ends at the end of what can be read
      }
      long next = from;
      boolean more = true;
      for (JsonValue each :
          Answers.tree(result).array("Disassemble").map(JsonArray::elements).orElse(List.of())) {
        long address = addressOf(each).orElse(-1);
        next = address;
        more = isIn(each, entry);
        if (!more || address < from || address >= from + PIECE_BYTES) {
          break;
        }
        instructions.add(each);
      }
      if (!more || next <= from) {
        break;
      }
      from = next;
    }
    return instructions;
  }

  /** Whether an instruction of a known function starts at the address. */
  static boolean startsInstruction(DlvTarget target, long address, long maxBytes)
      throws Refusal, TargetLost, InterruptedException {
    OptionalLong entry = entry(target, address);
    if (entry.isEmpty() || address - entry.getAsLong() >= maxBytes || address < entry.getAsLong()) {
      return false;
    }
    JsonObject scope = new JsonObject(Map.of("GoroutineID", JsonNumber.of(-1)));
    JsonObject like = new JsonObject(Map.of("Scope", scope, "Flavour", JsonNumber.of(0)));
    long upTo = address - entry.getAsLong() + 1;
    for (JsonValue each : ofFunction(target, like, entry.getAsLong(), upTo)) {
      if (addressOf(each).orElse(-1) == address) {
        return true;
      }
    }
    return false;
  }
}
