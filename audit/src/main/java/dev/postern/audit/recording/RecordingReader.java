package dev.postern.audit.recording;

import dev.postern.audit.tlog.Sha256;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Reads a recording back, one block in memory at a time. */
public final class RecordingReader {
  private RecordingReader() {}

  /** Takes the messages, in order. */
  public interface Visitor {
    void message(RecordedMessage message) throws IOException;
  }

  /**
   * What a recording is.
   *
   * @param messages how many could be read
   * @param hash the chained hash over them
   * @param complete whether it was ended as it should: not by a crash, not cut short
   */
  public record Outcome(long messages, Sha256 hash, boolean complete) {}

  /**
   * Reads a recording of a session. One that a crash cut short is read as far as it goes.
   *
   * @throws IOException if it cannot be read, or its bytes were changed
   */
  public static Outcome read(Path file, String session, Visitor visitor) throws IOException {
    try (InputStream raw = Files.newInputStream(file);
        var in = new DataInputStream(new BufferedInputStream(raw, 1 << 16))) {
      if (!Arrays.equals(in.readNBytes(RecordingFormat.MAGIC.length), RecordingFormat.MAGIC)) {
        throw new IOException("`" + file + "` is no recording");
      }
      Sha256 hash = RecordingFormat.start(session);
      long messages = 0;
      while (true) {
        Optional<byte[]> block = block(in, file);
        if (block.isEmpty()) {
          return new Outcome(messages, hash, false);
        }
        if (block.get().length == 0) {
          byte[] end = in.readNBytes(Sha256.BYTES);
          if (end.length == Sha256.BYTES && !Sha256.copyOf(end).equals(hash)) {
            throw changed(file, messages);
          }
          return new Outcome(messages, hash, end.length == Sha256.BYTES && in.read() < 0);
        }
        ByteBuffer records = ByteBuffer.wrap(block.get());
        while (records.hasRemaining()) {
          byte[] record = record(records, file, messages);
          hash = RecordingFormat.next(hash, record);
          RecordedMessage message;
          try {
            message = RecordingFormat.parse(record);
          } catch (IllegalArgumentException e) {
            throw changed(file, messages);
          }
          messages++;
          visitor.message(message);
        }
      }
    }
  }

  private static byte[] record(ByteBuffer records, Path file, long messages) throws IOException {
    if (records.remaining() < RecordingFormat.RECORD_HEADER_BYTES) {
      throw changed(file, messages);
    }
    int at = records.position();
    long length =
        RecordingFormat.RECORD_HEADER_BYTES
            + (records.getShort(at) & 0xffffL)
            + (records.getInt(at + 2) & 0xffffffffL);
    if (length > records.remaining()) {
      throw changed(file, messages);
    }
    var record = new byte[(int) length];
    records.get(record);
    return record;
  }

  /** The next block; of length 0 before the end mark; empty where the file is cut short. */
  private static Optional<byte[]> block(DataInputStream in, Path file) throws IOException {
    int length;
    byte[] packed;
    try {
      length = in.readInt();
      int packedLength = in.readInt();
      if (length == 0 && packedLength == Sha256.BYTES) {
        return Optional.of(new byte[0]);
      }
      if (length < 1
          || length > RecordingFormat.MAX_BLOCK_BYTES
          || packedLength < 0
          || packedLength > RecordingFormat.MAX_BLOCK_BYTES) {
        throw new IOException("`" + file + "` has a damaged block");
      }
      packed = in.readNBytes(packedLength);
      if (packed.length < packedLength) {
        return Optional.empty();
      }
    } catch (EOFException cutShort) {
      return Optional.empty();
    }
    var inflater = new Inflater();
    try {
      inflater.setInput(packed);
      // one more than it should have, so that the stream's end and its checksum are read too
      var block = new byte[length + 1];
      int got = 0;
      while (got < block.length && !inflater.finished()) {
        int more = inflater.inflate(block, got, block.length - got);
        if (more == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
          break;
        }
        got += more;
      }
      if (got != length || !inflater.finished() || inflater.getRemaining() > 0) {
        throw new IOException("`" + file + "` has a damaged block");
      }
      return Optional.of(Arrays.copyOf(block, length));
    } catch (DataFormatException e) {
      throw new IOException("`" + file + "` has a damaged block", e);
    } finally {
      inflater.end();
    }
  }

  private static IOException changed(Path file, long messages) {
    return new IOException("`" + file + "` was changed after message " + messages);
  }
}
