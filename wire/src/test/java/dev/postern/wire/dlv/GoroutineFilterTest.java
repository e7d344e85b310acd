package dev.postern.wire.dlv;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonWriter;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoroutineFilterTest {
  private static final String WAITING =
      "{\"id\":42,\"status\":4100,\"waitReason\":2,\"threadID\":0,\"labels\":{\"domain\":\"db\"},"
          + "\"startLoc\":{\"file\":\"/a/main.go\",\"line\":7,\"function\":{\"name\":\"main.worker\"}},"
          + "\"userCurrentLoc\":{\"file\":\"/a/db.go\",\"line\":9,\"function\":{\"name\":\"db.(*C).Get\"}}}";

  private static GoroutineFilter filter(String text) {
    if (GoroutineFilter.parse(text) instanceof GoroutineFilter.Parsed.Filter(GoroutineFilter f)) {
      return f;
    }
    throw new AssertionError(GoroutineFilter.parse(text).toString());
  }

  private static JsonObject json(String text) throws Exception {
    return JsonReader.readObject(text.getBytes(UTF_8), JsonLimits.TARGET_MESSAGE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "id:42",
        "id>41",
        "id<43",
        "!id:41",
        "label:domain",
        "label:domain=db",
        "!label:domain=web",
        "status:waiting",
        "!status:running",
        "status:\"IO wait\"",
        "status:IO*",
        "user:true",
        "loc:db.go:9",
        "loc:\"9 in db.\"",
        "start:main.worker",
        "!start:other",
        "status:waiting label:domain=db id>40 !user:false"
      })
  void matches_goroutineOfThatKind_isTrue(String text) throws Exception {
    assertThat(filter(text).matches(json(WAITING), WaitReasons.of("go1.22.1"))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "id:41", "id>42", "id<42", "label:other", "label:domain=web", "!label:domain",
        "status:running", "status:sleep", "!status:waiting", "user:false", "loc:other", "start:x",
        "status:waiting id:1"
      })
  void matches_anotherGoroutine_isFalse(String text) throws Exception {
    assertThat(filter(text).matches(json(WAITING), WaitReasons.of("go1.22.1"))).isFalse();
  }

  @Test
  void matches_unreadableOrUnknownVersion_isFalse() throws Exception {
    JsonObject unreadable = json("{\"id\":1,\"status\":4,\"unreadable\":\"could not read\"}");
    assertThat(filter("!label:tenant=a").matches(unreadable, Optional.empty())).isFalse();
    assertThat(filter("!status:sleep").matches(json(WAITING), WaitReasons.of("go1.99"))).isFalse();
    assertThat(filter("status:waiting").matches(json(WAITING), Optional.empty())).isTrue();
  }

  @Test
  void matchesStack_anchorsOnTheLastPartOfTheName() {
    List<String> frames = List.of("runtime.gopark", "runtime.netpollblock", "net.(*conn).Read");
    assertThat(filter("stack:^netpoll").matchesStack(frames)).isTrue();
    assertThat(filter("stack:^poll").matchesStack(frames)).isFalse();
    assertThat(filter("stack:poll").matchesStack(frames)).isTrue();
    assertThat(filter("!stack:^Read").matchesStack(frames)).isFalse();
    assertThat(filter("stack:^netpoll").needsStack()).isTrue();
    assertThat(filter("status:sleep").needsWaitReasons()).isTrue();
    assertThat(filter("id:1").needsStack()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "label:a=b|5 false a=b",
        "!label:a|5 true a",
        "status:running|6 false ",
        "status:waiting|6 true ",
        "user:true|7 false ",
        "loc:x|2 false x",
        "!start:y|4 true y"
      })
  void narrowing_whatDelveCanDo_isAskedOfIt(String text, String expected) {
    List<JsonObject> filters = filter(text).narrowing();
    assertThat(filters).hasSize(1);
    JsonObject one = filters.getFirst();
    assertThat(
            one.integer("Kind").orElseThrow()
                + " "
                + JsonWriter.write(one.get("Negated").orElseThrow())
                + " "
                + one.string("Arg").orElseThrow())
        .isEqualTo(expected + (expected.endsWith("e") ? " " : ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"!status:running", "id:3", "status:sleep", "stack:x", "status:syscall"})
  void narrowing_whatDelveCannotDo_isNotAsked(String text) {
    assertThat(filter(text).narrowing()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "  ",
        "x",
        "foo:bar",
        "id:x",
        "id:",
        "id>",
        "id:-1",
        "label:",
        "label:=v",
        "status:sleepy",
        "status:*",
        "status:a*b",
        "user:yes",
        "stack:^",
        "label:\"a",
        "!",
        "id:99999999999999999999",
        "label:a\u0001"
      })
  void parse_whatIsNoFilter_isAFault(String text) {
    assertThat(GoroutineFilter.parse(text)).isInstanceOf(GoroutineFilter.Parsed.Fault.class);
  }

  @Test
  void parse_faultSaysWhere() {
    assertThat(GoroutineFilter.parse("id:1 foo:bar"))
        .isInstanceOfSatisfying(
            GoroutineFilter.Parsed.Fault.class, fault -> assertThat(fault.at()).isEqualTo(5));
    assertThat(GoroutineFilter.parse("id:1 ".repeat(17)))
        .isInstanceOf(GoroutineFilter.Parsed.Fault.class);
    assertThat(GoroutineFilter.parse("x".repeat(2000)))
        .isInstanceOf(GoroutineFilter.Parsed.Fault.class);
  }

  @ParameterizedTest
  @CsvSource({
    "go1.18.1,19,sleep",
    "go1.19,24,GC worker (idle)",
    "go1.20,21,sync.Mutex.Lock",
    "go1.21.13,31,stopping the world",
    "go1.22,36,coroutine",
    "go1.24.1,24,sync.WaitGroup.Wait",
    "go1.24.1,42,chan send (synctest)",
    "go1.25.0,18,GOMAXPROCS updater (idle)",
    "go1.25.0,25,sync.WaitGroup.Wait",
    "go1.25.0,46,cleanup wait",
    "go1.26.8,19,chan receive",
    "go1.26.8,25,sync.WaitGroup.Wait",
    "go1.26.8,26,trace reader (blocked)",
    "go1.27rc1,46,cleanup wait",
    "go1.22 X:nocoverageredesign,2,IO wait"
  })
  void waitReasons_meanWhatThatVersionSays(String version, long number, String text) {
    assertThat(WaitReasons.of(version).orElseThrow().text(number)).contains(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"go1.17", "go1.28", "devel", "", "go2.1", "go1.220"})
  void waitReasons_ofUnknownVersion_areEmpty(String version) {
    assertThat(WaitReasons.of(version)).isEmpty();
  }
}
