package dev.postern.audit.cli;

import dev.postern.audit.LogVerifier;
import dev.postern.audit.tlog.VerifierKey;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import dev.postern.json.JsonWriter;
import java.io.PrintStream;
import java.nio.file.Path;

/** {@code postern audit verify}. */
public final class VerifyCommand {
  private VerifyCommand() {}

  /**
   * What to verify.
   *
   * @param folder the log's folder, or a copy
   * @param key its verifier key
   * @param json one JSON object instead of text
   */
  public record Args(Path folder, VerifierKey key, boolean json) {}

  /** Runs it; returns the exit status. */
  public static int run(Args args, PrintStream out, PrintStream err) {
    LogVerifier.Result result = LogVerifier.verify(args.folder(), args.key());
    if (args.json()) {
      out.println(JsonWriter.write(json(result)));
    }
    return switch (result) {
      case LogVerifier.Result.Holds holds -> {
        if (!args.json()) {
          out.println(
              "holds: "
                  + holds.checkpoint().size()
                  + " entries of "
                  + holds.checkpoint().origin()
                  + ", root "
                  + holds.checkpoint().root());
          if (holds.gaps() > 0) {
            out.println("gaps told of in it: " + holds.gaps());
          }
          if (holds.clockJumps() > 0) {
            out.println("times the clock went back: " + holds.clockJumps());
          }
          if (holds.unpublished() > 0) {
            out.println("newer entries under no checkpoint yet: " + holds.unpublished());
          }
        }
        yield Exit.DONE;
      }
      case LogVerifier.Result.Broken(String place, String problem) -> {
        err.println("postern: the audit log does not hold: " + place + ": " + problem);
        yield Exit.DOES_NOT_HOLD;
      }
      case LogVerifier.Result.Unreadable(String problem) -> {
        err.println("postern: " + problem);
        yield Exit.UNUSABLE;
      }
    };
  }

  private static JsonObject json(LogVerifier.Result result) {
    JsonObject empty = JsonObject.EMPTY;
    return switch (result) {
      case LogVerifier.Result.Holds holds ->
          empty
              .with("result", new JsonString("holds"))
              .with("origin", new JsonString(holds.checkpoint().origin()))
              .with("size", JsonNumber.of(holds.checkpoint().size()))
              .with("root", new JsonString(holds.checkpoint().root().hex()))
              .with("gaps", JsonNumber.of(holds.gaps()))
              .with("clock_jumps", JsonNumber.of(holds.clockJumps()))
              .with("unpublished", JsonNumber.of(holds.unpublished()));
      case LogVerifier.Result.Broken(String place, String problem) ->
          empty
              .with("result", new JsonString("broken"))
              .with("place", new JsonString(place))
              .with("problem", new JsonString(problem));
      case LogVerifier.Result.Unreadable(String problem) ->
          empty
              .with("result", new JsonString("unreadable"))
              .with("problem", new JsonString(problem));
    };
  }
}
