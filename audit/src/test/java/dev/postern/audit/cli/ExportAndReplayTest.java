package dev.postern.audit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.audit.AuditEvent;
import dev.postern.audit.AuditField;
import dev.postern.audit.EventType;
import dev.postern.audit.LogQuery;
import dev.postern.audit.TileAuditLog;
import dev.postern.audit.recording.RecordedMessage;
import dev.postern.audit.recording.RecordedMessage.Content;
import dev.postern.audit.recording.RecordedMessage.Direction;
import dev.postern.audit.recording.Recording;
import dev.postern.audit.recording.RecordingFolder;
import dev.postern.audit.tlog.NoteSigner;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportAndReplayTest {
  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
  private static final NoteSigner SIGNER =
      NoteSigner.parse("postern.example/audit/a", NoteSigner.generatePem());

  @TempDir Path folder = Path.of("unset");
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void makeLogAndRecording() throws Exception {
    Recording.Summary recorded = record("S-1", "{\"method\":\"RPCServer.Set\"}\u001b[2J");
    record("S-2", "no entry has the hash of this one");
    try (var log = TileAuditLog.open(log(), SIGNER, InstantSource.fixed(NOW))) {
      log.append(
          AuditEvent.of(EventType.ADMISSION_GRANTED, NOW)
              .with(AuditField.SUBJECT, "https://sts.example#alice")
              .with(AuditField.SESSION, "S-1")
              .with(AuditField.PURPOSE, "=HYPERLINK(\"http://evil\", \"x\")")
              .toJson());
      log.append(
          AuditEvent.of(EventType.SESSION_ENDED, NOW)
              .with(AuditField.SESSION, "S-1")
              .with(AuditField.RECORDING_SHA256, recorded.hash().hex())
              .toJson());
    }
  }

  private Path log() {
    return folder.resolve("audit");
  }

  private Recording.Summary record(String session, String text) throws Exception {
    var recordings = new RecordingFolder(folder.resolve("recordings"), () -> 0);
    try (Recording recording = recordings.start(session, true, 1 << 20)) {
      recording.add(
          new RecordedMessage(
              NOW,
              1,
              Direction.FROM_CLIENT,
              "denied",
              "RPCServer.Set",
              "MESSAGE_SCOPE",
              text.length(),
              Optional.of(new Content(text.getBytes(UTF_8)))));
      return recording.finish();
    }
  }

  @Test
  void csv_hasAColumnForEveryFieldAndNoFormulas() {
    assertThat(export(LogQuery.ALL, ExportCommand.Format.CSV, Optional.empty())).isZero();
    List<String> lines = out.toString(UTF_8).lines().toList();
    assertThat(lines).hasSize(3);
    assertThat(lines.getFirst()).startsWith("index,time,type,session,decision,subject");
    assertThat(lines.getFirst().split(",", -1)).hasSize(AuditField.values().length + 1);
    assertThat(lines.get(1))
        .startsWith("0,2026-11-23T12:00:00.000Z,admission.granted,S-1,,https://sts.example#alice,")
        .contains(",\"'=HYPERLINK(\"\"http://evil\"\", \"\"x\"\")\",");
  }

  @Test
  void jsonl_filteredAndToAFile_isForItsOwnerOnly() throws Exception {
    Path file = folder.resolve("export.jsonl");
    LogQuery ends = LogQuery.ALL.where(AuditField.TYPE, "session.ended");
    assertThat(export(ends, ExportCommand.Format.JSONL, Optional.of(file))).isZero();
    assertThat(out.size()).isZero();
    assertThat(Files.readAllLines(file)).singleElement().asString().contains("\"index\":1");
    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void export_logThatDoesNotHold_exits6AndLeavesNoFile() throws Exception {
    changeByte(log().resolve("tile/entries/000.p/2"), 60);
    Path file = folder.resolve("export.csv");
    assertThat(export(LogQuery.ALL, ExportCommand.Format.CSV, Optional.of(file))).isEqualTo(6);
    assertThat(err.toString(UTF_8)).contains("the audit log does not hold");
    assertThat(file).doesNotExist();
    try (var left = Files.list(folder)) {
      assertThat(left.filter(path -> path.toString().endsWith(".part"))).isEmpty();
    }
  }

  @Test
  void replay_showsEachMessage_andNothingThatSteersATerminal() {
    assertThat(replay("S-1", false)).isZero();
    assertThat(out.toString(UTF_8))
        .isEqualTo(
            """
            2026-11-23T12:00:00Z #1 client -> denied RPCServer.Set MESSAGE_SCOPE (30 bytes)
                {"method":"RPCServer.Set"}\ufffd[2J
            """);
    assertThat(err.size()).isZero();
  }

  @Test
  void replayJson_hasTheContentAsItWas() {
    assertThat(replay("S-1", true)).isZero();
    assertThat(out.toString(UTF_8))
        .contains("\"content\":\"eyJtZXRob2QiOiJSUENTZXJ2ZXIuU2V0In0bWzJK\"");
  }

  @Test
  void replay_anotherSessionsRecordingInItsPlace_exits6() throws Exception {
    Files.delete(folder.resolve("recordings/S-1.rec"));
    record("S-1", "something else");
    assertThat(replay("S-1", false)).isEqualTo(6);
    assertThat(err.toString(UTF_8)).contains("its hash differs");
  }

  @Test
  void replay_noEndInTheLog_isShownAndNotVouchedFor() {
    assertThat(replay("S-2", false)).isEqualTo(5);
    assertThat(out.toString(UTF_8)).contains("no entry has the hash of this one");
    assertThat(err.toString(UTF_8)).contains("nothing vouches for it");
  }

  @Test
  void replay_unknownOrMadeUpSession_exits5() {
    assertThat(replay("S-3", false)).isEqualTo(5);
    assertThat(err.toString(UTF_8)).contains("there is no recording").contains("S-3.rec");
    assertThat(replay("../audit/checkpoint", false)).isEqualTo(5);
    assertThat(err.toString(UTF_8)).contains("is no session id");
  }

  private int export(LogQuery query, ExportCommand.Format format, Optional<Path> file) {
    return ExportCommand.run(
        new ExportCommand.Args(log(), Optional.of(SIGNER.verifier()), query, format, file),
        new PrintStream(out, true, UTF_8),
        new PrintStream(err, true, UTF_8));
  }

  private int replay(String session, boolean json) {
    return ReplayCommand.run(
        new ReplayCommand.Args(
            log(), Optional.of(SIGNER.verifier()), folder.resolve("recordings"), session, json),
        new PrintStream(out, true, UTF_8),
        new PrintStream(err, true, UTF_8));
  }

  private static void changeByte(Path file, int at) throws Exception {
    byte[] bytes = Files.readAllBytes(file);
    bytes[at] ^= 1;
    Files.write(file, bytes);
  }
}
