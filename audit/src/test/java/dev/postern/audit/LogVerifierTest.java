package dev.postern.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.postern.audit.LogVerifier.Result;
import dev.postern.audit.tlog.Checkpoint;
import dev.postern.audit.tlog.NoteSigner;
import dev.postern.audit.tlog.Sha256;
import dev.postern.json.JsonValue.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogVerifierTest {
  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
  private static final NoteSigner SIGNER =
      NoteSigner.parse("postern.example/audit/a", NoteSigner.generatePem());
  private static final int ENTRIES = 600;

  @TempDir static Path made;

  @TempDir Path folder;
  private Path log = Path.of("");

  @BeforeAll
  static void makeOnce() throws Exception {
    try (var audit = open(made.resolve("audit"))) {
      append(audit, 0, ENTRIES / 2);
      audit.flush();
      Files.copy(made.resolve("audit/checkpoint"), made.resolve("older"));
      append(audit, ENTRIES / 2, ENTRIES);
    }
  }

  @BeforeEach
  void copyIt() throws Exception {
    log = folder.resolve("audit");
    copy(made.resolve("audit"), log);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  private static void append(TileAuditLog audit, int from, int to) throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var appended = new ArrayList<Future<Long>>();
      for (int i = from; i < to; i++) {
        JsonObject event = event(i);
        appended.add(threads.submit(() -> audit.append(event)));
      }
      for (Future<Long> index : appended) {
        assertThat(index.get()).isBetween((long) from, (long) to);
      }
    }
  }

  private static TileAuditLog open(Path folder) throws Exception {
    return TileAuditLog.open(folder, SIGNER, InstantSource.fixed(NOW.plusSeconds(3600)));
  }

  private static JsonObject event(int i) {
    return AuditEvent.of(EventType.ADMISSION_DENIED, NOW.plusSeconds(i))
        .with(AuditField.SUBJECT, "https://sts.example#user" + i % 7)
        .with(AuditField.TARGET, "shop/app")
        .with(AuditField.REASON, i % 2 == 0 ? "POLICY_NO_MATCH" : "TOKEN_EXPIRED")
        .with(AuditField.COUNT, i)
        .toJson();
  }

  private Result verify() {
    return LogVerifier.verify(log, SIGNER.verifier());
  }

  private void assertBroken(String place, String problem) {
    assertThat(verify())
        .isInstanceOfSatisfying(
            Result.Broken.class,
            broken -> {
              assertThat(broken.place()).contains(place);
              assertThat(broken.problem()).contains(problem);
            });
  }

  private void change(String path, int at) throws IOException {
    Path file = log.resolve(path);
    byte[] bytes = Files.readAllBytes(file);
    bytes[at] ^= 1;
    Files.write(file, bytes);
  }

  @Test
  void wholeLog_holds() {
    assertHolds();
  }

  private void assertHolds() {
    assertThat(verify())
        .isInstanceOfSatisfying(
            Result.Holds.class,
            holds -> {
              assertThat(holds.checkpoint().size()).isEqualTo(ENTRIES);
              assertThat(holds.unpublished()).isZero();
            });
  }

  @Test
  void withoutTheWritersOwnFiles_holds() throws Exception {
    copy(made.resolve("audit/tile"), Files.createDirectory(folder.resolve("copy")).resolve("tile"));
    Files.copy(made.resolve("audit/checkpoint"), folder.resolve("copy/checkpoint"));
    log = folder.resolve("copy");
    assertHolds();
  }

  @Test
  void changedEntry_isNamed() throws Exception {
    change("tile/entries/001", 40);
    assertBroken("entry 256 in tile/entries/001", "its hash is not the one in the tree");
  }

  @Test
  void changedLeafTile_isFound() throws Exception {
    change("tile/0/000", 32 * 3);
    assertBroken("entry 3 in tile/entries/000", "its hash is not the one in the tree");
  }

  @Test
  void changedUpperTile_isFound() throws Exception {
    change("tile/1/000.p/2", 1);
    assertBroken("tile/1/000.p/2", "its hashes are not those");
  }

  @Test
  void missingTile_isFound() throws Exception {
    Files.delete(log.resolve("tile/entries/001"));
    assertBroken("tile/entries/001", "missing");
  }

  @Test
  void missingPartialTile_isFound() throws Exception {
    Files.delete(log.resolve("tile/0/002.p/88"));
    assertBroken("tile/0/002.p/88", "missing");
  }

  @Test
  void cutTile_isFound() throws Exception {
    Path file = log.resolve("tile/0/000");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 32));
    assertBroken("tile/0/000", "8160 bytes");
  }

  @Test
  void entryAddedBehindABundle_isFound() throws Exception {
    Path file = log.resolve("tile/entries/000");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length + 2));
    assertBroken("tile/entries/000", "does not hold 256 entries");
  }

  @Test
  void changedCheckpoint_isFound() throws Exception {
    String note = Files.readString(log.resolve("checkpoint"));
    Files.writeString(log.resolve("checkpoint"), note.replace("\n600\n", "\n500\n"));
    assertBroken("checkpoint", "no valid signature");
  }

  @Test
  void checkpointOfAnotherRoot_isFound() throws Exception {
    String text = new Checkpoint(SIGNER.name(), ENTRIES, Sha256.of("other".getBytes(UTF_8))).text();
    Files.writeString(log.resolve("checkpoint"), SIGNER.sign(text));
    assertBroken("checkpoint", "do not have the root");
  }

  @Test
  void absurdSize_endsSoon() throws Exception {
    String text =
        new Checkpoint(SIGNER.name(), 100_000_000_000_000_000L, Sha256.of("other".getBytes(UTF_8)))
            .text();
    Files.writeString(log.resolve("checkpoint"), SIGNER.sign(text));
    assertThat(verify()).isInstanceOf(Result.Broken.class);
  }

  @Test
  void anotherKey_isFound() {
    var other = NoteSigner.parse("postern.example/audit/a", NoteSigner.generatePem());
    assertThat(LogVerifier.verify(log, other.verifier()))
        .isInstanceOfSatisfying(
            Result.Broken.class,
            broken -> assertThat(broken.problem()).contains("no valid signature"));
  }

  @Test
  void anotherLogsKey_isFound() {
    var other = NoteSigner.parse("postern.example/audit/b", NoteSigner.generatePem());
    assertThat(LogVerifier.verify(log, other.verifier()))
        .isInstanceOfSatisfying(
            Result.Broken.class,
            broken -> assertThat(broken.problem()).contains("it is of the log"));
  }

  @Test
  void missingCheckpoint_isBroken_andAnEmptyFolderIsUnreadable() throws Exception {
    Files.delete(log.resolve("checkpoint"));
    assertBroken("checkpoint", "missing");
    assertThat(LogVerifier.verify(folder, SIGNER.verifier())).isInstanceOf(Result.Unreadable.class);
  }

  @Test
  void besideAWriter_alwaysHolds() throws Exception {
    var done = new AtomicBoolean();
    try (var audit = open(log);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var writer =
          threads.submit(
              () -> {
                for (int i = 0; i < 400; i++) {
                  audit.append(event(i));
                  if (i % 10 == 0) {
                    audit.flush();
                  }
                }
                done.set(true);
                return true;
              });
      while (!done.get()) {
        assertThat(verify()).isInstanceOf(Result.Holds.class);
      }
      assertThat(writer.get()).isTrue();
    }
  }

  @Test
  void search_findsByField_andSeesWhatIsNotPublishedYet() throws Exception {
    var found = new ArrayList<Long>();
    try (var audit = open(log)) {
      long index = audit.append(event(1000));
      LogSearch.Result result =
          LogSearch.search(
              log,
              Optional.of(SIGNER.verifier()),
              LogQuery.ALL
                  .where(AuditField.SUBJECT, "user" + 1000 % 7)
                  .where("type", "admission")
                  .since(NOW.plusSeconds(1000)),
              (i, entry, published) -> found.add(i));
      assertThat(found).containsExactly(index);
      assertThat(result.problem()).isEmpty();
      assertThat(result.looked()).isEqualTo(ENTRIES + 1);
    }
    LogSearch.Result result =
        LogSearch.search(
            log,
            Optional.empty(),
            LogQuery.ALL.where(AuditField.REASON, "TOKEN_EXPIRED").until(NOW.plusSeconds(100)),
            (i, entry, published) -> {});
    assertThat(result.found()).isEqualTo(50);
  }

  /** Go's golang.org/x/mod/sumdb agrees on every entry, the signature and the older checkpoint. */
  @Test
  void goTools_agree() throws Exception {
    Path program = Path.of("src/test/go").toAbsolutePath();
    assumeTrue(
        go(program, "mod", "download").isPresent(), "no Go, or its modules are out of reach");
    assertThat(
            go(
                program,
                "run",
                ".",
                log.toString(),
                SIGNER.verifier().toString(),
                made.resolve("older").toString()))
        .contains("600 entries included\n");
    change("tile/entries/001", 40);
    assertThat(go(program, "run", ".", log.toString(), SIGNER.verifier().toString())).isEmpty();
  }

  /** What a run of go prints if it exits with 0. */
  private static Optional<String> go(Path program, String... arguments) throws Exception {
    var command = new ArrayList<String>();
    command.add("go");
    command.addAll(List.of(arguments));
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .directory(program.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException notInstalled) {
      return Optional.empty();
    }
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0
        ? Optional.of(output)
        : Optional.empty();
  }
}
