package dev.postern.audit.recording;

import dev.postern.audit.tlog.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/** A recording in a file. */
final class FileRecording implements Recording {
  private static final int BLOCK_BYTES = 64 * 1024;
  private static final Duration FLUSH_AFTER = Duration.ofSeconds(1);

  private final String name;
  private final FileChannel file;
  private final boolean full;
  private final long maxBytes;
  private final LongSupplier nanos;
  private final Deflater deflater = new Deflater(Deflater.BEST_SPEED);
  private final ByteArrayOutputStream block = new ByteArrayOutputStream();

  private Sha256 hash;
  private long messages;
  private long bytes;
  private long recorded;
  private long flushed;
  private boolean open = true;
  private @Nullable Summary summary;

  FileRecording(
      String name,
      String session,
      FileChannel file,
      boolean full,
      long maxBytes,
      LongSupplier nanos)
      throws IOException {
    this.name = name;
    this.file = file;
    this.full = full;
    this.maxBytes = maxBytes;
    this.nanos = nanos;
    this.hash = RecordingFormat.start(session);
    this.flushed = nanos.getAsLong();
    write(RecordingFormat.MAGIC);
  }

  @Override
  public synchronized void add(RecordedMessage message) throws RecordingFailed {
    requireOpen();
    byte[] record;
    try {
      record = RecordingFormat.record(message, full);
    } catch (IllegalArgumentException e) {
      throw failed(e);
    }
    if (recorded + record.length > maxBytes) {
      close();
      throw new RecordingFailed("the recording would pass its bound of " + maxBytes + " bytes");
    }
    recorded += record.length;
    messages++;
    bytes += message.bytes();
    hash = RecordingFormat.next(hash, record);
    block.writeBytes(record);
    if (block.size() >= BLOCK_BYTES || nanos.getAsLong() - flushed >= FLUSH_AFTER.toNanos()) {
      flush();
    }
  }

  @Override
  public synchronized Summary finish() throws RecordingFailed {
    Optional<Summary> before = Optional.ofNullable(summary);
    if (before.isPresent()) {
      return before.get();
    }
    requireOpen();
    flush();
    try {
      ByteBuffer end = ByteBuffer.allocate(8 + Sha256.BYTES);
      write(end.putInt(0).putInt(Sha256.BYTES).put(hash.toBytes()).array());
      file.force(true);
    } catch (IOException e) {
      throw failed(e);
    }
    var finished = new Summary(name, messages, bytes, hash);
    summary = finished;
    close();
    return finished;
  }

  private void flush() throws RecordingFailed {
    if (block.size() == 0) {
      return;
    }
    byte[] raw = block.toByteArray();
    block.reset();
    deflater.reset();
    deflater.setInput(raw);
    deflater.finish();
    var packed = new ByteArrayOutputStream(raw.length / 2 + 64);
    var buffer = new byte[16 * 1024];
    while (!deflater.finished()) {
      packed.write(buffer, 0, deflater.deflate(buffer));
    }
    ByteBuffer whole = ByteBuffer.allocate(8 + packed.size());
    whole.putInt(raw.length).putInt(packed.size()).put(packed.toByteArray());
    try {
      write(whole.array());
    } catch (IOException e) {
      throw failed(e);
    }
    flushed = nanos.getAsLong();
  }

  private void write(byte[] content) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(content);
    while (buffer.hasRemaining()) {
      file.write(buffer);
    }
  }

  private void requireOpen() throws RecordingFailed {
    if (!open) {
      throw new RecordingFailed("the recording is closed");
    }
  }

  /** After a failed write nothing more is added: what follows would stand behind a hole. */
  private RecordingFailed failed(Exception e) {
    close();
    return new RecordingFailed("the recording cannot be written: " + e.getMessage(), e);
  }

  @Override
  public synchronized void close() {
    if (!open) {
      return;
    }
    open = false;
    deflater.end();
    try {
      file.close();
    } catch (IOException nothingDependsOnIt) {
      System.getLogger("dev.postern.audit")
          .log(System.Logger.Level.DEBUG, "closing a recording failed", nothingDependsOnIt);
    }
  }
}
