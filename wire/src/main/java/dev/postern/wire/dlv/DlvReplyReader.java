package dev.postern.wire.dlv;

import static dev.postern.wire.dlv.MessageReason.MESSAGE_MALFORMED;
import static dev.postern.wire.dlv.MessageReason.MESSAGE_TOO_LARGE;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.json.JsonException;
import dev.postern.json.JsonFramer;
import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonScanner;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonNull;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonString;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a target sends, trusting nothing: only answers to what was asked, once each, within
 * {@link JsonLimits#TARGET_MESSAGE}.
 *
 * <p>An answer is an object of exactly {@code id}, {@code result} and {@code error}, each once; the
 * error null, or a string with a null result. The result is checked for grammar and kept as bytes.
 * {@link #expect} may be called from any thread; {@link #next} from one.
 */
public final class DlvReplyReader {
  private final JsonFramer framer = new JsonFramer(JsonLimits.TARGET_MESSAGE);
  private final Set<Long> expected = ConcurrentHashMap.newKeySet();
  private TargetReply.@Nullable Broken broken;

  /** Says that a request with this id is about to be sent; call it before the bytes leave. */
  public void expect(long id) {
    expected.add(id);
  }

  /** How many answers are still to come. */
  public int outstanding() {
    return expected.size();
  }

  /**
   * Takes bytes from {@code data}, a buffer backed by an array, up to the end of the next answer.
   *
   * @return the answer; empty if all bytes were taken and none is finished
   */
  public Optional<TargetReply> next(ByteBuffer data) {
    if (broken != null) {
      return Optional.of(broken);
    }
    try {
      return framer.next(data).map(this::read);
    } catch (JsonException refused) {
      return Optional.of(unreadable(refused));
    }
  }

  private TargetReply read(byte[] message) {
    try {
      return new Envelope(message).read();
    } catch (JsonException refused) {
      return unreadable(refused);
    }
  }

  private TargetReply unreadable(JsonException refused) {
    MessageReason reason =
        refused.kind() == JsonException.Kind.LIMIT ? MESSAGE_TOO_LARGE : MESSAGE_MALFORMED;
    return end(new TargetReply.Broken(reason, String.valueOf(refused.getMessage())));
  }

  private TargetReply lies(String detail) {
    return end(new TargetReply.Broken(MESSAGE_MALFORMED, detail));
  }

  private TargetReply.Broken end(TargetReply.Broken why) {
    broken = why;
    return why;
  }

  /** The three members of one answer. */
  private final class Envelope {
    private final byte[] text;
    private int at;
    private @Nullable RawJson result;
    private @Nullable JsonValue id;
    private @Nullable JsonValue error;

    Envelope(byte[] text) {
      this.text = text;
    }

    TargetReply read() throws JsonException {
      // the grammar of the whole is checked once, here; below it is only taken apart
      int end = JsonScanner.skip(text, 0, text.length, JsonLimits.TARGET_MESSAGE);
      if (end != text.length) {
        return lies("text after the answer");
      }
      at = JsonScanner.skipSpace(text, 1, end);
      while (text[at] != '}') {
        int nameEnd = skipValue();
        String name = new String(text, at + 1, nameEnd - at - 2, UTF_8);
        at = JsonScanner.skipSpace(text, nameEnd, end) + 1; // the colon
        at = JsonScanner.skipSpace(text, at, end);
        int valueEnd = skipValue();
        boolean fresh =
            switch (name) {
              case "id" -> id == null;
              case "result" -> result == null;
              case "error" -> error == null;
              default -> false;
            };
        if (!fresh) {
          return lies("an answer has `id`, `result` and `error`, each once");
        }
        switch (name) {
          case "id" -> id = JsonReader.read(text, at, valueEnd, JsonLimits.TARGET_MESSAGE);
          case "error" -> error = JsonReader.read(text, at, valueEnd, JsonLimits.TARGET_MESSAGE);
          default -> result = new RawJson(text, at, valueEnd);
        }
        at = JsonScanner.skipSpace(text, valueEnd, end);
        if (text[at] == ',') {
          at = JsonScanner.skipSpace(text, at + 1, end);
        }
      }
      return judged();
    }

    private int skipValue() throws JsonException {
      return JsonScanner.skip(text, at, text.length, JsonLimits.TARGET_MESSAGE);
    }

    private TargetReply judged() {
      if (!(id instanceof JsonNumber number) || number.integer().isEmpty()) {
        return lies("an answer without the number of a request");
      }
      long answered = number.integer().get();
      if (!expected.remove(answered)) {
        return lies("an answer to nothing that was asked");
      }
      if (result == null || error == null) {
        return lies("an answer without `result` or `error`");
      }
      if (error instanceof JsonString(String text)) {
        return result.isNull()
            ? new TargetReply.Failure(answered, text)
            : lies("an answer with both a result and an error");
      }
      return error == JsonNull.NULL
          ? new TargetReply.Result(answered, result)
          : lies("an error that is not a string");
    }
  }
}
