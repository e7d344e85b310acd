package dev.postern.wire.dlv;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DlvReplyReaderTest {
  private static final String RESULT = "{\"id\":1,\"result\":{\"Pid\":42},\"error\":null}\n";
  private static final String FAILURE = "{\"id\":2,\"result\":null,\"error\":\"no such thing\"}\n";

  @Test
  void next_resultAndFailure_wholeAndByteByByte() {
    byte[] both = (RESULT + FAILURE).getBytes(UTF_8);
    for (int pieces : new int[] {1, 5, 1000}) {
      List<TargetReply> replies = Feeding.replies(both, pieces, List.of(1L, 2L));
      assertThat(replies).hasSize(2);
      assertThat(replies.getFirst())
          .isInstanceOfSatisfying(
              TargetReply.Result.class,
              result ->
                  assertThat(new String(result.result().toBytes(), UTF_8))
                      .isEqualTo("{\"Pid\":42}"));
      assertThat(replies.getLast()).isEqualTo(new TargetReply.Failure(2, "no such thing"));
    }
  }

  @Test
  void next_answersOutOfOrder_areMatchedById() {
    List<TargetReply> replies =
        Feeding.replies((FAILURE + RESULT).getBytes(UTF_8), 1000, List.of(1L, 2L));
    assertThat(replies.getFirst()).isInstanceOf(TargetReply.Failure.class);
    assertThat(replies.getLast()).isInstanceOf(TargetReply.Result.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"id\":3,\"result\":{},\"error\":null}",
        "{\"id\":\"1\",\"result\":{},\"error\":null}",
        "{\"id\":null,\"result\":{},\"error\":null}",
        "{\"id\":1,\"result\":{},\"error\":\"both\"}",
        "{\"id\":1,\"result\":{},\"error\":{}}",
        "{\"id\":1,\"result\":{}}",
        "{\"id\":1,\"error\":null}",
        "{\"result\":{},\"error\":null}",
        "{\"id\":1,\"id\":1,\"result\":{},\"error\":null}",
        "{\"id\":1,\"result\":{},\"result\":{},\"error\":null}",
        "{\"id\":1,\"result\":{},\"error\":null,\"method\":\"x\"}",
        "{\"method\":\"evil\",\"params\":[],\"id\":1}",
        "{\"id\":1,\"result\":{\"a\":},\"error\":null}",
        "{\"id\":1,\"result\":{\"a\":\"\u0001\"},\"error\":null}",
        "[1]",
        "Content-Length: 5"
      })
  void next_aTargetThatLies_isBrokenForGood(String text) {
    var reader = new DlvReplyReader();
    reader.expect(1);
    ByteBuffer data = ByteBuffer.wrap((text + RESULT).getBytes(UTF_8));
    assertThat(reader.next(data)).get().isInstanceOf(TargetReply.Broken.class);
    assertThat(reader.next(ByteBuffer.wrap(RESULT.getBytes(UTF_8))))
        .get()
        .isInstanceOf(TargetReply.Broken.class);
  }

  @Test
  void next_theSameAnswerTwice_isBroken() {
    List<TargetReply> replies =
        Feeding.replies((RESULT + RESULT).getBytes(UTF_8), 1000, List.of(1L));
    assertThat(replies).hasSize(2);
    assertThat(replies.getLast()).isInstanceOf(TargetReply.Broken.class);
  }

  @Test
  void next_endlessAnswer_isBrokenAtTheBound() {
    var reader = new DlvReplyReader();
    reader.expect(1);
    byte[] start = "{\"id\":1,\"result\":\"".getBytes(UTF_8);
    assertThat(reader.next(ByteBuffer.wrap(start))).isEmpty();
    byte[] more = "x".repeat(1024 * 1024).getBytes(UTF_8);
    for (int mib = 0; mib < 31; mib++) {
      assertThat(reader.next(ByteBuffer.wrap(more))).isEmpty();
    }
    assertThat(reader.next(ByteBuffer.wrap(more)))
        .get()
        .isInstanceOfSatisfying(
            TargetReply.Broken.class,
            broken -> assertThat(broken.reason()).isEqualTo(MessageReason.MESSAGE_TOO_LARGE));
  }

  @Test
  void encoder_passesTheBytesOnUnderTheClientsId() {
    List<TargetReply> replies = Feeding.replies(RESULT.getBytes(UTF_8), 1000, List.of(1L));
    RawJson raw = ((TargetReply.Result) replies.getFirst()).result();
    assertThat(new String(ReplyEncoder.result(99, raw), UTF_8))
        .isEqualTo("{\"id\":99,\"result\":{\"Pid\":42},\"error\":null}\n");
    assertThat(new String(ReplyEncoder.error(5, "needs \"dlv/control\""), UTF_8))
        .isEqualTo("{\"id\":5,\"result\":null,\"error\":\"needs \\\"dlv/control\\\"\"}\n");
  }

  @Test
  void dapRefusal_isOneFramedMessage() {
    String message = new String(DapRefusal.message("JSON-RPC only"), UTF_8);
    int body = message.indexOf("\r\n\r\n") + 4;
    assertThat(message)
        .startsWith("Content-Length: " + (message.length() - body) + "\r\n\r\n{")
        .contains("\"success\":false", "JSON-RPC only");
  }
}
