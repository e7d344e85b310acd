package dev.postern.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.postern.audit.AuditLog.Unavailable;
import dev.postern.audit.tlog.NoteSigner;
import dev.postern.json.JsonValue.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log on a real file system that is full: a small one in memory, mounted for the test. */
class FullDiskTest {
  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
  private static final NoteSigner SIGNER =
      NoteSigner.parse("postern.example/audit", NoteSigner.generatePem());

  @TempDir Path folder;
  private boolean mounted;

  @BeforeEach
  void mount() throws Exception {
    mounted = run("mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", folder.toString());
    assumeTrue(mounted, "a file system can be mounted here (needs root)");
  }

  @AfterEach
  void unmount() throws Exception {
    if (mounted) {
      assertThat(run("umount", folder.toString())).isTrue();
    }
  }

  private static boolean run(String... command) throws Exception {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException noSuchProgram) {
      return false;
    }
  }

  private static JsonObject large(int i) {
    return AuditEvent.of(EventType.ADMISSION_GRANTED, NOW)
        .with(AuditField.COUNT, i)
        .with(AuditField.SCOPES, Collections.nCopies(64, "x".repeat(900)))
        .toJson();
  }

  private static JsonObject ending(int i) {
    return AuditEvent.of(EventType.SESSION_ENDED, NOW).with(AuditField.COUNT, i).toJson();
  }

  @Test
  void noRoom_refusesAppends_writesEndings_andGoesOnWhenThereIsRoom() throws Exception {
    Path log = folder.resolve("audit");
    Path filler = folder.resolve("filler");
    int granted = 0;
    try (var audit = TileAuditLog.open(log, SIGNER, InstantSource.fixed(NOW))) {
      audit.append(large(granted++));
      audit.flush();
      fill(filler);
      boolean refused = false;
      while (!refused) {
        try {
          audit.append(large(granted));
          granted++;
        } catch (Unavailable full) {
          refused = true;
        }
      }
      assertThat(granted).isLessThan(60);
      assertThat(audit.status().healthy()).isFalse();

      long before = audit.status().size();
      for (int i = 0; i < 20; i++) {
        audit.appendEventually(ending(1000 + i));
      }
      await(() -> audit.status().size() == before + 20);
      assertThat(audit.status().lost()).isZero();

      Files.delete(filler);
      await(() -> audit.status().healthy());
      audit.append(large(granted++));
      audit.flush();
    }
    List<Long> counts = new ArrayList<>();
    LogSearch.Result result =
        LogSearch.search(
            log,
            Optional.of(SIGNER.verifier()),
            LogQuery.ALL,
            (index, entry, published) -> counts.add(entry.integer("count").orElse(-1L)));
    assertThat(result.problem()).isEmpty();
    assertThat(counts).doesNotHaveDuplicates();
    for (long i = 0; i < granted; i++) {
      assertThat(counts).contains(i);
    }
    for (long i = 1000; i < 1020; i++) {
      assertThat(counts).contains(i);
    }
  }

  /** Takes all the room there is. */
  private static void fill(Path filler) throws IOException {
    try (OutputStream out = Files.newOutputStream(filler)) {
      var block = new byte[4096];
      while (true) {
        out.write(block);
      }
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("space");
    }
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited too long").isLessThan(deadline);
      java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
    }
  }
}
