package dev.postern.audit.recording;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.audit.recording.RecordedMessage.Content;
import dev.postern.audit.recording.RecordedMessage.Direction;
import dev.postern.audit.tlog.Sha256;
import dev.postern.json.JsonException;
import dev.postern.json.JsonLimits;
import dev.postern.json.JsonReader;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import dev.postern.json.JsonWriter;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The form of a recording: {@code PSTNREC1}, then blocks.
 *
 * <p>A block is its length, its compressed length (4 bytes each, big-endian), and a zlib stream of
 * whole records. A record is the length of its head (2 bytes), the length of its content (4), the
 * head (canonical JSON) and the content. The last block has length 0 and holds the chained hash,
 * uncompressed: {@code h(0) = SHA-256("postern-recording-v1\n" || session)}, {@code h(n) =
 * SHA-256(h(n-1) || record)}.
 */
final class RecordingFormat {
  static final byte[] MAGIC = "PSTNREC1".getBytes(UTF_8);
  static final int MAX_BLOCK_BYTES = 64 * 1024 * 1024;
  static final int MAX_CONTENT_BYTES = 48 * 1024 * 1024;
  static final int RECORD_HEADER_BYTES = 6;

  private static final Pattern SESSION = Pattern.compile("[A-Za-z0-9_-]{1,128}");

  private RecordingFormat() {}

  /**
   * The file name of a session's recording.
   *
   * @throws IllegalArgumentException if the id is not one that a file name may be made of
   */
  static String fileName(String session) {
    if (!SESSION.matcher(session).matches()) {
      throw new IllegalArgumentException("`" + session + "` is no session id");
    }
    return session + ".rec";
  }

  static Sha256 start(String session) {
    return Sha256.of("postern-recording-v1\n".getBytes(UTF_8), session.getBytes(UTF_8));
  }

  static Sha256 next(Sha256 before, byte[] record) {
    return Sha256.of(before.toBytes(), record);
  }

  static byte[] record(RecordedMessage message, boolean full) {
    JsonObject head =
        JsonObject.EMPTY
            .with("time", new JsonString(message.time().toString()))
            .with("connection", JsonNumber.of(message.connection()))
            .with("direction", new JsonString(message.direction().name().toLowerCase(Locale.ROOT)))
            .with("action", new JsonString(message.action()))
            .with("method", new JsonString(message.method()))
            .with("reason", new JsonString(message.reason()))
            .with("bytes", JsonNumber.of(message.bytes()));
    boolean kept = full && message.content().isPresent();
    byte[] content = kept ? message.content().get().toBytes() : new byte[0];
    byte[] headBytes =
        JsonWriter.canonical(kept ? head.with("kept", JsonNumber.of(content.length)) : head);
    if (headBytes.length > 0xffff || content.length > MAX_CONTENT_BYTES) {
      throw new IllegalArgumentException("a message too large to record");
    }
    return ByteBuffer.allocate(RECORD_HEADER_BYTES + headBytes.length + content.length)
        .putShort((short) headBytes.length)
        .putInt(content.length)
        .put(headBytes)
        .put(content)
        .array();
  }

  /**
   * Reads a record.
   *
   * @throws IllegalArgumentException if it is none
   */
  static RecordedMessage parse(byte[] record) {
    int headLength = ByteBuffer.wrap(record).getShort() & 0xffff;
    int contentAt = RECORD_HEADER_BYTES + headLength;
    try {
      JsonObject head =
          JsonReader.readObject(
              Arrays.copyOfRange(record, RECORD_HEADER_BYTES, contentAt), JsonLimits.DOCUMENT);
      return new RecordedMessage(
          Instant.parse(head.string("time").orElseThrow()),
          head.integer("connection").orElseThrow().intValue(),
          Direction.valueOf(head.string("direction").orElseThrow().toUpperCase(Locale.ROOT)),
          head.string("action").orElseThrow(),
          head.string("method").orElseThrow(),
          head.string("reason").orElseThrow(),
          head.integer("bytes").orElseThrow().intValue(),
          head.has("kept")
              ? Optional.of(new Content(Arrays.copyOfRange(record, contentAt, record.length)))
              : Optional.empty());
    } catch (JsonException | NoSuchElementException | DateTimeException e) {
      throw new IllegalArgumentException("a record is malformed", e);
    }
  }
}
