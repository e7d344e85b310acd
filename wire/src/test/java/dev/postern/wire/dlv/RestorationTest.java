package dev.postern.wire.dlv;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonWriter;
import dev.postern.wire.dlv.Restoration.Outcome;
import dev.postern.wire.dlv.Restoration.Step;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RestorationTest {
  private static final String OURS = BreakpointTag.of(1, 2, 1).name();

  private static boolean tagged(JsonObject breakpoint) {
    return BreakpointTag.in(breakpoint.string("name").orElse("")).isPresent();
  }

  /** A Delve of a few fields. */
  private static final class FakeDelve {
    boolean running;
    boolean exited;
    boolean stepping;
    boolean keepsBreakpoints;
    final Set<Integer> ours = new HashSet<>();
    final List<String> heard = new ArrayList<>();

    TargetReply answer(DlvRequest request) {
      heard.add(request.method().goName() + request.args());
      return switch (request.method()) {
        case STATE -> state();
        case COMMAND -> {
          running = !request.args().string("name").equals(java.util.Optional.of("halt"));
          yield state();
        }
        case LIST_BREAKPOINTS -> {
          if (running) {
            throw new AssertionError("asked a running target: it would queue");
          }
          var list = new StringBuilder("{\"id\":-1,\"name\":\"unrecovered-panic\"},{\"id\":9}");
          ours.forEach(id -> list.append(",{\"id\":" + id + ",\"name\":\"" + OURS + "\"}"));
          yield result("{\"Breakpoints\":[" + list + "]}");
        }
        case CLEAR_BREAKPOINT -> {
          if (keepsBreakpoints) {
            yield new TargetReply.Failure(1, "no breakpoint with that id");
          }
          ours.remove(request.args().integer("Id").orElseThrow().intValue());
          yield result("{\"Breakpoint\":null}");
        }
        case CANCEL_NEXT -> {
          stepping = false;
          yield result("{}");
        }
        default -> throw new AssertionError(request.toString());
      };
    }

    private TargetReply state() {
      return result(
          "{\"State\":{\"Running\":"
              + running
              + ",\"exited\":"
              + exited
              + ",\"NextInProgress\":"
              + stepping
              + "}}");
    }

    private static TargetReply result(String text) {
      byte[] bytes = text.getBytes(UTF_8);
      return new TargetReply.Result(1, new RawJson(bytes, 0, bytes.length));
    }
  }

  private static Outcome run(FakeDelve delve, Restoration restoration) {
    Step step = restoration.start();
    for (int i = 0; i < 100; i++) {
      switch (step) {
        case Step.Send(DlvRequest request) -> step = restoration.next(delve.answer(request));
        case Step.SendLast(DlvRequest request, Outcome outcome) -> {
          delve.answer(request);
          return outcome;
        }
        case Step.Done(Outcome outcome) -> {
          return outcome;
        }
      }
    }
    throw new AssertionError("no end");
  }

  @Test
  void restoration_stoppedWithOurBreakpoints_clearsThemAndContinues() {
    var delve = new FakeDelve();
    delve.ours.addAll(Set.of(3, 4));
    delve.stepping = true;
    assertThat(run(delve, new Restoration(RestorationTest::tagged, true, () -> false)))
        .isEqualTo(Outcome.RESUMED);
    assertThat(delve.ours).isEmpty();
    assertThat(delve.stepping).isFalse();
    assertThat(delve.running).isTrue();
    assertThat(delve.heard).noneMatch(heard -> heard.contains("Detach") || heard.contains(":9"));
    assertThat(delve.heard.getLast()).isEqualTo("Command{\"name\":\"continue\"}");
  }

  @Test
  void restoration_runningWithOurBreakpoints_haltsClearsAndContinues() {
    var delve = new FakeDelve();
    delve.running = true;
    delve.ours.add(3);
    assertThat(run(delve, new Restoration(RestorationTest::tagged, true, () -> true)))
        .isEqualTo(Outcome.RESUMED);
    assertThat(delve.ours).isEmpty();
    assertThat(delve.running).isTrue();
  }

  @Test
  void restoration_runningWithoutOurs_isLeftAlone() {
    var delve = new FakeDelve();
    delve.running = true;
    assertThat(run(delve, new Restoration(RestorationTest::tagged, false, () -> false)))
        .isEqualTo(Outcome.WAS_RUNNING);
    assertThat(delve.heard).hasSize(1);
  }

  @Test
  void restoration_stoppedByAnother_clearsOursAndLeavesIt() {
    var delve = new FakeDelve();
    delve.ours.add(3);
    delve.stepping = true;
    assertThat(run(delve, new Restoration(RestorationTest::tagged, true, () -> true)))
        .isEqualTo(Outcome.LEFT_STOPPED_FOR_OTHERS);
    assertThat(delve.ours).isEmpty();
    assertThat(delve.stepping).isTrue();
    assertThat(delve.running).isFalse();
  }

  @Test
  void restoration_exited_isDone() {
    var delve = new FakeDelve();
    delve.exited = true;
    assertThat(run(delve, new Restoration(RestorationTest::tagged, true, () -> false)))
        .isEqualTo(Outcome.EXITED);
  }

  @Test
  void restoration_processGone_isDone() {
    var restoration = new Restoration(RestorationTest::tagged, true, () -> false);
    restoration.start();
    assertThat(restoration.next(new TargetReply.Failure(1, "Process 12 has exited with status 0")))
        .isEqualTo(new Step.Done(Outcome.EXITED));
  }

  @Test
  void restoration_breakpointThatStays_neverContinues() {
    var delve = new FakeDelve();
    delve.ours.add(3);
    delve.keepsBreakpoints = true;
    assertThat(run(delve, new Restoration(RestorationTest::tagged, true, () -> false)))
        .isEqualTo(Outcome.GAVE_UP);
    assertThat(delve.running).isFalse();
  }

  @Test
  void restoration_brokenTarget_givesUp() {
    var restoration = new Restoration(RestorationTest::tagged, true, () -> false);
    restoration.start();
    assertThat(restoration.next(new TargetReply.Broken(MessageReason.MESSAGE_MALFORMED, "x")))
        .isEqualTo(new Step.Done(Outcome.GAVE_UP));
  }

  @Test
  void requests_areWhatGoTakes() {
    assertThat(new String(DlvRequest.command("halt").encode(12), UTF_8))
        .isEqualTo(
            "{\"method\":\"RPCServer.Command\",\"params\":[{\"name\":\"halt\"}],\"id\":12}\n");
    assertThat(JsonWriter.write(DlvRequest.stacktrace(-1, 5).args()))
        .isEqualTo("{\"Id\":-1,\"Depth\":5}");
  }

  @Test
  void tag_roundTrips_andIsNotForged() {
    BreakpointTag tag = BreakpointTag.of(0xcafe, -1, 12);
    assertThat(tag.name()).isEqualTo("postern0000cafeffffffff12");
    assertThat(BreakpointTag.in(tag.name())).contains(tag);
    assertThat(BreakpointTag.in("postern0000cafeffffffff0")).isEmpty();
    assertThat(BreakpointTag.in("xpostern0000cafeffffffff1")).isEmpty();
  }
}
