package dev.postern.audit;

import dev.postern.audit.tlog.Checkpoint;
import dev.postern.audit.tlog.SignedNote;
import dev.postern.audit.tlog.VerifierKey;
import dev.postern.json.JsonValue.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Verifies a log's folder: the checkpoint's signature, that every entry it covers is there, in form
 * and in the tree, and that all tiles fit together. Needs no network, no clock and no writer;
 * beside a running gateway it reads the checkpoint first and then only what that covers.
 */
public final class LogVerifier {
  private LogVerifier() {}

  /** What a verification found. */
  public sealed interface Result {
    /**
     * All of it holds.
     *
     * @param checkpoint what was verified
     * @param gaps entries of type {@code audit.gap} in it
     * @param clockJumps entries of type {@code audit.clock} in it
     * @param unpublished entries that are durable but under no checkpoint yet: not verified
     */
    record Holds(Checkpoint checkpoint, long gaps, long clockJumps, long unpublished)
        implements Result {}

    /**
     * Something does not hold.
     *
     * @param place the first such file or entry
     * @param problem what is wrong with it
     */
    record Broken(String place, String problem) implements Result {}

    /** It could not be read. */
    record Unreadable(String problem) implements Result {}
  }

  /** Verifies a log. */
  public static Result verify(Path folder, VerifierKey key) {
    var log = new LogFolder(folder);
    try {
      Optional<byte[]> checkpoint = log.read(Publisher.CHECKPOINT, SignedNote.MAX_BYTES);
      if (checkpoint.isEmpty()) {
        return log.hasTiles()
            ? new Result.Broken(
                Publisher.CHECKPOINT, "it is missing: nothing vouches for the tiles")
            : new Result.Unreadable("`" + folder + "` is no audit log: it has no `checkpoint`");
      }
      var counts = new long[2];
      LogScan.Outcome outcome =
          LogScan.run(
              log,
              checkpoint.get(),
              Optional.of(key),
              (index, entry) -> {
                String type = type(entry);
                if (type.equals(EventType.AUDIT_GAP.key())) {
                  counts[0]++;
                } else if (type.equals(EventType.AUDIT_CLOCK.key())) {
                  counts[1]++;
                }
              });
      if (outcome.problem().isPresent()) {
        LogScan.Problem problem = outcome.problem().get();
        return new Result.Broken(problem.place(), problem.what());
      }
      Checkpoint verified = outcome.checkpoint().orElseThrow();
      return new Result.Holds(
          verified,
          counts[0],
          counts[1],
          log.unpublished(verified.size()).map(List::size).orElse(0));
    } catch (IOException e) {
      return new Result.Unreadable("`" + folder + "` cannot be read: " + e.getMessage());
    }
  }

  private static String type(byte[] entry) {
    try {
      JsonObject object = EntryForm.decode(entry);
      return object.string("type").orElse("");
    } catch (EntryForm.Malformed reportedByTheScan) {
      return "";
    }
  }
}
