package dev.postern.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.audit.AuditLog.Unavailable;
import dev.postern.audit.MemoryDisk.Fault;
import dev.postern.audit.tlog.Checkpoint;
import dev.postern.audit.tlog.NoteSigner;
import dev.postern.audit.tlog.SignedNote;
import dev.postern.json.JsonValue.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every step that touches the disk fails once; what was reported durable is there afterwards. */
class AuditFaultsTest {
  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
  private static final NoteSigner SIGNER =
      NoteSigner.parse("postern.example/audit", NoteSigner.generatePem());
  private static final int ENTRIES = 6;
  private static final LogWriter.Pace PACE =
      new LogWriter.Pace(Duration.ofMillis(20), Duration.ofMillis(2));

  private Instant now = NOW;

  private TileAuditLog open(Disk disk) throws Exception {
    InstantSource clock = () -> now;
    return TileAuditLog.open(disk, SIGNER, clock, System::nanoTime, PACE);
  }

  private static JsonObject event(int i) {
    return AuditEvent.of(EventType.ADMISSION_DENIED, NOW).with(AuditField.COUNT, i).toJson();
  }

  private static JsonObject large(int i) {
    return AuditEvent.of(EventType.SESSION_ENDED, NOW)
        .with(AuditField.COUNT, i)
        .with(AuditField.SCOPES, Collections.nCopies(64, "x".repeat(900)))
        .toJson();
  }

  /** All entries of a log, which must hold. */
  private static List<JsonObject> entries(Disk disk) throws Exception {
    var entries = new ArrayList<JsonObject>();
    byte[] checkpoint = disk.read("checkpoint", SignedNote.MAX_BYTES).orElseThrow();
    LogScan.Outcome outcome =
        LogScan.run(
            disk,
            checkpoint,
            Optional.of(SIGNER.verifier()),
            (index, entry) -> {
              try {
                entries.add(EntryForm.decode(entry));
              } catch (EntryForm.Malformed e) {
                throw new IllegalStateException(e);
              }
            });
    assertThat(outcome.problem()).isEmpty();
    return entries;
  }

  /** Indexes of the entries that were reported durable, by what is in them. */
  private static List<Long> appendSome(TileAuditLog log, int from) {
    var reported = new ArrayList<Long>();
    for (int i = from; i < from + ENTRIES; i++) {
      try {
        log.append(event(i));
        reported.add((long) i);
        if (i % 2 == 0) {
          log.flush();
        }
      } catch (Unavailable refused) {
        // not known to be durable: it may be there or not
        assertThat(refused).hasMessageNotContaining("closed");
      }
    }
    return reported;
  }

  private static List<Long> counts(List<JsonObject> entries) {
    return entries.stream().flatMap(entry -> entry.integer("count").stream()).toList();
  }

  private static int stepsOfARun() throws Exception {
    var disk = new MemoryDisk();
    var test = new AuditFaultsTest();
    try (var log = test.open(disk)) {
      appendSome(log, 0);
    }
    return disk.steps();
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void everyStepFailsOnce_nothingReportedIsLost(Fault fault) throws Exception {
    int steps = stepsOfARun();
    assertThat(steps).isGreaterThan(30);
    for (int step = 0; step < steps; step++) {
      var disk = new MemoryDisk();
      disk.failAt(step, 1, fault);
      List<Long> reported = List.of();
      try (var log = open(disk)) {
        reported = appendSome(log, 0);
      } catch (IOException failedToOpen) {
        assertThat(step).isLessThan(20);
      }
      MemoryDisk after = disk.crash(new Random(step));
      after.works();
      try (var log = open(after)) {
        var more = new ArrayList<>(reported);
        more.addAll(appendSome(log, 100));
        log.flush();
        List<Long> found = counts(entries(after));
        assertThat(found).as("step %s", step).containsSubsequence(more).doesNotHaveDuplicates();
      }
    }
  }

  @Test
  void machineStopsAtEveryStep_nothingReportedIsLost_andNoSmallerTreeIsSigned() throws Exception {
    int steps = stepsOfARun();
    for (int step = 0; step < steps; step++) {
      for (int seed = 0; seed < 3; seed++) {
        var disk = new MemoryDisk();
        List<Long> first;
        try (var log = open(disk)) {
          first = appendSome(log, 0);
          disk.stopAt(step);
          var all = new ArrayList<>(first);
          all.addAll(appendSome(log, 100));
          MemoryDisk after = disk.crash(new Random(seed * 1000L + step));
          long signed = size(after);
          disk.works();
          try (var again = open(after)) {
            assertThat(again.status().published()).isGreaterThanOrEqualTo(signed);
            List<Long> found = counts(entries(after));
            assertThat(found)
                .as("step %s seed %s", step, seed)
                .containsSubsequence(all)
                .doesNotHaveDuplicates();
          }
        }
      }
    }
  }

  private static long size(Disk disk) throws Exception {
    byte[] note = disk.read("checkpoint", SignedNote.MAX_BYTES).orElseThrow();
    return Checkpoint.parse(SignedNote.parse(note).text()).size();
  }

  @Test
  void diskThatDoesNotWork_refusesAppends_andKeepsEndingsUntilItWorks() throws Exception {
    var disk = new MemoryDisk();
    try (var log = open(disk)) {
      log.append(event(0));
      disk.failAt(0, Integer.MAX_VALUE / 2, Fault.LOST);
      assertThatThrownBy(() -> log.append(event(1))).isInstanceOf(Unavailable.class);
      assertThat(log.status().healthy()).isFalse();
      log.appendEventually(event(2));
      assertThatThrownBy(() -> log.append(event(3))).isInstanceOf(Unavailable.class);
      disk.works();
      await(() -> log.status().healthy());
      log.append(event(4));
      log.flush();
      assertThat(counts(entries(disk))).containsExactly(0L, 2L, 4L);
    }
  }

  @Test
  void fullDisk_refusesAppends_keepsEndingsInTheReserve_andRecovers() throws Exception {
    var disk = new MemoryDisk();
    try (var log = open(disk)) {
      log.append(event(0));
      log.flush();
      disk.capacity(disk.used());
      int appended = 0;
      boolean refused = false;
      while (!refused) {
        try {
          log.append(large(1000 + appended));
          appended++;
        } catch (Unavailable full) {
          refused = true;
        }
      }
      // three of four MiB are for all
      assertThat(appended).isBetween(45, 55);
      for (int i = 0; i < 10; i++) {
        log.appendEventually(event(i + 1));
      }
      long expected = 1 + 10 + (long) appended;
      await(() -> log.status().size() == expected);
      assertThat(log.status().trouble()).isPresent();
      disk.capacity(Long.MAX_VALUE);
      await(() -> log.status().healthy());
      log.append(event(11));
      log.flush();
      assertThat(counts(entries(disk)))
          .containsSubsequence(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L);
    }
  }

  /**
   * Each step of taking up a new segment fails, and an ending follows at once: it goes to a segment
   * that a restart reads, or nowhere. A `renew` that kept the old segment open over the rename
   * would write it where no restart looks.
   */
  @ParameterizedTest
  @EnumSource(Fault.class)
  void newSegmentFailsAtEveryStep_noEndingGoesWhereNobodyReads(Fault fault) throws Exception {
    var slow = new LogWriter.Pace(Duration.ofHours(1), Duration.ofMillis(2));
    int entry = EntryForm.encode(large(0)).length + Wal.OVERHEAD_BYTES;
    int fit = (Wal.SEGMENT_BYTES - Wal.RESERVE_BYTES - Wal.HEADER_BYTES) / entry;
    int refusals = 0;
    // write, sync, rename, sync, sync; then the old one is deleted, and the entry written
    for (int step = 0; step < 9; step++) {
      var disk = new MemoryDisk();
      // time stands still: what failed is not tried again
      try (var log = TileAuditLog.open(disk, SIGNER, () -> now, () -> 0L, slow)) {
        var written = new ArrayList<Long>();
        for (long i = 0; i < fit; i++) {
          log.append(large(100 + (int) i % 10));
          written.add(100 + i % 10);
        }
        log.flush();
        disk.failAt(step, 1, fault);
        try {
          log.append(large(901));
          written.add(901L);
        } catch (Unavailable refused) {
          refusals++;
        }
        disk.works();
        long before = log.status().size();
        log.appendEventually(event(1000));
        long deadline = System.nanoTime() + Duration.ofMillis(60).toNanos();
        while (log.status().size() == before && System.nanoTime() < deadline) {
          java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
        }
        if (log.status().size() > before) {
          written.add(1000L);
        }
        for (int seed = 0; seed < 4; seed++) {
          MemoryDisk after = disk.crash(new Random(seed));
          try (var again = open(after)) {
            again.flush();
            assertThat(counts(entries(after)))
                .as("step %s seed %s", step, seed)
                .containsSubsequence(written);
          }
        }
      }
    }
    assertThat(refusals).isGreaterThan(4);
  }

  @Test
  void diskThatDoesNotWork_refusesAtOnce_alsoBehindManyEndings() throws Exception {
    var disk = new MemoryDisk();
    try (var log = open(disk)) {
      log.append(event(0));
      disk.failAt(0, Integer.MAX_VALUE / 2, Fault.LOST);
      assertThatThrownBy(() -> log.append(event(1))).isInstanceOf(Unavailable.class);
      // more than one batch of these stands before the next
      for (int i = 0; i < 40; i++) {
        log.appendEventually(large(2 + i));
      }
      assertThatThrownBy(() -> log.append(event(1)))
          .isInstanceOf(Unavailable.class)
          .hasMessageContaining("told to fail");
      disk.works();
      await(() -> log.status().healthy() && log.status().size() == 41);
      log.flush();
      assertThat(counts(entries(disk))).hasSize(41).isSorted();
    }
  }

  @Test
  void clockThatGoesBack_isSeenAcrossARestart_alsoAfterAFullBundle() throws Exception {
    for (int size : List.of(1, 255, 256, 257, 512)) {
      now = NOW;
      var disk = new MemoryDisk();
      try (var log = open(disk)) {
        for (int i = 0; i < size; i++) {
          log.appendEventually(event(i));
        }
      }
      MemoryDisk after = disk.crash(new Random(0));
      now = NOW.minus(Duration.ofMinutes(1));
      try (var log = open(after)) {
        log.append(event(size));
        log.flush();
        assertThat(entries(after))
            .as("after %s entries", size)
            .filteredOn(e -> e.string("type").orElse("").equals("audit.clock"))
            .hasSize(1);
      }
    }
  }

  @Test
  void clockThatCreepsBack_isSeenOnceItIsFarEnough() throws Exception {
    var disk = new MemoryDisk();
    try (var log = open(disk)) {
      for (int i = 0; i < 4; i++) {
        log.append(event(i));
        now = now.minus(Duration.ofSeconds(3));
      }
      log.flush();
    }
    assertThat(entries(disk))
        .extracting(e -> e.string("type").orElse(""))
        .containsExactly(
            "admission.denied",
            "admission.denied",
            "audit.clock",
            "admission.denied",
            "admission.denied",
            "audit.clock");
  }

  @Test
  void moreEndingsThanCanBeHeld_leaveAGapThatSaysSo() throws Exception {
    var disk = new MemoryDisk();
    try (var log = open(disk)) {
      log.append(event(0));
      log.flush();
      disk.failAt(0, Integer.MAX_VALUE / 2, Fault.LOST);
      int held = AppendQueue.MAX_HELD_BYTES / EntryForm.encode(large(1)).length;
      for (int i = 0; i < held + 20; i++) {
        log.appendEventually(large(i));
      }
      long lost = log.status().lost();
      assertThat(lost).isBetween(15L, 60L);
      disk.works();
      await(() -> log.status().healthy() && log.status().lost() == 0);
      log.flush();
      // The writer may meet the fault between two losses, so the gap may be told in parts.
      assertThat(
              entries(disk).stream()
                  .filter(e -> e.string("type").orElse("").equals("audit.gap"))
                  .mapToLong(gap -> gap.integer("count").orElseThrow())
                  .sum())
          .isEqualTo(lost);
    }
  }

  @Test
  void clockThatGoesBack_isToldOfInTheLog_andTimesStandAsTheyWere() throws Exception {
    var disk = new MemoryDisk();
    try (var log = open(disk)) {
      log.append(event(0));
      now = NOW.minus(Duration.ofHours(1));
      log.append(event(1));
      log.append(event(2));
      log.flush();
    }
    assertThat(entries(disk))
        .extracting(e -> e.string("type").orElse(""))
        .containsExactly("admission.denied", "audit.clock", "admission.denied", "admission.denied");
    assertThat(entries(disk).get(1).string("from")).contains("2026-11-23T12:00:00.000Z");
    assertThat(entries(disk).get(1).string("to")).contains("2026-11-23T11:00:00.000Z");
  }

  @Test
  void walThatIsGone_isToldOfInTheLog() throws Exception {
    var disk = new MemoryDisk();
    try (var log = open(disk)) {
      log.append(event(0));
    }
    var copy = disk.crash(new Random(0));
    for (String name : copy.list("wal")) {
      copy.delete("wal/" + name);
    }
    try (var log = open(copy)) {
      log.flush();
      assertThat(entries(copy))
          .extracting(e -> e.string("type").orElse(""))
          .containsExactly("admission.denied", "audit.gap");
    }
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited too long").isLessThan(deadline);
      java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
    }
  }
}
