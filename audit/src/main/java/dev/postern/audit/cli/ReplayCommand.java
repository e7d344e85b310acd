package dev.postern.audit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.audit.AuditField;
import dev.postern.audit.LogQuery;
import dev.postern.audit.LogSearch;
import dev.postern.audit.recording.RecordedMessage;
import dev.postern.audit.recording.RecordingFolder;
import dev.postern.audit.recording.RecordingReader;
import dev.postern.audit.tlog.VerifierKey;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import dev.postern.json.JsonWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/** {@code postern audit replay}: a recording as a person would read it. */
public final class ReplayCommand {
  private ReplayCommand() {}

  /**
   * What to show.
   *
   * @param log the log's folder, or a copy
   * @param key its verifier key; empty: the signature is not looked at
   * @param recordings the folder of recordings, or a copy
   * @param session the session's id
   * @param json one message a line, content in base64
   */
  public record Args(
      Path log, Optional<VerifierKey> key, Path recordings, String session, boolean json) {}

  /** What the log says of the recording. */
  private record Logged(Optional<String> end, Optional<String> problem) {}

  /** Runs it; returns the exit status. */
  public static int run(Args args, PrintStream out, PrintStream err) {
    Logged logged;
    RecordingReader.Outcome outcome;
    try {
      logged = logged(args);
      outcome =
          RecordingReader.read(
              RecordingFolder.file(args.recordings(), args.session()),
              args.session(),
              message -> {
                out.println(args.json() ? json(message) : line(message));
                if (out.checkError()) {
                  throw new IOException("the output was closed");
                }
              });
    } catch (NoSuchFileException e) {
      err.println("postern: there is no recording `" + e.getFile() + "`");
      return Exit.UNUSABLE;
    } catch (IOException e) {
      err.println("postern: " + e.getMessage());
      return Exit.UNUSABLE;
    }
    if (logged.problem().isPresent()) {
      err.println("postern: the audit log does not hold: " + logged.problem().get());
      return Exit.DOES_NOT_HOLD;
    }
    if (logged.end().isPresent() && !logged.end().get().equals(outcome.hash().hex())) {
      err.println("postern: the recording is not the one in the audit log: its hash differs");
      return Exit.DOES_NOT_HOLD;
    }
    if (!outcome.complete()) {
      err.println(
          "postern: the recording ends after message " + outcome.messages() + " without its end");
      return Exit.UNUSABLE;
    }
    if (logged.end().isEmpty()) {
      err.println("postern: the audit log has no hash of this recording; nothing vouches for it");
      return Exit.UNUSABLE;
    }
    return Exit.DONE;
  }

  private static Logged logged(Args args) throws IOException {
    var ends = new ArrayList<String>();
    LogSearch.Result result =
        LogSearch.search(
            args.log(),
            args.key(),
            LogQuery.ALL.where(AuditField.SESSION, args.session()),
            (index, entry, published) ->
                entry.string(AuditField.RECORDING_SHA256.key()).ifPresent(ends::add));
    return new Logged(ends.stream().reduce((first, last) -> last), result.problem());
  }

  private static String json(RecordedMessage message) {
    JsonObject line =
        JsonObject.EMPTY
            .with("time", new JsonString(message.time().toString()))
            .with("connection", JsonNumber.of(message.connection()))
            .with("direction", new JsonString(name(message)))
            .with("action", new JsonString(message.action()))
            .with("method", new JsonString(message.method()))
            .with("reason", new JsonString(message.reason()))
            .with("bytes", JsonNumber.of(message.bytes()));
    return JsonWriter.write(
        message
            .content()
            .map(
                content ->
                    line.with(
                        "content",
                        new JsonString(Base64.getEncoder().encodeToString(content.toBytes()))))
            .orElse(line));
  }

  private static String line(RecordedMessage message) {
    String arrow =
        switch (message.direction()) {
          case FROM_CLIENT -> "client ->";
          case FROM_TARGET -> "<- target";
          case FROM_GATEWAY_TO_CLIENT -> "<- gateway";
          case FROM_GATEWAY_TO_TARGET -> "gateway ->";
        };
    String head =
        message.time()
            + " #"
            + message.connection()
            + " "
            + arrow
            + " "
            + message.action()
            + " "
            + message.method()
            + (message.reason().isEmpty() ? "" : " " + message.reason())
            + " ("
            + message.bytes()
            + " bytes)";
    return head
        + message
            .content()
            .map(content -> "\n    " + plain(new String(content.toBytes(), UTF_8).strip()))
            .orElse("");
  }

  private static String name(RecordedMessage message) {
    return message.direction().name().toLowerCase(Locale.ROOT);
  }

  /** Text for a terminal: what a target said must not steer it. */
  private static String plain(String text) {
    var plain = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              if (c == '\n') {
                plain.append("\n    ");
              } else {
                plain.appendCodePoint(Character.isISOControl(c) && c != '\t' ? '\ufffd' : c);
              }
            });
    return plain.toString();
  }
}
