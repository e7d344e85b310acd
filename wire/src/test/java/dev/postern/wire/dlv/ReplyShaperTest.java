package dev.postern.wire.dlv;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonWriter;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplyShaperTest {
  private static final Set<DlvClass> OBSERVER = EnumSet.of(DlvClass.OBSERVE, DlvClass.CONTROL);
  private static final Set<DlvClass> INSPECTOR = EnumSet.of(DlvClass.OBSERVE, DlvClass.INSPECT);

  private static Optional<StringRedactor> cards() {
    return Optional.of(text -> text.replaceAll("[0-9]{16}", "[redacted]"));
  }

  /** Ours is shown without its tag, Delve's own as they are, others' not at all. */
  private static Optional<String> view(long id, String name) {
    return id < 0 ? Optional.of(name) : BreakpointTag.in(name).map(tag -> "");
  }

  private static final String OURS = BreakpointTag.of(1, 2, 3).name();

  private static JsonObject json(String text) throws Exception {
    return JsonReader.readObject(text.getBytes(UTF_8), JsonLimits.TARGET_MESSAGE);
  }

  private static String shape(
      Set<DlvClass> held, Optional<StringRedactor> redactor, DlvMethod method, String text)
      throws Exception {
    return JsonWriter.write(
        new ReplyShaper(held, ReplyShaperTest::view, redactor).shape(method, json(text)));
  }

  @Test
  void shape_stateWithoutInspect_hasNoData() throws Exception {
    assertThat(
            shape(
                OBSERVER,
                Optional.empty(),
                DlvMethod.COMMAND,
                "{\"State\":{\"TargetCommandLine\":\"app"
                    + " --password=x\",\"currentThread\":{\"id\":1,"
                    + "\"breakPoint\":{\"id\":4,\"name\":\""
                    + OURS
                    + "\",\"customCommands\":[\"exit\"]},"
                    + "\"breakPointInfo\":{\"arguments\":[{\"value\":\"secret\"}]},"
                    + "\"ReturnValues\":[{\"value\":\"secret\"}]}}}"))
        .isEqualTo(
            "{\"State\":{\"TargetCommandLine\":\"\",\"currentThread\":{\"id\":1,"
                + "\"breakPoint\":{\"id\":4,\"name\":\"\"},\"ReturnValues\":null}}}");
  }

  @Test
  void shape_stateWithInspect_keepsData() throws Exception {
    assertThat(
            shape(
                INSPECTOR,
                Optional.empty(),
                DlvMethod.COMMAND,
                "{\"State\":{\"currentThread\":{\"breakPoint\":{\"id\":4,\"name\":\""
                    + OURS
                    + "\"},\"breakPointInfo\":{\"arguments\":[]},\"ReturnValues\":[1]}}}"))
        .contains("breakPointInfo", "[1]");
  }

  @Test
  void shape_threadOnAnothersBreakpoint_doesNotShowIt() throws Exception {
    assertThat(
            shape(
                INSPECTOR,
                Optional.empty(),
                DlvMethod.STATE,
                "{\"State\":{\"Threads\":[{\"id\":1,\"breakPoint\":{\"id\":4,\"name\":\"x\","
                    + "\"Cond\":\"theirs\"},\"breakPointInfo\":{}}]}}"))
        .isEqualTo("{\"State\":{\"Threads\":[{\"id\":1}]}}");
  }

  @Test
  void shape_listBreakpoints_hidesOthers() throws Exception {
    assertThat(
            shape(
                INSPECTOR,
                Optional.empty(),
                DlvMethod.LIST_BREAKPOINTS,
                "{\"Breakpoints\":[{\"id\":-1,\"name\":\"unrecovered-panic\"},{\"id\":1,\"name\":\"a\"},"
                    + "{\"id\":2,\"name\":\""
                    + OURS
                    + "\"}]}"))
        .isEqualTo(
            "{\"Breakpoints\":[{\"id\":-1,\"name\":\"unrecovered-panic\"},{\"id\":2,\"name\":\"\"}]}");
  }

  @Test
  void shape_createdWatchpoint_isABreakpoint() throws Exception {
    assertThat(
            shape(
                INSPECTOR,
                Optional.empty(),
                DlvMethod.CREATE_WATCHPOINT,
                "{\"id\":2,\"name\":\"" + OURS + "\",\"WatchExpr\":\"x\"}"))
        .isEqualTo("{\"id\":2,\"name\":\"\",\"WatchExpr\":\"x\"}");
  }

  @Test
  void shape_variableNamedLikeAField_isNotTouched() throws Exception {
    String text = "{\"Variable\":{\"name\":\"x\",\"children\":[{\"name\":\"CmdLine\"}]}}";
    assertThat(shape(OBSERVER, Optional.empty(), DlvMethod.EVAL, text)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"Variable\":{\"name\":\"card\",\"value\":\"4111111111111111\"}}|{\"Variable\":{\"name\":\"card\",\"value\":\"[redacted]\"}}",
        "{\"Variable\":{\"value\":\"\\u0034111111111111111\"}}|{\"Variable\":{\"value\":\"[redacted]\"}}",
        "{\"Variable\":{\"value\":\"\",\"StringValueBytes\":\"/zQxMTExMTExMTExMTExMTE=\"}}|{\"Variable\":{\"value\":\"\uFFFD[redacted]\",\"StringValueBytes\":null}}",
        "{\"Goroutines\":[{\"labels\":{\"card\":\"4111111111111111\"}}]}|{\"Goroutines\":[{\"labels\":{\"card\":\"[redacted]\"}}]}",
        "{\"Locations\":[{\"file\":\"/4111111111111111.go\",\"Err\":\"4111111111111111\"}]}|{\"Locations\":[{\"file\":\"/4111111111111111.go\",\"Err\":\"[redacted]\"}]}",
        "{\"Breakpoint\":{\"id\":-1,\"name\":\"x\",\"Cond\":\"a==4111111111111111\"}}|{\"Breakpoint\":{\"id\":-1,\"name\":\"x\",\"Cond\":\"a==[redacted]\"}}"
      })
  void shape_redacted_takesSecretsOutOfData(String text, String expected) throws Exception {
    DlvMethod method = text.startsWith("{\"Breakpoint") ? DlvMethod.GET_BREAKPOINT : DlvMethod.EVAL;
    assertThat(shape(INSPECTOR, cards(), method, text)).isEqualTo(expected);
  }

  @Test
  void shape_redactedByteSlice_isReadAsText() throws Exception {
    var children = new StringBuilder();
    for (char c : "4111111111111111".toCharArray()) {
      children
          .append(children.isEmpty() ? "" : ",")
          .append("{\"kind\":8,\"value\":\"")
          .append((int) c)
          .append(children.length() % 2 == 0 ? "" : " '" + c + "'")
          .append("\"}");
    }
    assertThat(
            shape(
                INSPECTOR,
                cards(),
                DlvMethod.EVAL,
                "{\"Variable\":{\"kind\":23,\"value\":\"\",\"len\":16,\"children\":["
                    + children
                    + "]}}"))
        .isEqualTo(
            "{\"Variable\":{\"kind\":23,\"value\":\"[redacted]\",\"len\":0,\"children\":[]}}");
  }

  @Test
  void changes_withoutObligations_leavesLargeAnswersAsBytes() {
    var shaper = new ReplyShaper(INSPECTOR, BreakpointView.all(), Optional.empty());
    assertThat(shaper.changes(DlvMethod.LIST_FUNCTIONS)).isFalse();
    assertThat(shaper.changes(DlvMethod.EVAL)).isFalse();
    assertThat(shaper.changes(DlvMethod.STATE)).isTrue();
    var redacting = new ReplyShaper(INSPECTOR, BreakpointView.all(), cards());
    assertThat(redacting.changes(DlvMethod.LIST_FUNCTIONS)).isFalse();
    assertThat(redacting.changes(DlvMethod.EVAL)).isTrue();
  }

  @Test
  void shapeError_withoutInspect_hidesAddressesAndStacks() {
    var shaper = new ReplyShaper(OBSERVER, ReplyShaperTest::view, cards());
    assertThat(shaper.shapeError("input/output error at 0xc000012 4111111111111111\n\tstack"))
        .isEqualTo("input/output error at 0x… [redacted]");
  }

  @Test
  void localState_isStoppedWhateverTheSnapshot() throws Exception {
    assertThat(JsonWriter.write(LocalState.stopped(Optional.empty(), Optional.empty())))
        .startsWith("{\"State\":{\"Pid\":0")
        .contains("\"Running\":false", "\"Threads\":null", "\"exited\":false")
        .doesNotContain("currentThread");
    JsonObject snapshot =
        json(
            "{\"Pid\":7,\"Running\":true,\"NextInProgress\":true,"
                + "\"currentThread\":{\"id\":3,\"goroutineID\":1},\"currentGoroutine\":{\"id\":1}}");
    JsonObject other =
        json(
            "{\"id\":5,\"threadID\":0,\"userCurrentLoc\":{\"pc\":9,\"file\":\"a.go\",\"line\":2,"
                + "\"function\":{\"name\":\"main.f\"}}}");
    assertThat(JsonWriter.write(LocalState.stopped(Optional.of(snapshot), Optional.of(other))))
        .contains(
            "\"Pid\":7",
            "\"Running\":false",
            "\"NextInProgress\":false",
            "\"currentThread\":{\"id\":0,\"pc\":9,\"file\":\"a.go\",\"line\":2",
            "\"currentGoroutine\":{\"id\":5");
  }
}
