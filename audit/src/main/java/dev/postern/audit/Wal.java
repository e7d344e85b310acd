package dev.postern.audit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The file that entries are durable in before they are in tiles: its form, not its handling.
 *
 * <p>A segment is a file of {@link #SEGMENT_BYTES} whose blocks are all written when it is made, so
 * that a full disk cannot fail an append. Header: {@code PSTNWAL1}, generation and first index (8
 * bytes each), CRC-32C. Records: {@code REC1}, batch (4), index (8), flags (1: bit 0, last of its
 * batch), length (2), the entry, CRC-32C over the generation and all before. Big-endian. Zeros
 * after the last.
 *
 * <p>A segment is made whole under another name and then renamed: whichever generation is the
 * highest holds every entry that was durable and in no checkpoint when it was made, and all since.
 */
final class Wal {
  /** Size of every segment. */
  static final int SEGMENT_BYTES = 4 * 1024 * 1024;

  /** The end of a segment that only ends, locks and clean-ups may use. */
  static final int RESERVE_BYTES = 1024 * 1024;

  static final int HEADER_BYTES = 28;
  static final String FOLDER = "wal";

  private static final byte[] SEGMENT_MAGIC = "PSTNWAL1".getBytes(US_ASCII);
  private static final int RECORD_MAGIC = 0x52454331;
  private static final int RECORD_HEADER_BYTES = 19;
  private static final int CRC_BYTES = 4;

  /** What a record adds to its entry. */
  static final int OVERHEAD_BYTES = RECORD_HEADER_BYTES + CRC_BYTES;

  private Wal() {}

  /**
   * What a segment holds.
   *
   * @param generation which segment it is
   * @param first index of its first entry
   * @param entries its entries, up to the first place that holds no whole record
   */
  record Segment(long generation, long first, List<byte[]> entries) {
    /** The index that follows its last entry. */
    long next() {
      return first + entries.size();
    }
  }

  /** The segment's bytes do not tell what was durable. */
  static final class Damaged extends Exception {
    private static final long serialVersionUID = 1L;

    Damaged(String message) {
      super(message);
    }
  }

  /** The file name of a generation, under {@link #FOLDER}. */
  static String name(long generation) {
    return "%016d".formatted(generation);
  }

  /** A segment's header and its first records, batch 0, without the zeros that follow. */
  static byte[] begin(long generation, long first, List<byte[]> carried) {
    int length = HEADER_BYTES + carried.stream().mapToInt(e -> e.length + OVERHEAD_BYTES).sum();
    ByteBuffer bytes = ByteBuffer.allocate(length);
    bytes.put(SEGMENT_MAGIC).putLong(generation).putLong(first);
    bytes.putInt(crc(bytes.array(), 0, HEADER_BYTES - CRC_BYTES, 0));
    bytes.put(records(generation, 0, first, carried));
    return bytes.array();
  }

  /** One batch of records. */
  static byte[] records(long generation, int batch, long first, List<byte[]> entries) {
    int length = entries.stream().mapToInt(e -> e.length + OVERHEAD_BYTES).sum();
    ByteBuffer bytes = ByteBuffer.allocate(length);
    for (int i = 0; i < entries.size(); i++) {
      byte[] entry = entries.get(i);
      int start = bytes.position();
      bytes.putInt(RECORD_MAGIC).putInt(batch).putLong(first + i);
      bytes.put((byte) (i == entries.size() - 1 ? 1 : 0)).putShort((short) entry.length);
      bytes.put(entry);
      bytes.putInt(crc(bytes.array(), start, bytes.position() - start, generation));
    }
    return bytes.array();
  }

  /**
   * Reads a segment back.
   *
   * <p>The first place without a whole record is where a batch was torn by a crash, before it was
   * durable, and all after it goes: unless a record of a later batch stands behind it. That one was
   * written after the torn one had been durable, so the file was damaged afterwards.
   *
   * @throws Damaged if entries that were durable cannot be told
   */
  static Segment parse(byte[] file) throws Damaged {
    ByteBuffer bytes = ByteBuffer.wrap(file);
    if (file.length < HEADER_BYTES
        || !Arrays.equals(file, 0, SEGMENT_MAGIC.length, SEGMENT_MAGIC, 0, SEGMENT_MAGIC.length)
        || bytes.getInt(HEADER_BYTES - CRC_BYTES) != crc(file, 0, HEADER_BYTES - CRC_BYTES, 0)) {
      throw new Damaged("it has no header");
    }
    long generation = bytes.getLong(8);
    long first = bytes.getLong(16);
    var entries = new ArrayList<byte[]>();
    int at = HEADER_BYTES;
    int batch = 0;
    boolean complete = true;
    while (whole(file, bytes, at, generation)) {
      if (bytes.getLong(at + 8) != first + entries.size()) {
        throw new Damaged("its entry at byte " + at + " has the wrong index");
      }
      batch = bytes.getInt(at + 4);
      complete = bytes.get(at + 16) == 1;
      int length = bytes.getShort(at + 17) & 0xffff;
      int from = at + RECORD_HEADER_BYTES;
      entries.add(Arrays.copyOfRange(file, from, from + length));
      at = from + length + CRC_BYTES;
    }
    int torn = complete ? batch + 1 : batch;
    for (int later = at + 1; later + OVERHEAD_BYTES <= file.length; later++) {
      if (file[later] == (byte) (RECORD_MAGIC >>> 24)
          && whole(file, bytes, later, generation)
          && bytes.getInt(later + 4) > torn) {
        throw new Damaged("its bytes from " + at + " on were changed after they were durable");
      }
    }
    return new Segment(generation, first, List.copyOf(entries));
  }

  private static boolean whole(byte[] file, ByteBuffer bytes, int at, long generation) {
    if (bytes.capacity() - at < OVERHEAD_BYTES || bytes.getInt(at) != RECORD_MAGIC) {
      return false;
    }
    int length = bytes.getShort(at + 17) & 0xffff;
    int end = at + RECORD_HEADER_BYTES + length;
    return bytes.capacity() - end >= CRC_BYTES
        && bytes.getInt(end) == crc(file, at, end - at, generation);
  }

  private static int crc(byte[] bytes, int from, int length, long generation) {
    var crc = new CRC32C();
    crc.update(ByteBuffer.allocate(8).putLong(generation).flip());
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }
}
