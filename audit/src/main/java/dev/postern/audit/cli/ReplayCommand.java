package dev.postern.audit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.audit.recording.RecordedMessage;
import dev.postern.audit.recording.RecordingReader;
import dev.postern.audit.tlog.Sha256;
import dev.postern.json.JsonValue.JsonNumber;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.json.JsonValue.JsonString;
import dev.postern.json.JsonWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/** {@code postern audit replay}: a recording as a person would read it. */
public final class ReplayCommand {
  private ReplayCommand() {}

  /**
   * What to show.
   *
   * @param file the recording
   * @param session the session's id
   * @param expected the hash that the audit log has for it; empty: not compared
   * @param json one message a line, content in base64
   */
  public record Args(Path file, String session, Optional<Sha256> expected, boolean json) {}

  /** Runs it; returns the exit status. */
  public static int run(Args args, PrintStream out, PrintStream err) {
    RecordingReader.Outcome outcome;
    try {
      outcome =
          RecordingReader.read(
              args.file(),
              args.session(),
              message -> out.println(args.json() ? json(message) : line(message)));
    } catch (IOException e) {
      err.println("postern: " + e.getMessage());
      return Exit.UNUSABLE;
    }
    if (args.expected().isPresent() && !args.expected().get().equals(outcome.hash())) {
      err.println("postern: the recording is not the one in the audit log: its hash differs");
      return Exit.DOES_NOT_HOLD;
    }
    if (!outcome.complete()) {
      err.println(
          "postern: the recording ends after message " + outcome.messages() + " without its end");
      return Exit.UNUSABLE;
    }
    return Exit.DONE;
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
