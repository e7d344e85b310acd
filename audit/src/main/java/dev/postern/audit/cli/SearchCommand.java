package dev.postern.audit.cli;

import dev.postern.audit.LogQuery;
import dev.postern.audit.LogSearch;
import dev.postern.audit.tlog.VerifierKey;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;

/** {@code postern audit search}. */
public final class SearchCommand {
  private static final String ROW = "%-24s  %-18s  %-24s  %-20s  %-12s  %s%n";

  private SearchCommand() {}

  /**
   * What to look for.
   *
   * @param folder the log's folder, or a copy
   * @param key its verifier key; empty: the signature is not looked at
   * @param query what to look for
   * @param json one entry a line, as it is, with its index, instead of a table
   */
  public record Args(Path folder, Optional<VerifierKey> key, LogQuery query, boolean json) {}

  /** Runs it; returns the exit status. */
  public static int run(Args args, PrintStream out, PrintStream err) {
    if (!args.json()) {
      out.printf(ROW, "TIME", "TYPE", "SUBJECT", "TARGET", "SESSION", "REASON");
    }
    LogSearch.Result result;
    try {
      result =
          LogSearch.search(
              args.folder(),
              args.key(),
              args.query(),
              (index, entry, published) -> {
                if (args.json()) {
                  out.println(JsonWriter.write(entry.with("index", JsonNumber.of(index))));
                } else {
                  row(entry, out);
                }
                if (out.checkError()) {
                  throw new IOException("the output was closed");
                }
              });
    } catch (IOException e) {
      err.println("postern: " + e.getMessage());
      return Exit.UNUSABLE;
    }
    if (result.problem().isPresent()) {
      err.println("postern: the audit log does not hold: " + result.problem().get());
      return Exit.DOES_NOT_HOLD;
    }
    return Exit.DONE;
  }

  private static void row(JsonObject entry, PrintStream out) {
    String reason = entry.string("reason").orElse("");
    String simulated = entry.has("simulated") ? " SIMULATED" : "";
    String scope = entry.string("scope").map(s -> " " + s).orElse("");
    String method = entry.string("method").map(m -> " " + m).orElse("");
    out.printf(
        ROW,
        text(entry, "time"),
        text(entry, "type"),
        text(entry, "subject"),
        text(entry, "target"),
        text(entry, "session"),
        plain((reason + method + scope + simulated).strip()));
  }

  private static String text(JsonObject entry, String field) {
    return plain(entry.string(field).orElse("-"));
  }

  /** Text for a terminal: what a caller wrote must not steer it. */
  private static String plain(String value) {
    var plain = new StringBuilder();
    value
        .codePoints()
        .forEach(
            c ->
                plain.appendCodePoint(
                    Character.isISOControl(c) || Character.getType(c) == Character.FORMAT
                        ? '\ufffd'
                        : c));
    return plain.toString();
  }
}
