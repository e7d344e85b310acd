package dev.postern.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.audit.tlog.NoteSigner;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log in processes of their own: killed in the middle, and two on one folder. */
class AuditProcessTest {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-11-23T12:00:00Z"));

  @TempDir Path folder;
  private Path log;
  private Path key;

  @BeforeEach
  void makeKey() throws Exception {
    log = folder.resolve("audit");
    key = folder.resolve("TEST-audit.key");
    Files.writeString(key, NoteSigner.generatePem());
  }

  private static NoteSigner signer(Path key) throws Exception {
    return NoteSigner.parse("postern.example/audit", Files.readString(key));
  }

  @Test
  void killedInTheMiddle_whatItReportedIsThere_andTheLogHolds() throws Exception {
    long next = 0;
    for (int run = 0; run < 3; run++) {
      Process child = ChildJvm.start(Appender.class, 96, log, key, next);
      long reported = -1;
      try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
        String line;
        while ((line = out.readLine()) != null) {
          reported = Long.parseLong(line);
          if (reported == next + 300 + 50L * run) {
            child.toHandle().destroyForcibly();
          }
        }
      }
      assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(reported).isGreaterThanOrEqualTo(next + 300);

      assertThat(LogVerifier.verify(log, signer(key).verifier()))
          .isInstanceOf(LogVerifier.Result.Holds.class);
      var counts = new ArrayList<Long>();
      LogSearch.Result found =
          LogSearch.search(
              log,
              Optional.of(signer(key).verifier()),
              LogQuery.ALL,
              (index, entry, published) -> counts.add(entry.integer("count").orElseThrow()));
      assertThat(found.problem()).isEmpty();
      // each once and in order; the one in flight may be there
      assertThat(counts).isSorted().doesNotHaveDuplicates();
      assertThat(counts.size()).isBetween((int) reported + 1, (int) reported + 2);
      next = counts.getLast() + 1;
    }
    try (var again = TileAuditLog.open(log, signer(key), CLOCK)) {
      assertThat(again.append(TileAuditLogTest.event((int) next))).isEqualTo(next);
      again.flush();
    }
    assertThat(LogVerifier.verify(log, signer(key).verifier()))
        .isInstanceOfSatisfying(
            LogVerifier.Result.Holds.class, holds -> assertThat(holds.gaps()).isZero());
  }

  @Test
  void secondProcess_isRefused_untilTheFirstIsGone() throws Exception {
    Process child = ChildJvm.start(Appender.class, 96, log, key, 0);
    try (var out =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(out.readLine()).isEqualTo("0");
      assertThatThrownBy(() -> TileAuditLog.open(log, signer(key), CLOCK))
          .hasMessageContaining("in use by another process");
      // readers need no lock
      assertThat(LogVerifier.verify(log, signer(key).verifier()))
          .isInstanceOf(LogVerifier.Result.Holds.class);
      child.toHandle().destroyForcibly();
      assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
    try (var mine = TileAuditLog.open(log, signer(key), CLOCK)) {
      assertThat(mine.status().healthy()).isTrue();
    }
  }

  @Test
  void search_of100000Entries_needsLittleMemory() throws Exception {
    int entries = 100_000;
    try (Disk disk = FolderDisk.open(log)) {
      Publisher publisher = Publisher.open(disk, signer(key));
      for (int from = 0; from < entries; from += 10_000) {
        List<byte[]> some = new ArrayList<>();
        for (int i = from; i < from + 10_000; i++) {
          some.add(
              EntryForm.encode(
                  AuditEvent.of(EventType.ADMISSION_DENIED, CLOCK.instant())
                      .with(AuditField.COUNT, i)
                      .with(AuditField.SUBJECT, "https://sts.example#user" + i % 7)
                      .with(AuditField.DETAIL, "d".repeat(400))
                      .toJson()));
        }
        publisher.publish(some);
      }
    }
    // the entries alone are 50 MB
    Process child = ChildJvm.start(Searcher.class, 20, log, key);
    try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
      assertThat(out.readLine()).isEqualTo(entries + " of " + entries);
      assertThat(out.readLine()).isEqualTo((entries + 6) / 7 + " of " + entries);
    }
    assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(child.exitValue()).isZero();
  }

  /** Appends until it is killed, and says what is durable. */
  static final class Appender {
    private Appender() {}

    public static void main(String[] args) throws Exception {
      try (var log = TileAuditLog.open(Path.of(args[0]), signer(Path.of(args[1])), CLOCK)) {
        for (int i = Integer.parseInt(args[2]); ; i++) {
          System.out.println(log.append(TileAuditLogTest.event(i)));
        }
      }
    }
  }

  /** Looks at every entry, and for some. */
  static final class Searcher {
    private Searcher() {}

    public static void main(String[] args) throws Exception {
      for (LogQuery query : List.of(LogQuery.ALL, LogQuery.ALL.where("subject", "user0"))) {
        LogSearch.Result result =
            LogSearch.search(
                Path.of(args[0]),
                Optional.of(signer(Path.of(args[1])).verifier()),
                query,
                (index, entry, published) -> {});
        if (result.problem().isPresent()) {
          throw new IllegalStateException(result.problem().get());
        }
        System.out.println(result.found() + " of " + result.looked());
      }
    }
  }
}
