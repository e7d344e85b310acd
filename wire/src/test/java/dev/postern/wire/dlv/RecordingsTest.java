package dev.postern.wire.dlv;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue.JsonObject;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Replays recorded sessions of real clients through reader and table. */
class RecordingsTest {
  private static final Set<DlvClass> ALL = EnumSet.allOf(DlvClass.class);

  /** What each recorded method, or command, asks for at most. */
  private static final Map<String, Set<DlvClass>> CLASSES =
      Map.ofEntries(
          Map.entry("IsMulticlient", EnumSet.of(DlvClass.OBSERVE)),
          Map.entry("State", EnumSet.of(DlvClass.OBSERVE)),
          Map.entry("Recorded", EnumSet.of(DlvClass.OBSERVE)),
          Map.entry("ListFunctions", EnumSet.of(DlvClass.OBSERVE)),
          Map.entry("ListTypes", EnumSet.of(DlvClass.OBSERVE)),
          Map.entry("ListSources", EnumSet.of(DlvClass.OBSERVE)),
          Map.entry("ListDynamicLibraries", EnumSet.of(DlvClass.OBSERVE)),
          Map.entry("ListGoroutines", EnumSet.of(DlvClass.OBSERVE)),
          Map.entry("ListThreads", EnumSet.of(DlvClass.OBSERVE)),
          Map.entry("ListBreakpoints", EnumSet.of(DlvClass.OBSERVE)),
          Map.entry("GetBreakpoint", EnumSet.of(DlvClass.OBSERVE)),
          Map.entry("FindLocation", EnumSet.of(DlvClass.OBSERVE)),
          Map.entry("Stacktrace", EnumSet.of(DlvClass.OBSERVE)),
          Map.entry("BuildID", EnumSet.of(DlvClass.OBSERVE)),
          Map.entry("DumpWait", EnumSet.of(DlvClass.OBSERVE)),
          Map.entry("AttachedToExistingProcess", EnumSet.of(DlvClass.OBSERVE)),
          Map.entry("ListLocalVars", EnumSet.of(DlvClass.INSPECT)),
          Map.entry("ListFunctionArgs", EnumSet.of(DlvClass.INSPECT)),
          Map.entry("ListPackageVars", EnumSet.of(DlvClass.INSPECT)),
          Map.entry("ListRegisters", EnumSet.of(DlvClass.INSPECT)),
          Map.entry("ExamineMemory", EnumSet.of(DlvClass.INSPECT)),
          Map.entry("Disassemble", EnumSet.of(DlvClass.INSPECT)),
          // one recorded expression is a call
          Map.entry("Eval", EnumSet.of(DlvClass.INSPECT, DlvClass.MUTATE)),
          Map.entry("Set", EnumSet.of(DlvClass.MUTATE)),
          Map.entry("Command continue", EnumSet.of(DlvClass.CONTROL)),
          Map.entry("Command halt", EnumSet.of(DlvClass.CONTROL)),
          Map.entry("Command next", EnumSet.of(DlvClass.CONTROL)),
          Map.entry("Command stepOut", EnumSet.of(DlvClass.CONTROL)),
          Map.entry("Command call", EnumSet.of(DlvClass.MUTATE)),
          Map.entry("CreateBreakpoint", EnumSet.of(DlvClass.CONTROL)),
          Map.entry("ClearBreakpoint", EnumSet.of(DlvClass.CONTROL)),
          // one amendment sets a condition
          Map.entry("AmendBreakpoint", EnumSet.of(DlvClass.CONTROL, DlvClass.INSPECT)),
          Map.entry("CreateWatchpoint", EnumSet.of(DlvClass.CONTROL, DlvClass.INSPECT)),
          Map.entry("DumpStart", EnumSet.of(DlvClass.CONTROL, DlvClass.INSPECT, DlvClass.HOST)),
          Map.entry("Restart", EnumSet.of(DlvClass.LIFECYCLE, DlvClass.MUTATE, DlvClass.HOST)),
          Map.entry("Detach", EnumSet.of(DlvClass.LIFECYCLE)));

  @Test
  void everyClientMessage_isACallOfTheClassTheTableSays() throws Exception {
    var seen = new TreeMap<String, Set<DlvClass>>();
    for (Path file : Recordings.jsonRpc()) {
      for (ClientMessage message : Feeding.all(Recordings.stream(file, "c2s"), 4096)) {
        assertThat(message).as(file.toString()).isInstanceOf(ClientMessage.Call.class);
        ClientMessage.Call call = (ClientMessage.Call) message;
        String what = call.method().goName();
        if (call.method() == DlvMethod.COMMAND) {
          what += " " + call.args().string("name").orElse("");
        }
        switch (DlvRules.judge(call, ALL, Restrictions.NONE)) {
          case Verdict.Allowed allowed ->
              seen.computeIfAbsent(what, key -> new TreeSet<>()).addAll(allowed.classes());
          case Verdict.Local local ->
              assertThat(call.method()).isEqualTo(DlvMethod.SET_API_VERSION);
          case Verdict.Refused refused -> throw new AssertionError(what + ": " + refused);
        }
      }
    }
    assertThat(seen).hasSizeGreaterThan(20);
    seen.forEach((what, classes) -> assertThat(classes).as(what).isEqualTo(CLASSES.get(what)));
  }

  @Test
  void everyStream_readsTheSameByteByByte() throws Exception {
    for (Path file : Recordings.jsonRpc()) {
      byte[] client = Recordings.stream(file, "c2s");
      assertThat(Feeding.all(client, 1)).isEqualTo(Feeding.all(client, Integer.MAX_VALUE));
    }
  }

  @Test
  void everyCall_encodedAnew_isReadAsTheSameCall() throws Exception {
    for (Path file : Recordings.jsonRpc()) {
      for (ClientMessage message : Feeding.all(Recordings.stream(file, "c2s"), 4096)) {
        ClientMessage.Call call = (ClientMessage.Call) message;
        byte[] encoded = new DlvRequest(call.method(), call.args()).encode(call.id());
        assertThat(encoded[encoded.length - 1]).isEqualTo((byte) '\n');
        assertThat(Feeding.one(new String(encoded, UTF_8))).isEqualTo(call);
      }
    }
  }

  @Test
  void everyReply_isReadAndShaped() throws Exception {
    for (Path file : Recordings.jsonRpc()) {
      var methods = new TreeMap<Long, DlvMethod>();
      for (ClientMessage message : Feeding.all(Recordings.stream(file, "c2s"), 4096)) {
        ClientMessage.Call call = (ClientMessage.Call) message;
        methods.put(call.id(), call.method());
      }
      byte[] target = Recordings.stream(file, "s2c");
      List<TargetReply> replies = Feeding.replies(target, 1400, methods.keySet());
      assertThat(replies).as(file.toString()).isNotEmpty();
      var shaper = new ReplyShaper(ALL, BreakpointView.all(), Optional.of(text -> text));
      for (TargetReply reply : replies) {
        switch (reply) {
          case TargetReply.Broken broken -> throw new AssertionError(file + ": " + broken);
          case TargetReply.Failure failure -> assertThat(failure.error()).isNotEmpty();
          case TargetReply.Result(long id, RawJson raw) -> {
            JsonObject tree = (JsonObject) raw.tree();
            DlvMethod method = java.util.Objects.requireNonNull(methods.get(id));
            assertThat(shaper.shape(method, tree)).isEqualTo(tree);
            byte[] passed = ReplyEncoder.result(id, raw);
            assertThat(JsonReader.readObject(passed, JsonLimits.TARGET_MESSAGE).object("result"))
                .contains(tree);
          }
        }
      }
      assertThat(Feeding.replies(target, 17, methods.keySet())).hasSameSizeAs(replies);
    }
  }
}
