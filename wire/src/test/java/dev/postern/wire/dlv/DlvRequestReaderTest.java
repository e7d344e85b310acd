package dev.postern.wire.dlv;

import static dev.postern.wire.dlv.MessageReason.MESSAGE_ARGUMENT;
import static dev.postern.wire.dlv.MessageReason.MESSAGE_MALFORMED;
import static dev.postern.wire.dlv.MessageReason.MESSAGE_TOO_LARGE;
import static dev.postern.wire.dlv.MessageReason.MESSAGE_UNKNOWN;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.json.JsonWriter;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DlvRequestReaderTest {
  private static final String EVAL =
      "{\"method\":\"RPCServer.Eval\",\"params\":[{\"Scope\":{\"GoroutineID\":-1},\"Expr\":\"x\"}],"
          + "\"id\":3}";

  @Test
  void next_aRequestOfDelvesClient_isACall() {
    assertThat(Feeding.one(EVAL))
        .isInstanceOfSatisfying(
            ClientMessage.Call.class,
            call -> {
              assertThat(call.id()).isEqualTo(3);
              assertThat(call.method()).isEqualTo(DlvMethod.EVAL);
              assertThat(JsonWriter.write(call.args()))
                  .isEqualTo("{\"Scope\":{\"GoroutineID\":-1},\"Expr\":\"x\"}");
            });
  }

  @Test
  void next_wholeOrByteByByteOrTwoAtOnce_givesTheSame() {
    byte[] twice = (EVAL + "\n" + EVAL).getBytes(UTF_8);
    List<ClientMessage> whole = Feeding.all(twice, Integer.MAX_VALUE);
    assertThat(whole).hasSize(2);
    assertThat(Feeding.all(twice, 1)).isEqualTo(whole);
    assertThat(Feeding.all(twice, 7)).isEqualTo(whole);
  }

  /** How Go's reader can be made to see another request than a naive one does. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        // letter case at the top
        "{\"Method\":\"RPCServer.State\",\"params\":[{}],\"id\":1}",
        "{\"method\":\"RPCServer.State\",\"params\":[{}],\"METHOD\":\"RPCServer.Detach\",\"id\":1}",
        "{\"method\":\"RPCServer.State\",\"Params\":[{}],\"id\":1}",
        // members Go ignores
        "{\"jsonrpc\":\"2.0\",\"method\":\"RPCServer.State\",\"params\":[{}],\"id\":1}",
        // extra, missing and bare params
        "{\"method\":\"RPCServer.Set\",\"params\":[{},{\"Symbol\":\"x\"}],\"id\":1}",
        "{\"method\":\"RPCServer.Detach\",\"params\":[],\"id\":1}",
        "{\"method\":\"RPCServer.Detach\",\"params\":null,\"id\":1}",
        "{\"method\":\"RPCServer.Detach\",\"params\":{},\"id\":1}",
        "{\"method\":\"RPCServer.Detach\",\"params\":[true],\"id\":1}",
        "{\"method\":\"RPCServer.Detach\",\"params\":[null],\"id\":1}",
        "{\"method\":\"RPCServer.Detach\",\"id\":1}",
        // ids that Go echoes raw
        "{\"method\":\"RPCServer.State\",\"params\":[{}],\"id\":\"1\"}",
        "{\"method\":\"RPCServer.State\",\"params\":[{}],\"id\":null}",
        "{\"method\":\"RPCServer.State\",\"params\":[{}],\"id\":-1}",
        "{\"method\":\"RPCServer.State\",\"params\":[{}],\"id\":1.0}",
        "{\"method\":\"RPCServer.State\",\"params\":[{}],\"id\":1e3}",
        "{\"method\":\"RPCServer.State\",\"params\":[{}],\"id\":9007199254740993}",
        "{\"method\":\"RPCServer.State\",\"params\":[{}]}",
        // two members for one field
        "{\"method\":\"RPCServer.Eval\",\"params\":[{\"Expr\":\"x\",\"expr\":\"y\"}],\"id\":1}",
        "{\"method\":7,\"params\":[{}],\"id\":1}"
      })
  void next_whatGoReadsLoosely_isMalformed(String text) {
    assertThat(Feeding.one(text))
        .isInstanceOfSatisfying(
            ClientMessage.Malformed.class,
            malformed -> {
              assertThat(malformed.reason()).isEqualTo(MESSAGE_MALFORMED);
              assertThat(malformed.streamLost()).isFalse();
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"method\":\"RPCServer.State\",\"method\":\"RPCServer.Detach\",\"params\":[{}],\"id\":1}",
        "{\"method\":\"RPCServer.State\",\"\\u006dethod\":\"x\",\"params\":[{}],\"id\":1}",
        "{\"method\":\"RPCServer.Eval\",\"params\":[{\"Scope\":{},\"Scope\":{\"Frame\":1}}],\"id\":1}",
        // U+017F folds to s, U+212A to k, in Go
        "{\"method\":\"RPCServer.State\",\"param\u017f\":[{}],\"id\":1}",
        "{\"method\":\"RPCServer.Detach\",\"params\":[{\"\u212aill\":true}],\"id\":1}",
        "{\"method\":\"RPCServer.Detach\",\"params\":[{\"\\u212aill\":true}],\"id\":1}",
        "\ufeff{\"method\":\"RPCServer.State\",\"params\":[{}],\"id\":1}",
        "[{\"method\":\"RPCServer.State\",\"params\":[{}],\"id\":1}]",
        "{\"method\":\"RPCServer.State\",}",
        "GET / HTTP/1.1\r\n"
      })
  void next_brokenJson_endsTheStream(String text) {
    assertThat(Feeding.one(text))
        .isEqualTo(
            new ClientMessage.Malformed(
                MESSAGE_MALFORMED, OptionalLong.empty(), detail(text), true));
  }

  private static String detail(String text) {
    return ((ClientMessage.Malformed) Feeding.one(text)).detail();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "RPCServer.EvalSymbol|{}|MESSAGE_UNKNOWN",
        "RPCServer.state|{}|MESSAGE_UNKNOWN",
        "rpcserver.State|{}|MESSAGE_UNKNOWN",
        "State|{}|MESSAGE_UNKNOWN",
        "RPCServer.State|{\"Future\":true}|MESSAGE_UNKNOWN",
        "RPCServer.Eval|{\"Scope\":{\"Future\":1}}|MESSAGE_UNKNOWN",
        "RPCServer.Detach|{\"Kill\":1}|MESSAGE_ARGUMENT",
        "RPCServer.Detach|{\"Kill\":\"true\"}|MESSAGE_ARGUMENT",
        "RPCServer.Stacktrace|{\"Depth\":1.5}|MESSAGE_ARGUMENT",
        "RPCServer.Stacktrace|{\"Depth\":1e9}|MESSAGE_ARGUMENT",
        "RPCServer.ExamineMemory|{\"Address\":-1}|MESSAGE_ARGUMENT",
        "RPCServer.Command|{\"name\":[\"halt\"]}|MESSAGE_ARGUMENT",
        "RPCServer.CreateBreakpoint|{\"Breakpoint\":{\"addrs\":[null]}}|MESSAGE_ARGUMENT",
      })
  void next_whatTheTableDoesNotHold_isRefusedUnderItsId(
      String method, String args, MessageReason reason) {
    assertThat(Feeding.one("{\"method\":\"" + method + "\",\"params\":[" + args + "],\"id\":5}"))
        .isInstanceOfSatisfying(
            ClientMessage.Malformed.class,
            malformed -> {
              assertThat(malformed.reason()).isEqualTo(reason);
              assertThat(malformed.id()).isEqualTo(OptionalLong.of(5));
              assertThat(malformed.streamLost()).isFalse();
            });
  }

  @Test
  void next_zeroValuedUnknownMember_isDropped() {
    assertThat(
            Feeding.call(
                    "State", "{\"NonBlocking\":true,\"New\":null,\"B\":false,\"C\":0,\"D\":\"\"}")
                .args()
                .members())
        .containsOnlyKeys("NonBlocking");
  }

  /** GoLand's client has sent {@code Name} for {@code name}. */
  @Test
  void next_argumentInOtherCase_isTakenInDelvesSpelling() {
    assertThat(JsonWriter.write(Feeding.call("Command", "{\"Name\":\"halt\"}").args()))
        .isEqualTo("{\"name\":\"halt\"}");
  }

  @Test
  void next_clientsOwnRecordsOfABreakpoint_neverPass() {
    ClientMessage.Call call =
        Feeding.call(
            "AmendBreakpoint",
            "{\"Breakpoint\":{\"id\":1,\"customCommands\":[\"source"
                + " /tmp/x\"],\"hitCount\":{\"1\":2},"
                + "\"totalHitCount\":3,\"VerboseDescr\":[\"a\"]}}");
    assertThat(JsonWriter.write(call.args())).isEqualTo("{\"Breakpoint\":{\"id\":1}}");
  }

  @Test
  void next_firstByteC_isDapForTheWholeConnection() {
    var reader = new DlvRequestReader();
    byte[] hello = "Content-Length: 3\r\n\r\n{}\n".getBytes(UTF_8);
    assertThat(reader.next(java.nio.ByteBuffer.wrap(hello, 0, 1)))
        .contains(new ClientMessage.Dap());
    assertThat(reader.next(java.nio.ByteBuffer.wrap(EVAL.getBytes(UTF_8))))
        .contains(new ClientMessage.Dap());
  }

  @Test
  void next_tooLong_endsTheStreamWithinTheBound() {
    String longText = "{\"method\":\"" + "x".repeat(2 * 1024 * 1024);
    assertThat(Feeding.one(longText))
        .isInstanceOfSatisfying(
            ClientMessage.Malformed.class,
            malformed -> {
              assertThat(malformed.reason()).isEqualTo(MESSAGE_TOO_LARGE);
              assertThat(malformed.streamLost()).isTrue();
            });
  }

  @Test
  void next_tooDeep_endsTheStream() {
    assertThat(Feeding.one("{\"params\":" + "[".repeat(40)))
        .isInstanceOfSatisfying(
            ClientMessage.Malformed.class,
            malformed -> assertThat(malformed.reason()).isEqualTo(MESSAGE_TOO_LARGE));
  }

  @Test
  void next_longExpression_isTooLargeButTheStreamGoesOn() {
    assertThat(
            Feeding.one(
                "{\"method\":\"RPCServer.Eval\",\"params\":[{\"Expr\":\""
                    + "(".repeat(5000)
                    + "\"}],\"id\":1}"))
        .isInstanceOfSatisfying(
            ClientMessage.Malformed.class,
            malformed -> {
              assertThat(malformed.reason()).isEqualTo(MESSAGE_TOO_LARGE);
              assertThat(malformed.streamLost()).isFalse();
            });
  }

  @Test
  void reasons_ofMalformedMessages_areDocumentedNames() {
    assertThat(List.of(MESSAGE_ARGUMENT, MESSAGE_MALFORMED, MESSAGE_TOO_LARGE, MESSAGE_UNKNOWN))
        .allMatch(reason -> reason.name().startsWith("MESSAGE_"));
  }
}
