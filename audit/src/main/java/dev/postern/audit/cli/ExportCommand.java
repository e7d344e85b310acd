package dev.postern.audit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.audit.AuditField;
import dev.postern.audit.LogQuery;
import dev.postern.audit.LogSearch;
import dev.postern.audit.tlog.VerifierKey;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import dev.postern.json.JsonWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** {@code postern audit export}: entries for other programs. */
public final class ExportCommand {
  private static final String FORMULA_STARTS = "=+-@\t\r";

  private ExportCommand() {}

  /** How entries are written. */
  public enum Format {
    /** One entry a line, as it is, with its index. */
    JSONL,
    /** A table: the index, then a column for every field there is. */
    CSV
  }

  /**
   * What to export.
   *
   * @param folder the log's folder, or a copy
   * @param key its verifier key; empty: the signature is not looked at
   * @param query which entries
   * @param file where to; empty: standard output. A file stands there whole, or not at all
   */
  public record Args(
      Path folder, Optional<VerifierKey> key, LogQuery query, Format format, Optional<Path> file) {}

  /** Runs it; returns the exit status. */
  public static int run(Args args, PrintStream out, PrintStream err) {
    if (args.file().isEmpty()) {
      return export(args, out, err);
    }
    Path target = args.file().get().toAbsolutePath();
    try {
      // mode 0600, since entries name people
      Path begun = Files.createTempFile(target.getParent(), "." + target.getFileName(), ".part");
      try {
        int status;
        try (var file = new PrintStream(Files.newOutputStream(begun), false, UTF_8)) {
          status = export(args, file, err);
          if (file.checkError()) {
            throw new IOException("`" + target + "` could not be written whole");
          }
        }
        if (status == Exit.DONE) {
          Files.move(begun, target, StandardCopyOption.REPLACE_EXISTING);
        }
        return status;
      } finally {
        Files.deleteIfExists(begun);
      }
    } catch (IOException e) {
      err.println("postern: the export cannot be written: " + e.getMessage());
      return Exit.UNUSABLE;
    }
  }

  private static int export(Args args, PrintStream out, PrintStream err) {
    boolean csv = args.format() == Format.CSV;
    if (csv) {
      out.print(
          Stream.concat(Stream.of("index"), Arrays.stream(AuditField.values()).map(AuditField::key))
                  .collect(Collectors.joining(","))
              + "\r\n");
    }
    LogSearch.Result result;
    try {
      result =
          LogSearch.search(
              args.folder(),
              args.key(),
              args.query(),
              (index, entry, published) -> {
                if (csv) {
                  out.print(row(index, entry));
                } else {
                  out.println(JsonWriter.write(entry.with("index", JsonNumber.of(index))));
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

  private static String row(long index, JsonObject entry) {
    return Stream.concat(
                Stream.of(Long.toString(index)),
                Arrays.stream(AuditField.values())
                    .map(field -> entry.get(field.key()).map(ExportCommand::cell).orElse("")))
            .collect(Collectors.joining(","))
        + "\r\n";
  }

  /** A cell as RFC 4180 has it; what a spreadsheet would take for a formula gets a {@code '}. */
  private static String cell(JsonValue value) {
    String text = value instanceof JsonString string ? string.value() : JsonWriter.write(value);
    boolean formula =
        value instanceof JsonString
            && !text.isEmpty()
            && FORMULA_STARTS.indexOf(text.charAt(0)) >= 0;
    String safe = formula ? "'" + text : text;
    return safe.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r')
        ? '"' + safe.replace("\"", "\"\"") + '"'
        : safe;
  }
}
