package dev.postern.audit;

import dev.postern.audit.tlog.VerifierKey;
import dev.postern.json.JsonValue.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Looks through a log in order, the newest entries included, with one bundle in memory at a time.
 * What it hands on is checked on the way: its answer says whether the log holds.
 */
public final class LogSearch {
  private LogSearch() {}

  /** Takes what was found. */
  public interface Hit {
    /**
     * One entry.
     *
     * @param published whether a checkpoint covers it
     */
    void found(long index, JsonObject entry, boolean published) throws IOException;
  }

  /**
   * What a search found.
   *
   * @param found how many entries fit
   * @param looked how many there are
   * @param problem what does not hold of the log; empty if all does
   */
  public record Result(long found, long looked, Optional<String> problem) {}

  /**
   * Searches a log's folder.
   *
   * @param key whose signature the log must have; empty: that is not looked at
   * @throws IOException if it is no log, or cannot be read
   */
  public static Result search(Path folder, Optional<VerifierKey> key, LogQuery query, Hit hit)
      throws IOException {
    var log = new LogFolder(folder);
    LogFolder.Head head =
        log.head()
            .orElseThrow(
                () -> new IOException("`" + folder + "` is no audit log: it has no `checkpoint`"));
    var counts = new long[2];
    LogScan.Outcome outcome =
        LogScan.run(
            log,
            head.checkpoint(),
            key,
            (index, entry) -> look(index, entry, true, query, hit, counts));
    if (outcome.checkpoint().isPresent()) {
      long index = outcome.checkpoint().get().size();
      for (byte[] entry : head.unpublished()) {
        look(index++, entry, false, query, hit, counts);
      }
    }
    return new Result(
        counts[0],
        counts[1],
        outcome.problem().map(problem -> problem.place() + ": " + problem.what()));
  }

  private static void look(
      long index, byte[] bytes, boolean published, LogQuery query, Hit hit, long[] counts)
      throws IOException {
    counts[1]++;
    try {
      JsonObject entry = EntryForm.decode(bytes);
      if (query.matches(entry)) {
        counts[0]++;
        hit.found(index, entry, published);
      }
    } catch (EntryForm.Malformed reportedByTheScan) {
      // it has no fields to look at
      return;
    }
  }
}
