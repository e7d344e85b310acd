package dev.postern.audit;

import dev.postern.audit.Wal.Damaged;
import dev.postern.audit.Wal.Segment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Entries that are durable and not yet published, and the segment they lie in. Not thread-safe: the
 * log's writer owns it.
 */
final class DurableQueue {
  private static final String NEW = "wal.new";

  private final Disk disk;
  private final List<byte[]> entries = new ArrayList<>();
  private long first;
  private long generation;
  private int batch;
  private int used;

  /** Absent between a failed write and the making of another segment. */
  private Disk.@Nullable Region region;

  private DurableQueue(Disk disk, long first) {
    this.disk = disk;
    this.first = first;
  }

  /** What {@link #open} found. */
  record Opened(DurableQueue queue, boolean missing) {}

  /**
   * Takes up the entries that are durable on a disk and not in its checkpoint.
   *
   * @param published entries under the checkpoint
   * @throws LogRefused if entries that were durable are not there any more
   */
  static Opened open(Disk disk, long published) throws IOException, LogRefused {
    disk.createFolder(Wal.FOLDER);
    var queue = new DurableQueue(disk, published);
    List<String> names = disk.list(Wal.FOLDER);
    if (!names.isEmpty()) {
      String newest = Wal.FOLDER + "/" + names.getLast();
      Segment segment = parse(disk, newest);
      if (segment.first() > published) {
        throw new LogRefused(
            "its checkpoint covers "
                + published
                + " entries and `"
                + newest
                + "` begins at entry "
                + segment.first()
                + ": an older checkpoint was put back; a log is never signed smaller than it was");
      }
      queue.generation = segment.generation();
      if (segment.next() > published) {
        queue.entries.addAll(
            segment
                .entries()
                .subList((int) (published - segment.first()), segment.entries().size()));
      }
    }
    // A crash before the rename in here: the newest segment is still the one just read.
    queue.renew();
    return new Opened(queue, names.isEmpty() && published > 0);
  }

  private static Segment parse(Disk disk, String path) throws IOException, LogRefused {
    Optional<byte[]> bytes = disk.read(path, Wal.SEGMENT_BYTES);
    try {
      return Wal.parse(bytes.orElseThrow(() -> new IOException("`" + path + "` went away")));
    } catch (Damaged e) {
      throw new LogRefused("`" + path + "` cannot be used: " + e.getMessage());
    }
  }

  /** The index of the next entry. */
  long next() {
    return first + entries.size();
  }

  /** The index of the first entry that is not published. */
  long first() {
    return first;
  }

  /** Entries that are durable and not published. */
  List<byte[]> entries() {
    return List.copyOf(entries);
  }

  /** How many entries are durable and not published. */
  int count() {
    return entries.size();
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  /** Whether a segment is there to write to. */
  boolean ready() {
    return region != null;
  }

  /** Bytes that can still be written to the segment. */
  int room(boolean reserve) {
    return Math.max(0, Wal.SEGMENT_BYTES - (reserve ? 0 : Wal.RESERVE_BYTES) - used);
  }

  /** Bytes of the segment in use. */
  int used() {
    return used;
  }

  /**
   * Writes a batch that fits and makes it durable.
   *
   * <p>If it fails, the batch may be on disk or not, and no more is written to this segment: {@link
   * #renew} makes another, without the batch. A crash before that may bring the batch back.
   */
  void write(List<byte[]> added) throws IOException {
    Disk.Region open = region;
    if (open == null) {
      throw new IOException("no segment to write to");
    }
    byte[] records = Wal.records(generation, batch + 1, next(), added);
    try {
      open.write(used, records);
      // A crash here: some of the batch's records, in any order; none was reported.
      open.force();
      // A crash here: the whole batch is in the log; none was reported.
    } catch (IOException e) {
      region = null;
      open.close();
      throw e;
    }
    batch++;
    used += records.length;
    entries.addAll(added);
  }

  /** Makes a new segment with all that is not published, and lets the old one go. */
  void renew() throws IOException {
    byte[] begin = Wal.begin(generation + 1, first, entries);
    String path = Wal.FOLDER + "/" + Wal.name(generation + 1);
    try {
      disk.write(NEW, Arrays.copyOf(begin, Wal.SEGMENT_BYTES));
      // A crash here: the old segment is the newest, and a file that nobody reads lies beside it.
    } catch (IOException e) {
      deleteQuietly(NEW);
      throw e;
    }
    // From here on the new one may be the newest on disk, whatever the calls say: nothing may be
    // relied on that is written to the old one.
    close();
    disk.rename(NEW, path);
    disk.forceFolder(Wal.FOLDER);
    disk.forceFolder("");
    // A crash here: both are there; the newer one has all that the older one was relied on for.
    region = disk.open(path);
    generation++;
    batch = 0;
    used = begin.length;
    for (String name : disk.list(Wal.FOLDER)) {
      if (!name.equals(Wal.name(generation))) {
        deleteQuietly(Wal.FOLDER + "/" + name);
      }
    }
  }

  private void deleteQuietly(String path) {
    try {
      disk.delete(path);
    } catch (IOException takesRoomOnly) {
      System.getLogger("dev.postern.audit")
          .log(System.Logger.Level.DEBUG, "removing `" + path + "` failed", takesRoomOnly);
    }
  }

  /** Forgets entries that are published. */
  void published(long size) {
    entries.subList(0, (int) (size - first)).clear();
    first = size;
  }

  void close() {
    Disk.Region open = region;
    if (open != null) {
      region = null;
      open.close();
    }
  }
}
